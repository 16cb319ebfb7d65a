"""`make demo`: the service with the small LMS and the small Studio, from nothing, until Ctrl-C.

1. Three ports must be free; all data is in a folder of its own, which is deleted at the end.
2. Three gunicorns start, each in a process group of its own, and must answer.
3. The service's own command gives the parameters of a few links, and the LMS puts them on pages.
The service sees nothing of the shell's settings but those in `_KEPT`.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from sandbox.lms import LmsSettings
from sandbox.studio import StudioSettings

ROOT = Path(__file__).resolve().parent.parent

_KEPT = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
_START_SECONDS = 60
_COMMAND_SECONDS = 60
_END_SECONDS = 10
_SANDBOX_OPTIONS = ("--worker-class", "gthread", "--workers", "1", "--threads", "32")


class _Failed(Exception):  # noqa: N818 (it says what happened)
    """The demo cannot go on; the message is for the terminal."""


class _Stopped(Exception):  # noqa: N818 (nothing went wrong)
    """Someone ended the demo."""


@dataclass(frozen=True)
class DemoLink:
    """A link that the demo puts on a page of the LMS."""

    course_id: int
    page: str
    media_id: int
    title: str
    embed_type: str = "embed"
    downloadable: bool = False


LINKS = (
    DemoLink(101, "week-1", 260854, "Cell Division: Mitosis in Six Minutes"),
    DemoLink(101, "week-3", 260861, "Week 3 Lecture – Photosynthesis", "bare_embed"),
    DemoLink(101, "lab", 261007, "Lab Safety Briefing", downloadable=True),
    DemoLink(102, "reading", 262118, "Podcast: The Voyage of the Beagle", "bare_embed"),
)


@dataclass(frozen=True)
class Server:
    """One of the three: what starts it, where it listens, where it must answer."""

    name: str
    port_variable: str
    host: str
    port: int
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    health_url: str


@dataclass(frozen=True)
class Running:
    """A server's process and what it writes."""

    name: str
    process: subprocess.Popen[bytes]
    output: Path

    def check(self) -> None:
        """Raise `_Failed` with the last lines of its output if it has ended."""
        status = self.process.poll()
        if status is not None:
            last = self.output.read_text(errors="replace").splitlines()[-25:]
            raise _Failed("\n".join((f"{self.name} has ended with status {status}:", *last)))


def main() -> int:
    """Run the demo until a signal ends it (0), or something fails (1)."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    try:
        with ExitStack() as stack:
            _demonstrate(stack, stop)
    except _Stopped:
        return 0
    except _Failed as failed:
        print(failed, file=sys.stderr, flush=True)
        return 1


def _demonstrate(stack: ExitStack, stop: threading.Event) -> None:
    ports = [_read_port("DEMO_PORT", 8000), _read_port("DEMO_LMS_PORT", 8001)]
    ports.append(_read_port("DEMO_STUDIO_PORT", 8002))
    lms = LmsSettings(
        url=f"http://127.0.0.1:{ports[1]}",
        tool_url=f"http://localhost:{ports[0]}",
        studio_url=f"http://127.0.0.2:{ports[2]}",
    )
    studio = StudioSettings(url=lms.studio_url)
    temporary = tempfile.TemporaryDirectory(prefix="studio-embed-", ignore_cleanup_errors=True)
    folder = Path(stack.enter_context(temporary))
    service_environment = _service_environment(lms, studio, folder)
    servers = (
        _studio_server(studio, ports[2]),
        _lms_server(lms, studio, ports[1]),
        _service_server(lms, service_environment, ports[0]),
    )
    for server in servers:
        _check_port(server)
    running = [stack.enter_context(_started(server, folder)) for server in servers]
    _wait_until_ready(servers, running, stop)
    for link in LINKS:
        _put_link(link, lms, service_environment, stop)
    _tell(lms, folder)
    while True:
        _pause(stop, 0.5)
        for each in running:
            each.check()


def _read_port(variable: str, default: int) -> int:
    value = os.environ.get(variable, str(default))
    if not value.isascii() or not value.isdigit() or not 0 < int(value) < 65536:
        raise _Failed(f"{variable}: {value!r} is no port.")
    return int(value)


def _check_port(server: Server) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((server.host, server.port))
        except OSError as error:
            raise _Failed(
                f"{server.name} needs {server.host}:{server.port}: {error.strerror}.\n"
                f"End what listens there, or choose another port: {server.port_variable}=…"
            ) from error


def _clean_environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {"PYTHONUNBUFFERED": "1", "FLASK_SKIP_DOTENV": "1"}


def _studio_server(studio: StudioSettings, port: int) -> Server:
    return Server(
        name="Studio",
        port_variable="DEMO_STUDIO_PORT",
        host="127.0.0.2",
        port=port,
        arguments=(*_SANDBOX_OPTIONS, "sandbox.studio.wsgi:app"),
        environment=_clean_environment() | {"SANDBOX_STUDIO_URL": studio.url},
        health_url=f"{studio.url}/",
    )


def _lms_server(lms: LmsSettings, studio: StudioSettings, port: int) -> Server:
    settings = {
        "SANDBOX_LMS_URL": lms.url,
        "SANDBOX_LMS_TOOL_URL": lms.tool_url,
        "SANDBOX_LMS_STUDIO_URL": lms.studio_url,
        "SANDBOX_LMS_STUDIO_CONSUMER_KEY": studio.consumer_key,
        "SANDBOX_LMS_STUDIO_CONSUMER_SECRET": studio.consumer_secret,
    }
    return Server(
        name="The LMS",
        port_variable="DEMO_LMS_PORT",
        host="127.0.0.1",
        port=port,
        arguments=(*_SANDBOX_OPTIONS, "sandbox.lms.wsgi:app"),
        environment=_clean_environment() | settings,
        health_url=f"{lms.url}/",
    )


def _service_server(lms: LmsSettings, environment: Mapping[str, str], port: int) -> Server:
    return Server(
        name="Studio Embed",
        port_variable="DEMO_PORT",
        host="127.0.0.1",
        port=port,
        arguments=("-c", "config/gunicorn.py", "wsgi:app"),
        environment=environment,
        health_url=f"{lms.tool_url}/healthz",
    )


def _service_environment(
    lms: LmsSettings, studio: StudioSettings, folder: Path
) -> Mapping[str, str]:
    platform = {
        "default": True,
        "client_id": lms.client_id,
        "auth_login_url": f"{lms.url}/api/lti/authorize_redirect",
        "auth_token_url": f"{lms.url}/login/oauth2/token",
        "key_set_url": f"{lms.url}/api/lti/security/jwks",
        "deployment_ids": [lms.deployment_id],
    }
    platforms = folder / "platforms.json"
    platforms.write_text(json.dumps({lms.url: [platform]}))
    return _clean_environment() | {
        "PUBLIC_URL": lms.tool_url,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite3'}",
        "PLATFORMS_FILE": str(platforms),
        "ALLOW_INSECURE_URLS": "1",
        "STUDIO_URL": studio.url,
        "STUDIO_CLIENT_ID": studio.client_id,
        "STUDIO_CLIENT_SECRET": studio.client_secret,
        "STUDIO_REFRESH_TOKEN": studio.refresh_token,
    }


@contextmanager
def _started(server: Server, folder: Path) -> Iterator[Running]:
    output = folder / f"{server.name.lower().replace(' ', '-')}.log"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--bind", f"{server.host}:{server.port}"]
            + list(server.arguments),
            cwd=ROOT,
            env=server.environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Running(server.name, process, output)
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask the whole process group to end, and kill what does not."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_END_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _pause(stop: threading.Event, seconds: float) -> None:
    if stop.wait(seconds):
        raise _Stopped


def _wait_until_ready(
    servers: tuple[Server, ...], running: list[Running], stop: threading.Event
) -> None:
    deadline = time.monotonic() + _START_SECONDS
    waiting = [server for server in servers if not _is_ready(server)]
    while waiting:
        for each in running:
            each.check()
        if time.monotonic() > deadline:
            raise _Failed(f"{waiting[0].name} does not answer at {waiting[0].health_url}")
        _pause(stop, 0.1)
        waiting = [server for server in waiting if not _is_ready(server)]


def _is_ready(server: Server) -> bool:
    with _session() as session, suppress(requests.RequestException):
        return session.get(server.health_url, timeout=2).ok
    return False


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session


def _put_link(
    link: DemoLink, lms: LmsSettings, environment: Mapping[str, str], stop: threading.Event
) -> None:
    custom = _custom_parameters(link, environment, stop)
    body = {"course_id": link.course_id, "page": link.page, "title": link.title, "custom": custom}
    with _session() as session:
        answer = session.post(f"{lms.url}/_sandbox/links", json=body, timeout=10)
    if not answer.ok:
        raise _Failed(f"The LMS takes no link to media {link.media_id}: {answer.text}")


def _custom_parameters(
    link: DemoLink, environment: Mapping[str, str], stop: threading.Event
) -> Any:
    command = ["embeds", "link", str(link.media_id), "--embed-type", link.embed_type, "--json"]
    if link.downloadable:
        command.append("--downloadable")
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=_COMMAND_SECONDS,
        check=False,
    )
    _pause(stop, 0)
    if done.returncode:
        raise _Failed(f"flask {' '.join(command)} failed:\n{done.stderr or done.stdout}")
    return json.loads(done.stdout)


def _tell(lms: LmsSettings, folder: Path) -> None:
    print(
        f"Studio Embed  {lms.tool_url}/\n"
        f"Studio        {lms.studio_url}/\n"
        f"Logs          {folder}/*.log (deleted at the end, like all data)\n"
        "Open the LMS below, choose who you are, and open a page of a course: its video plays.\n"
        "Copy the course, and it plays there too. Ctrl-C ends all.",
        flush=True,
    )
    print(f"{lms.url}/", flush=True)


if __name__ == "__main__":
    sys.exit(main())
