"""The world of a journey: the service under gunicorn, the small LMS and the small Studio.

Everything is real: three servers on loopback, a database of its own. A journey talks HTTP, and
asks the sandboxes what they saw.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
import requests
from requests.adapters import HTTPAdapter

from app.core import keys, marks
from app.db import Database
from sandbox.installation import LaunchMode, launch_mode_settings
from sandbox.lms import LmsSettings, create_lms, messages
from sandbox.lms.courses import ResourceLink
from sandbox.lms.people import find_person
from sandbox.studio import StudioSettings, create_studio
from tests import warm
from tests.pages import check_page
from tests.servers import free_port, serving

ROOT = warm.ROOT
POSTGRESQL = "postgresql://postgres@127.0.0.1:5432"
CONSUMER = {"consumer_key": "sandbox-key", "consumer_secret": "sandbox-secret"}
START_SECONDS = 30


@dataclass
class Login:
    """What a login initiation left in a browser."""

    state: str
    nonce: str
    cookie: str
    location: str


@dataclass
class World:
    """Where everything is, and how a browser would go about it."""

    url: str
    lms: Any
    studio: Any
    environment: dict[str, str]
    http: requests.Session
    language: str = "en"
    _database: Database | None = None

    def get(self, path: str, **options: Any) -> requests.Response:
        return self._checked(self.http.get(self.url + path, allow_redirects=False, **options))

    def post(self, path: str, **options: Any) -> requests.Response:
        return self._checked(self.http.post(self.url + path, allow_redirects=False, **options))

    def login(self, **changes: str | None) -> Login:
        """Begin a login, and keep what a browser would keep."""
        settings = self.lms.settings
        fields: dict[str, str | None] = {
            "iss": settings.url,
            "login_hint": "someone",
            "target_link_uri": settings.launch_url,
            "client_id": settings.client_id,
            **changes,
        }
        answer = self.post("/lti/login", data=fields)
        assert answer.status_code == 302, answer.text
        query = parse_qs(urlsplit(answer.headers["Location"]).query)
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return Login(query["state"][0], query["nonce"][0], cookie, answer.headers["Location"])

    def claims(
        self,
        nonce: str,
        custom: dict[str, str] | None = None,
        *,
        person: str = "student",
        course_id: int = 101,
    ) -> dict[str, Any]:
        """The claims of a resource launch of a link with `custom`, as the LMS writes them."""
        who, course = find_person(person), self.lms.find_course(course_id)
        assert who is not None
        link = ResourceLink("A link", custom or {})
        return messages.resource_link_claims(
            who, course, link, nonce, datetime.now(UTC), self.lms.settings
        )

    def send(self, login: Login, claims: dict[str, Any], **headers: Any) -> requests.Response:
        """Sign claims and post them as the browser does."""
        return self.post_launch(login, self.lms.keys.sign(claims, **headers))

    def post_launch(self, login: Login, token: str) -> requests.Response:
        fields = {"id_token": token, "state": login.state}
        return self.post("/lti/launch", data=fields, headers={"Cookie": login.cookie})

    def launch(
        self,
        custom: dict[str, str] | None = None,
        *,
        person: str = "student",
        course_id: int = 101,
        change: Callable[[dict[str, Any]], object] | None = None,
    ) -> requests.Response:
        """A whole launch: login, token, post. `change` alters the claims before they are signed."""
        login = self.login()
        claims = self.claims(login.nonce, custom, person=person, course_id=course_id)
        if change is not None:
            change(claims)
        return self.send(login, claims)

    @contextmanager
    def reading(self, accepted: str, language: str) -> Iterator[None]:
        """Let the browser accept some languages, and every page speak one."""
        self.http.headers["Accept-Language"], self.language = accepted, language
        try:
            yield
        finally:
            del self.http.headers["Accept-Language"]
            self.language = "en"

    def flask(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a `flask` command in the service's environment."""
        return run_flask(self.environment, *arguments, check=check)

    @property
    def database(self) -> Database:
        """The service's own database, for what a command would do in much more time."""
        if self._database is None:
            url = self.environment["DATABASE_URL"]
            self._database = Database(url.replace("postgresql:", "postgresql+psycopg:"))
        return self._database

    def marked(
        self, media_id: int, embed_type: str = "embed", *, downloadable: bool = False
    ) -> dict[str, str]:
        """The custom parameters of a link that bears the service's mark."""
        key = keys.get_mark_key(self.database)
        url = self.studio.settings.url
        return marks.link_parameters(key, url, media_id, embed_type, downloadable)

    def calls(self, operation: str) -> list[dict[str, Any]]:
        """What Studio was asked, of one kind."""
        answer = self.http.get(f"{self.studio.settings.url}/_sandbox/calls")
        return [call for call in answer.json() if call["operation"] == operation]

    def tell_studio(self, path: str, **body: Any) -> requests.Response:
        answer = self.http.post(f"{self.studio.settings.url}/_sandbox/{path}", json=body)
        assert answer.ok, answer.text
        return answer

    def await_held(self, count: int) -> None:
        """Wait until Studio has so many requests in hand that it was told to hold."""
        asked = {"at_least": count, "seconds": 30}
        answer = self.http.get(f"{self.studio.settings.url}/_sandbox/held", params=asked)
        assert answer.json()["held"] >= count

    def tell_lms(self, path: str, **body: Any) -> requests.Response:
        answer = self.http.post(f"{self.lms.settings.url}/_sandbox/{path}", json=body)
        assert answer.ok, answer.text
        return answer

    def logs(self) -> str:
        """What the service logged so far."""
        return Path(self.environment["TEST_LOG"]).read_text()

    def close(self) -> None:
        if self._database is not None:
            self._database.dispose()

    def _checked(self, answer: requests.Response) -> requests.Response:
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            check_page(answer, self.language)
        return answer


def run_flask(
    environment: dict[str, str], *arguments: str, check: bool = True
) -> subprocess.CompletedProcess[str]:
    done = warm.run("flask", arguments, environment)
    if check:
        assert done.returncode == 0, done.stderr
    return done


def bare_environment(**settings: str) -> dict[str, str]:
    """An environment with nothing of the shell's that the service would read."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PYTHONWARNINGS": "default", **settings}


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """A database of its own; gives its URL."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'service.sqlite3'}"
        return
    name = f"test_{secrets.token_hex(6)}"
    try:
        connected = psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True)
    except psycopg.OperationalError:
        if "CI" in os.environ:
            raise
        pytest.skip("PostgreSQL does not run on 127.0.0.1:5432 for the user postgres")
    with connected as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"{POSTGRESQL}/{name}"
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def world(
    folder: Path,
    kind: str = "sqlite",
    workers: int = 2,
    mode: LaunchMode = "canvas",
    **settings: str,
) -> Iterator[World]:
    """Build the world, and tear it down."""
    port = free_port("127.0.0.1")
    with ExitStack() as stack:
        studio = stack.enter_context(
            serving(
                "127.0.0.2",
                lambda url: create_studio(
                    StudioSettings(
                        url=url,
                        platform_issuer=f"http://localhost:{port}",
                        database=str(folder / "studio.sqlite3"),
                        **CONSUMER,
                    )
                ),
            )
        ).extensions["studio"]
        lms = stack.enter_context(
            serving(
                "127.0.0.1",
                lambda url: create_lms(
                    LmsSettings(
                        url=url,
                        tool_url=f"http://localhost:{port}",
                        studio_url=studio.settings.url,
                    )
                ),
            )
        ).extensions["lms"]
        session = stack.enter_context(requests.Session())
        session.trust_env = False
        session.mount("http://", HTTPAdapter(pool_maxsize=64))
        url = stack.enter_context(database(kind, folder))
        environment = service_environment(folder, port, url, lms, studio)
        environment |= launch_mode_settings(mode, studio.settings) | settings
        built = World(f"http://127.0.0.1:{port}", lms, studio, environment, session)
        stack.callback(built.close)
        built.database.upgrade()
        stack.enter_context(gunicorn(built, port, workers))
        yield built


def service_environment(folder: Path, port: int, url: str, lms: Any, studio: Any) -> dict[str, str]:
    """The settings of a service that stands between these two."""
    platform = {
        "client_id": lms.settings.client_id,
        "auth_login_url": f"{lms.settings.url}/api/lti/authorize_redirect",
        "auth_token_url": f"{lms.settings.url}/login/oauth2/token",
        "key_set_url": f"{lms.settings.url}/api/lti/security/jwks",
        "deployment_ids": [lms.settings.deployment_id],
    }
    file = folder / "platforms.json"
    file.write_text(json.dumps({lms.settings.url: [platform]}))
    return bare_environment(
        PUBLIC_URL=f"http://localhost:{port}",
        SECRET_KEY="a-secret-of-the-tests-that-protects-nothing",
        DATABASE_URL=url,
        PLATFORMS_FILE=str(file),
        STUDIO_URL=studio.settings.url,
        STUDIO_CLIENT_ID=studio.settings.client_id,
        STUDIO_CLIENT_SECRET=studio.settings.client_secret,
        STUDIO_REFRESH_TOKEN=studio.settings.refresh_token,
        ALLOW_INSECURE_URLS="1",
        TEST_LOG=str(folder / "service.log"),
    )


@contextmanager
def gunicorn(built: World, port: int, workers: int = 2) -> Iterator[int]:
    """Run the service as it runs in life, until the block ends; gives its master's number."""
    arguments = ["-c", "config/gunicorn.py", "--bind", f"127.0.0.1:{port}"]
    arguments += ["--workers", str(workers), "wsgi:app"]
    log = Path(built.environment["TEST_LOG"])
    process = warm.begin("gunicorn", arguments, built.environment, log, log)
    assert process.pid is not None
    try:
        _await(built, port, process)
        yield process.pid
    finally:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGQUIT)
        process.join(10)
        if process.is_alive():
            os.killpg(process.pid, signal.SIGKILL)
            process.join()


def _await(built: World, port: int, process: BaseProcess) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            assert built.http.get(f"{built.url}/healthz", timeout=START_SECONDS).ok
            return
        process.join(0.05)
        assert process.is_alive(), f"the service ended: {built.logs()}"
    raise AssertionError(f"the service does not answer: {built.logs()}")
