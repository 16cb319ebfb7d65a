"""How a program calls the API, and what each of its refusals must keep."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import requests

from app.core import accounts, api_keys
from tests.world import World

CELLS, INES_ONLY, EXTERNAL, SPARE, UNKNOWN = 260854, 260861, 263962, 262118, 999_999_999
ADMIN, OUTSIDER = "ada.admin@sandbox.test", "tara.teacher@sandbox.test"
PROBLEM = {"type", "title", "status", "detail", "reference"}


@dataclass(frozen=True)
class Api:
    """The API of a world, called with one key."""

    world: World
    key: str

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request with the key, over a connection of its own."""
        headers = {"Authorization": f"Bearer {self.key}", **options.pop("headers", {})}
        with requests.Session() as session:
            session.trust_env = False
            return session.request(
                method,
                f"{self.world.url}/api/v1{path}",
                headers=headers,
                timeout=60,
                allow_redirects=False,
                **options,
            )

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.call("GET", path, params=query)

    def post(self, path: str, body: Any) -> requests.Response:
        return self.call("POST", path, json=body)

    def embed(self, course_id: int, media_id: int = CELLS, **more: Any) -> requests.Response:
        """Ask for an embed."""
        return self.post("/embeds", {"media_id": media_id, "course_id": course_id, **more})


def make_api(world: World, scopes: Sequence[str] = api_keys.SCOPES, studio: str = "") -> Api:
    """Make a key, as `flask api-keys create` does in much more time."""
    account = accounts.get_account(world.database, studio or world.studio.settings.url)
    return Api(world, api_keys.make_key(world.database, account.id, "a test", scopes)[1])


def check_problem(world: World, answer: requests.Response, status: int, name: str) -> Any:
    """See that an answer is a problem document of this kind, and that the log knows it."""
    document = answer.json()
    assert (answer.status_code, document["type"].rpartition("/")[2]) == (status, name), document
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Request-Id"] == document["reference"]
    assert set(document) - {"errors"} == PROBLEM
    assert document["status"] == status
    assert document["type"] == f"{world.environment['PUBLIC_URL']}/problems/{name}"
    assert (status in (429, 503)) == ("Retry-After" in answer.headers)
    lines = [
        json.loads(line) for line in world.logs().splitlines() if document["reference"] in line
    ]
    assert [line["code"] for line in lines if line["event"] == "refused"] == [name]
    return document


def faults(document: Any) -> list[tuple[str, str]]:
    """The faults of a problem: where, and what."""
    return [
        (fault.get("pointer", fault.get("parameter")), fault["detail"])
        for fault in document["errors"]
    ]
