"""The sandbox's Studio is what `sandbox/operations.json` says, operation by operation.

That file was written from the vendor's reference pages. Against the sandbox everything is
checked: every status, every parameter, every field, and that nothing else is there.

`STUDIO_UNDER_TEST=https://school.instructuremedia.com STUDIO_UNDER_TEST_TOKEN=… \
    .venv/bin/python -m pytest tests/rules/test_studio_operations.py -k real`
checks a real Studio with an access token of an admin instead, where that is safe: only what
reads (statuses, shapes), and what Studio says of itself at `/api/public/apidocs`. Whatever fails
there is a place where `operations.json`, and with it the sandbox, is wrong.
"""

import json
import os
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from sandbox.studio import StudioSettings, create_studio
from sandbox.studio.faults import Operation as Name
from tests.rules.source import ROOT
from tests.rules.studio_situations import (
    GOOD,
    Asked,
    Asker,
    good,
    other_situations,
    prepare,
    situation,
)
from tests.sandbox.studio_visitor import Caller, small_studio

KNOWN = json.loads((ROOT / "sandbox" / "operations.json").read_text())
BASE = KNOWN["base"]
OPERATIONS = {operation["name"]: operation for operation in KNOWN["operations"]}
STATUSES = [
    (name, status)
    for name, operation in OPERATIONS.items()
    for status in (*operation["statuses"], *operation.get("beyond", {}))
]
OTHERS = other_situations(OPERATIONS)
READING = [name for name, operation in OPERATIONS.items() if operation["method"] == "GET"]
EXTRAS = {
    "GET /api/public/apidocs",
    "GET /api/public/oauth/authorize",
    "POST /api/public/oauth/authorize",
    "POST /api/public/oauth/token",
}
"""What the sandbox offers under `/api/public` although no page of the API's reference has it."""

TYPES: dict[str, tuple[type, ...]] = {
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
    "array": (list,),
}


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    with small_studio() as caller:
        yield caller


@pytest.fixture
def sandbox(caller: Caller) -> Asker:
    """The sandbox, as at start, with a course."""
    caller.send("POST", "/_sandbox/reset")
    prepare(caller)
    return Asker(caller.url, BASE, caller.tokens()["access_token"])


@pytest.fixture
def subject(request: pytest.FixtureRequest) -> Asker:
    """A real Studio where one is named, else the sandbox."""
    url = os.environ.get("STUDIO_UNDER_TEST")
    if url is None:
        return request.getfixturevalue("sandbox")
    return Asker(url.rstrip("/"), BASE, os.environ["STUDIO_UNDER_TEST_TOKEN"])


def ask(sandbox: Asker, caller: Caller, asked: Asked) -> Any:
    """Call the sandbox for the person who is asked for."""
    caller.send("POST", "/_sandbox/caller", json={"email": asked.person})
    return sandbox.ask(asked)


def wrong_fields(value: Any, described: str, place: str = "answer") -> list[str]:
    """The places where a value is not of the type that `operations.json` gives it."""
    if described.startswith("["):
        if not isinstance(value, list):
            return [place]
        found = [wrong_fields(one, described[1:-1], f"{place}.{i}") for i, one in enumerate(value)]
        return [each for one in found for each in one]
    plain = described.removesuffix("?")
    if value is None and plain != described:
        return []
    if plain in KNOWN["shapes"]:
        return wrong_members(value, KNOWN["shapes"][plain], place)
    right = isinstance(value, TYPES[plain]) and not isinstance(value, bool)
    return [] if right else [place]


def wrong_members(value: Any, fields: dict[str, str], place: str = "answer") -> list[str]:
    if not isinstance(value, dict):
        return [place]
    missing = [f"{place}.{name} is missing" for name in fields if name not in value]
    wrong = [
        each
        for name, described in fields.items()
        if name in value
        for each in wrong_fields(value[name], described, f"{place}.{name}")
    ]
    return missing + wrong


@pytest.mark.parametrize(("name", "status"), STATUSES)
def test_every_status_is_to_be_had(sandbox: Asker, caller: Caller, name: str, status: str) -> None:
    answer = ask(sandbox, caller, situation(OPERATIONS[name], status))
    assert str(answer.status_code) == status, answer.text
    if int(status) >= 400:
        body = answer.json()
        assert (list(body), bool(body["error"])) == (["error"], True)
    elif "answer" in OPERATIONS[name]:
        assert wrong_members(answer.json(), OPERATIONS[name]["answer"]) == []


@pytest.mark.parametrize(("why", "status", "asked"), OTHERS, ids=[one[0] for one in OTHERS])
def test_a_status_has_every_reason_that_its_text_names(
    sandbox: Asker, caller: Caller, why: str, status: str, asked: Asked
) -> None:
    assert status in asked.operation["statuses"], why
    assert str(ask(sandbox, caller, asked).status_code) == status


def test_lists_hold_something_so_that_their_shapes_are_seen(sandbox: Asker) -> None:
    sandbox.ask(good(OPERATIONS["add_permissions"]))
    for name, operation in OPERATIONS.items():
        if operation["method"] == "GET" and "answer" in operation:
            body = sandbox.ask(good(operation)).json()
            lists = [key for key, text in operation["answer"].items() if text.startswith("[")]
            assert [key for key in lists if not body[key]] == [], name


def test_nothing_is_there_that_no_page_has() -> None:
    app = create_studio(StudioSettings(url="http://127.0.0.2"))
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/public")]
    offered = {
        f"{method} {rule.rule.replace('<', '{').replace('>', '}')}"
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    known = {f"{one['method']} {BASE}{one['path']}" for one in OPERATIONS.values()}
    assert offered == known | EXTRAS
    assert set(get_args(Name)) == OPERATIONS.keys() | {"token", "download_file"}


def test_studio_describes_itself_as_the_pages_do(sandbox: Asker, caller: Caller) -> None:
    described = caller.send("GET", "/api/public/apidocs").json()
    assert (described["swagger"], described["basePath"]) == ("2.0", BASE)
    assert f"{described['schemes'][0]}://{described['host']}" == caller.url
    assert undescribed(described) == []
    for methods in described["paths"].values():
        for said in methods.values():
            assert all(one["description"] for one in said["parameters"]), said
            assert said["summary"]
    search = described["paths"]["/media/search"]["get"]["responses"]["200"]["schema"]
    assert search["properties"]["media"] == {
        "type": "array",
        "items": {"$ref": "#/definitions/Media"},
    }


@pytest.mark.parametrize("name", READING)
def test_real_or_not_a_reading_operation_answers_as_the_pages_say(
    subject: Asker, name: str
) -> None:
    operation = OPERATIONS[name]
    values = found_ids(subject, operation)
    right = subject.ask(Asked(operation, values))
    if right.status_code in (200, 302):
        assert str(right.status_code) in operation["statuses"]
        if "answer" in operation:
            assert wrong_members(right.json(), operation["answer"]) == []
    else:  # this media has no file, or this token may not: what the page allows for
        assert str(right.status_code) in operation["statuses"], right.status_code
    refused = subject.ask(Asked(operation, values, token=False))
    assert refused.status_code == 401
    if "404" in operation["statuses"]:
        nothing = dict.fromkeys(GOOD, str(2**53 - 1))
        assert subject.ask(Asked(operation, nothing)).status_code == 404


def test_real_or_not_studio_describes_every_operation(subject: Asker) -> None:
    answer = subject.session.get(f"{subject.url}/api/public/apidocs", timeout=30)
    assert undescribed(answer.json()) == []


def test_a_field_that_is_wrong_or_missing_is_seen() -> None:
    course = {"id": "42", "names": []}
    assert wrong_members({"courses": [course]}, {"courses": "[Course]"}) == [
        "answer.courses.0.name is missing",
        "answer.courses.0.id",
    ]
    assert wrong_fields(None, "string?") == []
    assert wrong_fields(None, "string") == ["answer"]
    assert wrong_fields({}, "[Media]") == ["answer"]


def undescribed(described: dict[str, Any]) -> list[str]:
    """The operations, and their parameters, that a Studio does not say of itself."""
    missing = []
    for name, operation in OPERATIONS.items():
        said = described["paths"].get(operation["path"], {}).get(operation["method"].lower())
        if said is None:
            missing.append(f"{name}: {operation['method']} {operation['path']}")
            continue
        names = {one.get("name") for one in said.get("parameters", [])}
        missing += [
            f"{name}: {p['name']}" for p in operation["parameters"] if p["name"] not in names
        ]
    return missing


def found_ids(subject: Asker, operation: dict[str, Any]) -> dict[str, str]:
    """Ids that are there in this Studio, as far as the operation wants them."""
    media = subject.ask(Asked(OPERATIONS["search"], query={"per_page": "1"})).json()["media"]
    ids = {"media_id": str(media[0]["id"])}
    finders = {
        "collection_id": ("collections", "collections", "id"),
        "course_id": ("courses", "courses", "id"),
        "caption_file_id": ("caption_files", "caption_files", "id"),
        "perspective_id": ("perspectives", "perspectives", "uuid"),
    }
    for wanted, (name, key, field) in finders.items():
        if f"{{{wanted}}}" in operation["path"]:
            found = subject.ask(Asked(OPERATIONS[name], ids)).json()[key]
            if not found:
                pytest.skip(f"the first media of this Studio has no {key}")
            ids[wanted] = str(found[0][field])
    return ids
