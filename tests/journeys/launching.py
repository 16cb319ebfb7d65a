"""What the tests of refused launches share: their tables, and what every refusal must keep."""

import json
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from app.core import platforms
from app.core.memory import changing
from app.models import key_set
from sandbox.lms.messages import LTI
from tests.pages import read_code, read_reference
from tests.world import Login, World

PIECE = 16
MEDIA = 260854


@dataclass(frozen=True)
class Platform:
    """A registration, as tests log in at it and sign in its name."""

    issuer: str
    client_id: str
    key_set_url: str
    deployment_ids: tuple[str, ...]

    def login(self, world: World) -> Login:
        return world.login(iss=self.issuer, client_id=self.client_id)

    def claims(self, world: World, login: Login, custom: dict[str, str]) -> dict[str, Any]:
        """The sandbox's claims, in this platform's name."""
        mine = {"iss": self.issuer, "aud": self.client_id, "azp": self.client_id}
        if self.deployment_ids:
            mine[f"{LTI}/deployment_id"] = self.deployment_ids[0]
        return world.claims(login.nonce, custom) | mine

    def launch(self, world: World, custom: dict[str, str], **headers: Any) -> requests.Response:
        login = self.login(world)
        return world.send(login, self.claims(world, login, custom), **headers)


def add_platform(
    world: World,
    issuer: str,
    client_id: str = "c-1",
    *,
    key_set_url: str | None = None,
    auth_login_url: str | None = None,
    deployment_ids: tuple[str, ...] = ("d-1",),
) -> Platform:
    """Register a platform that is the sandbox under another name."""
    lms = world.lms.settings.url
    key_set_url = key_set_url or f"{lms}/api/lti/security/jwks"
    fields = {
        "client_id": client_id,
        "key_set_url": key_set_url,
        "auth_login_url": auth_login_url or f"{lms}/api/lti/authorize_redirect",
        "deployment_ids": list(deployment_ids) or None,
    }
    registration = platforms.read_registration(issuer, fields, allow_insecure=True)
    platforms.import_platforms(world.database, [(issuer, registration)])
    return Platform(issuer, client_id, key_set_url, deployment_ids)


def table(rows: Iterable[tuple[Any, ...]]) -> list[Any]:
    """Rows whose first member is their name."""
    return [pytest.param(*row[1:], id=row[0]) for row in rows]


def check_refused(
    world: World, answer: requests.Response, status: int, code: str, token: str = ""
) -> None:
    """See that a page refuses, that the log knows it, and that neither holds any of the token."""
    found = (answer.status_code, read_code(answer))
    assert found == (status, code), found
    reference = read_reference(answer)
    logged = world.logs()
    lines = [json.loads(line) for line in logged.splitlines() if f'"{reference}"' in line]
    told = [line.get("code") for line in lines if line["event"] != "request"]
    assert told == [code], f"the log of this page: {lines}"
    assert [line["status"] for line in lines if line["event"] == "request"] == [status], lines
    assert "eyJ" not in logged
    shown = answer.text + json.dumps(lines)
    pieces = {token[at : at + PIECE] for at in range(0, len(token), PIECE)}
    leaked = [piece for piece in pieces if len(piece) == PIECE and piece in shown]
    assert leaked == [], leaked


def at_once(count: int, do: Callable[[int], Any]) -> list[Any]:
    """Do something in many threads that begin together."""
    barrier = threading.Barrier(count)

    def one(number: int) -> Any:
        barrier.wait()
        return do(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def codes(answers: Iterable[requests.Response]) -> list[tuple[int, str]]:
    """Status and code of each answer, in order."""
    return sorted((answer.status_code, read_code(answer)) for answer in answers)


def fetches(world: World) -> int:
    """How often the sandbox was asked for its keys."""
    answer = world.http.get(f"{world.lms.settings.url}/_sandbox/log")
    return sum(entry["event"] == "key_set" for entry in answer.json())


def posts(
    world: World, platform: Platform, link: dict[str, str], count: int, kid: str | None = None
) -> list[Callable[[], requests.Response]]:
    """Launches of which only the last step is left; `kid` is a key that nobody has."""
    ready = []
    for number in range(count):
        login = platform.login(world)
        header = {} if kid is None else {"kid": f"{kid}-{number}"}
        token = world.lms.keys.sign(platform.claims(world, login, link), **header)
        ready.append((login, token))
    return [lambda one=one: world.post_launch(*one) for one in ready]


def await_fetch(world: World, count: int) -> None:
    """Wait until the sandbox was asked that often."""
    deadline = time.monotonic() + 10
    while fetches(world) < count:
        assert time.monotonic() < deadline, "the key set is not asked for"


def let_pass(world: World, platform: Platform, age: timedelta) -> None:
    """Make the kept keys as old as if that time had passed."""
    mine = key_set.c.url == platform.key_set_url
    with changing(world.database) as connection:
        row = connection.execute(sa.select(key_set).where(mine)).one()
        earlier = {
            name: None if then is None else then - age
            for name, then in (("fetched_at", row.fetched_at), ("tried_at", row.tried_at))
        }
        connection.execute(sa.update(key_set).where(mine).values(earlier))
