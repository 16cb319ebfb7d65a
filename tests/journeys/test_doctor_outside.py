"""`flask doctor`: what it finds out there: platforms' key sets, Studio, other clocks."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests import world as worlds
from tests.journeys.doctoring import (
    HIDDEN,
    beside,
    examine,
    examine_here,
    keeps_secrets,
    troubles,
)
from tests.servers import free_port
from tests.world import World, run_flask

KEYS = "/api/lti/security/jwks"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with worlds.world(tmp_path_factory.mktemp("doctor"), workers=1) as built:
        yield built


@pytest.fixture
def apart(world: World, tmp_path: Path) -> Iterator[dict[str, str]]:
    with beside(world, tmp_path) as settings:
        yield settings


def _platform(settings: dict[str, str]) -> str:
    """The name of the check of the only platform."""
    ((issuer, (entry,)),) = json.loads(Path(settings["PLATFORMS_FILE"]).read_text()).items()
    return f"platform {issuer}, client id {entry['client_id']}"


def _with_key_set(settings: dict[str, str], folder: Path, url: str) -> dict[str, str]:
    ((issuer, (entry,)),) = json.loads(Path(settings["PLATFORMS_FILE"]).read_text()).items()
    file = folder / "elsewhere.json"
    file.write_text(json.dumps({issuer: [entry | {"key_set_url": url}]}))
    return settings | {"PLATFORMS_FILE": str(file)}


@contextmanager
def _key_sets(body: Any, ahead: float = 0, age: str = "0") -> Iterator[str]:
    """A tiny server of a key set, on a machine whose clock differs; gives its address."""
    content = json.dumps(body).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Age", age)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def date_time_string(self, _timestamp: float | None = None) -> str:
            return format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/keys"
        server.shutdown()
        thread.join()


def test_it_asks_studio_one_search_and_makes_nothing(world: World):
    before, made = len(world.calls("search")), len(world.calls("create_embed"))
    examine_here(world.environment, "ok")
    assert len(world.calls("search")) - before == 1
    assert len(world.calls("create_embed")) == made


def test_as_text_each_check_is_a_line_and_what_to_do_stands_below_it(world: World):
    world.tell_lms("keys", key_set_status=503)
    try:
        done = world.flask("doctor", check=False)
    finally:
        world.tell_lms("keys")
    keeps_secrets(done.stdout + done.stderr, world.environment)
    lines = done.stdout.splitlines()
    name = _platform(world.environment)
    at = lines.index(
        f"failed   {name}: Its key set {world.lms.settings.url}{KEYS} answers with status 503."
    )
    assert lines[at + 1].startswith("         Compare that address with what the LMS names")
    assert done.returncode == 1
    assert [line.split()[0] for line in lines[:at]] == ["ok"] * 4
    assert len(lines) == 8


def test_a_key_set_that_is_down_names_its_platform(apart: dict[str, str], tmp_path: Path):
    nowhere = f"http://127.0.0.1:{free_port('127.0.0.1')}/keys"
    found = examine_here(_with_key_set(apart, tmp_path, nowhere), "failed")
    assert troubles(found) == {_platform(apart): "failed"}
    _, finding, remedy = found[_platform(apart)]
    assert finding == f"Its key set {nowhere} cannot be fetched: no connection."
    assert remedy is not None
    assert "`flask platforms show`" in remedy


@pytest.mark.parametrize("body", [{"keys": []}, {"keys": [{"kty": "oct", "kid": "1"}]}, ["x"]])
def test_a_key_set_without_a_usable_key_is_told(apart: dict[str, str], tmp_path: Path, body: Any):
    with _key_sets(body) as url:
        found = examine_here(_with_key_set(apart, tmp_path, url), "failed")
    assert troubles(found) == {_platform(apart): "failed"}
    finding = found[_platform(apart)][1]
    assert finding == f"{url} answers, but holds no key that can verify a launch."


def test_tokens_that_studio_refuses_are_told(apart: dict[str, str]):
    refused = {"STUDIO_ACCESS_TOKEN": f"{HIDDEN}-1", "STUDIO_REFRESH_TOKEN": f"{HIDDEN}-2"}
    for _ in range(2):
        found = examine_here(apart | refused, "failed")
        status, finding, remedy = found["studio"]
        assert status == "failed"
        assert finding.startswith(f"{apart['STUDIO_URL']} does not accept our tokens (token: ")
        assert remedy is not None
        assert "STUDIO_REFRESH_TOKEN" in remedy


def test_an_access_token_that_cannot_be_renewed_is_told_while_it_still_works(
    apart: dict[str, str],
):
    run_flask(apart, "keys", "list")
    url = apart["DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE studio_account SET disconnected_at = '2026-11-20 10:30'")
        )
    engine.dispose()
    status, finding, _ = examine_here(apart, "failed")["studio"]
    assert status == "failed"
    assert "refused to renew it on 2026-11-20 at 10:30 UTC" in finding


TROUBLE = {
    "busy": ({"status": 503}, "failed", "cannot be reached (search: Studio answered 503)"),
    "no search": ({"status": 403}, "warning", "does not let this account search media"),
    "no API": ({"status": 404}, "failed", "does not take the call (search: Studio answered 404)"),
    "garbage": ({"garbage": True}, "failed", "does not answer like Studio"),
}


@pytest.mark.parametrize("case", TROUBLE)
def test_what_else_studio_may_answer_is_told(world: World, apart: dict[str, str], case: str):
    fault, status, told = TROUBLE[case]
    times = 3 if fault.get("status") == 503 else 1
    world.tell_studio("next", operation="search", times=times, **fault)
    found = examine_here(apart, status)
    assert (found["studio"][0], told in found["studio"][1]) == (status, True), found["studio"]


def test_a_studio_that_is_not_there_is_told(apart: dict[str, str]):
    url = f"http://127.0.0.2:{free_port('127.0.0.2')}"
    found = examine_here(apart | {"STUDIO_URL": url}, "failed")
    assert found["studio"][:2] == (
        "failed",
        f"{url} cannot be reached (search: no connection).",
    )


@pytest.mark.parametrize(
    ("ahead", "status", "told"),
    [
        (-90, "failed", "s ahead of the clock of 127.0.0.1"),
        (90, "failed", "s behind the clock of 127.0.0.1"),
        (45, "warning", "s behind the clock of 127.0.0.1"),
        (10, "ok", "It is within "),
    ],
)
def test_a_clock_that_differs_is_told(
    world: World, apart: dict[str, str], tmp_path: Path, ahead: int, status: str, told: str
):
    with _key_sets(world.lms.keys.key_set(), ahead) as url:
        found = _examine_clock(apart, tmp_path, url, status)
    assert told in found


def test_what_a_cache_answers_is_as_old_as_it_says(
    world: World, apart: dict[str, str], tmp_path: Path
):
    with _key_sets(world.lms.keys.key_set(), -500, age="500") as url:
        _examine_clock(apart, tmp_path, url, "ok")


def test_insecure_urls_outside_development_are_warned_about(apart: dict[str, str]):
    public = f"https://0.0.0.0:{free_port('127.0.0.1')}"
    found = examine(apart | {"PUBLIC_URL": public}, "warning")
    assert troubles(found) == {
        "settings": "warning",
        _platform(apart): "warning",
    }
    assert "ALLOW_INSECURE_URLS" in found["settings"][1]
    assert (
        found["address"][1] == f"{public}/lti/jwks.json does not answer from here: no connection."
    )
    assert "without TLS" in found[_platform(apart)][1]


def _examine_clock(settings: dict[str, str], folder: Path, url: str, status: str) -> str:
    found = examine_here(
        _with_key_set(settings, folder, url), "failed" if status == "failed" else "warning"
    )
    assert found["clock"][0] == status, found
    return found["clock"][1]
