"""What it takes to get each status out of the sandbox's Studio. Not here: any test."""

from dataclasses import dataclass, field, replace
from typing import Any

import requests

from tests.sandbox.studio_visitor import Caller

Operation = dict[str, Any]

MINE, NOBODYS_BUT_INES, EXTERNAL, COURSE = 260854, 260861, 263962, 42
OUTSIDER = "tara.teacher@sandbox.test"
ADMIN = "ada.admin@sandbox.test"

GOOD = {
    "media_id": str(MINE),
    "collection_id": "50011",
    "course_id": str(COURSE),
    "caption_file_id": "1",
    "perspective_id": "5a4d0b0e-1c2d-4e5f-8000-000612cf9dc0",
}
FOREIGN = GOOD | {"media_id": str(NOBODYS_BUT_INES)}
BODIES: dict[str, Any] = {
    "create_embed": {"course_id": COURSE, "embed_type": "embed"},
    "add_permissions": {"permissions": [{"user_id": 4268, "permission": "view"}]},
}


@dataclass(frozen=True)
class Asked:
    """One call: the values in its path, its query, its body, and for whom the token speaks."""

    operation: Operation
    values: dict[str, str] = field(default_factory=lambda: GOOD)
    query: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    person: str = ADMIN
    token: bool = True


class Asker:
    """Calls a Studio by the operations of `operations.json`."""

    def __init__(self, url: str, base: str, token: str) -> None:
        self.url, self.base, self.token = url, base, token
        self.session = requests.Session()
        self.session.trust_env = False

    def ask(self, asked: Asked) -> requests.Response:
        operation = asked.operation
        return self.session.request(
            operation["method"],
            self.url + self.base + operation["path"].format_map(asked.values),
            params=asked.query,
            json=asked.body,
            headers={"Authorization": f"Bearer {self.token}"} if asked.token else {},
            timeout=30,
            allow_redirects=False,
        )


def good(operation: Operation, **changes: Any) -> Asked:
    """A call that succeeds."""
    return replace(Asked(operation, body=BODIES.get(operation["name"])), **changes)


def situation(operation: Operation, status: str) -> Asked:
    """A call that is answered with this status."""
    asked = good(operation)
    path_names = [one["name"] for one in operation["parameters"] if one["in"] == "path"]
    match status:
        case "200" | "302":
            return asked
        case "400":
            return replace(asked, body={"permissions": [{"user_id": 1, "permission": "view"}]})
        case "401":
            return replace(asked, token=False)
        case "403":
            return replace(asked, values=FOREIGN, person=OUTSIDER)
        case "404":
            return replace(asked, values=GOOD | dict.fromkeys(path_names, "999"))
        case "422" if "insights" in operation["name"]:
            return replace(asked, query={"role": "nothing"})
        case "422" if path_names:
            return replace(asked, values=GOOD | dict.fromkeys(path_names, "x1"))
        case "422":
            return replace(asked, query={"per_page": "51"})
    raise AssertionError(f"nobody knows how to get {status} from {operation['name']}")


def other_situations(operations: dict[str, Operation]) -> list[tuple[str, str, Asked]]:
    """Statuses that an operation gives for a second reason, which its text names."""
    small, external = GOOD | {"media_id": "262118"}, GOOD | {"media_id": str(EXTERNAL)}
    permissions, download = operations["add_permissions"], operations["download"]
    twice = BODIES["add_permissions"]["permissions"] * 2
    lists = operations["collection_media"]
    there = {"media_id": "261007"}
    again = {"permissions": [{"user_id": 4230, "permission": "view"}]}
    group = {"permissions": [{"group_id": 99, "permission": "view"}]}
    return [
        ("no such version", "404", Asked(download, small, {"quality": "highest"})),
        ("external", "422", Asked(download, external)),
        ("there already", "400", Asked(permissions, GOOD | there, body=again)),
        ("twice in one body", "400", Asked(permissions, body={"permissions": twice})),
        ("no such group", "400", Asked(permissions, body=group)),
        ("no such page", "422", Asked(lists, query={"page": "0"})),
        ("no such collection", "404", Asked(operations["unarchive"], query={"collection_id": "9"})),
    ]


def prepare(caller: Caller) -> None:
    """Give the sandbox what some situations need: a course in which a media is."""
    assert caller.embed(course_id=COURSE).status_code == 200
