"""Every parameter and body field of `sandbox/operations.json` does what it says in the sandbox.

Each has an effect, which is told here in words of its own, and what is malformed is refused. Not
here: statuses and shapes (`test_studio_operations`).
"""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.rules.source import ROOT
from tests.rules.studio_situations import BODIES, GOOD, Asked, Asker, good, prepare
from tests.sandbox.studio_visitor import Caller, small_studio

KNOWN = json.loads((ROOT / "sandbox" / "operations.json").read_text())
OPERATIONS = {operation["name"]: operation for operation in KNOWN["operations"]}
PARAMETERS = [
    (name, parameter["name"])
    for name, operation in OPERATIONS.items()
    for parameter in operation["parameters"]
]
FIELDS = [
    (name, field["name"])
    for name, operation in OPERATIONS.items()
    for field in operation.get("body", [])
]
MALFORMABLE = [one for one in PARAMETERS if one != ("search", "title")]
"""Any text is a part of a title."""

Media = dict[str, Any]
Filter = Callable[[Media, str], bool]

FILTERS: dict[str, tuple[Filter, tuple[str, ...]]] = {
    "title": (lambda m, v: v.casefold() in m["title"].casefold(), ("WEEK", "é", "i")),
    "min_size": (lambda m, v: m["size"] is not None and m["size"] >= int(v), ("48215334",)),
    "max_size": (lambda m, v: m["size"] is not None and m["size"] <= int(v), ("22870096",)),
    "start_date": (lambda m, v: m["created_at"][:10] >= v, ("2024-09-02", "2025-06-01")),
    "end_date": (lambda m, v: m["created_at"][:10] <= v, ("2024-12-12", "2026-03-01")),
    "last_viewed_start_date": (lambda m, v: (m["last_viewed"] or "") >= v, ("2025-09-01",)),
    "last_viewed_end_date": (
        lambda m, v: m["last_viewed"] is not None and m["last_viewed"] <= v,
        ("2025-01-20", "2025-12-31"),
    ),
    "last_viewed_by_student_start_date": (
        lambda m, v: (m["last_viewed_by_student"] or "") >= v,
        ("2025-08-29",),
    ),
    "last_viewed_by_student_end_date": (
        lambda m, v: m["last_viewed_by_student"] is not None and m["last_viewed_by_student"] <= v,
        ("2025-08-29", "2025-12-31"),
    ),
    "owner": (
        lambda m, v: m["owner"]["email"] == v.lower(),
        ("Omar.Other@sandbox.test", "ines.instructor@sandbox.test"),
    ),
    "tag": (lambda m, v: v in m["tags"], ("biology", "week 3")),
    "source": (lambda m, v: m["source"] == v, ("upload", "screen_capture", "youtube")),
}
"""What each filter of a search means, for what was found without any; and values to try."""

OTHER_VALUES = {
    ("users", "min_permission"): ("edit", 261007),
    ("download", "quality"): ("low", 260854),
    ("unarchive", "collection_id"): ("50012", 260854),
    ("user_search", "role"): ("student", None),
    ("insights_overview", "role"): ("student", None),
    ("insights_users", "role"): ("student", None),
    ("user_search", "email"): ("TARA.teacher@sandbox.test", None),
}
"""A value that makes another answer than none does, and the media with which it does."""


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    with small_studio() as caller:
        prepare(caller)
        yield caller


@pytest.fixture(scope="module")
def sandbox(caller: Caller) -> Asker:
    return Asker(caller.url, KNOWN["base"], caller.tokens()["access_token"])


@pytest.fixture(scope="module")
def everything(sandbox: Asker) -> list[Media]:
    """All that a search finds, each with its tags."""
    found = all_pages(sandbox, {})
    for media in found:
        ids = GOOD | {"media_id": str(media["id"])}
        tags = sandbox.ask(Asked(OPERATIONS["tags"], ids)).json()["tags"]
        media["tags"] = {tag["name"] for tag in tags}
    return found


def all_pages(sandbox: Asker, query: dict[str, Any]) -> list[Media]:
    found, page, last = [], 1, 1
    while page <= last:
        body = sandbox.ask(
            Asked(OPERATIONS["search"], query={**query, "page": page, "per_page": 50})
        ).json()
        found += body["media"]
        page, last = page + 1, body["meta"]["last_page"]
    return found


def parameter(name: str, wanted: str) -> dict[str, Any]:
    return next(one for one in OPERATIONS[name]["parameters"] if one["name"] == wanted)


def malformed(described: dict[str, Any]) -> list[str]:
    """Values that are none of this parameter."""
    if "enum" in described:
        return ["", "nothing", described["enum"][0].upper()]
    values = {
        ("integer", None): ["", "x", "-1", "1.5", "1_0"],
        ("integer", "int64"): ["", "x", "-1", "0", "9" * 19],
        ("string", "date"): ["", "today", "2025-13-01", "2025-02-30", "2025-1-1", "1735689600"],
        ("string", "email"): ["", "nobody", "a b@sandbox.test"],
        ("string", None): [""],
        ("string", "uuid"): ["x", "999", "00000000-0000-4000-8000-000000000000"],
    }[described["type"], described.get("format")]
    limits = [str(described["minimum"] - 1)] if "minimum" in described else []
    return values + limits + ([str(described["maximum"] + 1)] if "maximum" in described else [])


@pytest.mark.parametrize(("name", "wanted"), MALFORMABLE)
def test_what_is_malformed_is_refused(sandbox: Asker, name: str, wanted: str) -> None:
    operation, described = OPERATIONS[name], parameter(name, wanted)
    values = malformed(described)
    if described["in"] == "path":
        calls = [good(operation, values=GOOD | {wanted: value}) for value in values if value]
    else:
        calls = [good(operation, query={wanted: value}) for value in values]
    for asked in calls:
        answer = sandbox.ask(asked)
        assert answer.status_code in (404, 422), (asked, answer.text)
        assert list(answer.json()) == ["error"]


@pytest.mark.parametrize("wanted", FILTERS)
def test_a_filter_finds_what_a_plain_look_finds(
    sandbox: Asker, everything: list[Media], wanted: str
) -> None:
    fits, values = FILTERS[wanted]
    for value in values:
        expected = [media["id"] for media in everything if fits(media, value)]
        assert 0 < len(expected) < len(everything), value
        assert [media["id"] for media in all_pages(sandbox, {wanted: value})] == expected


def test_all_that_is_asked_must_fit(sandbox: Asker, everything: list[Media]) -> None:
    chance, several = random.Random(5), 0
    for _ in range(150):
        names = chance.sample(sorted(FILTERS), chance.randint(2, 4))
        query = {name: chance.choice(FILTERS[name][1]) for name in names}
        expected = [
            media["id"]
            for media in everything
            if all(FILTERS[name][0](media, value) for name, value in query.items())
        ]
        assert [media["id"] for media in all_pages(sandbox, query)] == expected, query
        several += bool(expected)
    assert several > 50


@pytest.mark.parametrize("name", ["search", "collections", "collection_media", "user_search"])
def test_pages_are_parts_of_one_list(sandbox: Asker, name: str) -> None:
    operation = OPERATIONS[name]
    key = next(key for key, text in operation["answer"].items() if text.startswith("["))

    def page(**query: Any) -> tuple[list[int], dict[str, int]]:
        body = sandbox.ask(good(operation, query=query)).json()
        return [one["id"] for one in body[key]], body["meta"]

    first, meta = page(per_page=3)
    second, _ = page(per_page=3, page=2)
    both, _ = page(per_page=6)
    total = meta["total_count"]
    assert (first + second, total > 3) == (both, True)
    assert meta == {"current_page": 1, "last_page": -(-total // 3), "total_count": total}
    assert len(page()[0]) == min(20, total)
    beyond, meta = page(page=meta["last_page"] + 1, per_page=3)
    assert (beyond, meta["total_count"]) == ([], total)


@pytest.mark.parametrize(("name", "wanted"), OTHER_VALUES)
def test_a_value_makes_another_answer(sandbox: Asker, name: str, wanted: str) -> None:
    value, media_id = OTHER_VALUES[name, wanted]
    asked = good(OPERATIONS[name], values=GOOD | {"media_id": str(media_id)})
    without = sandbox.ask(asked)
    given = sandbox.ask(good(OPERATIONS[name], values=asked.values, query={wanted: value}))
    assert (without.status_code, given.status_code) in ((200, 200), (302, 302))
    told = [(answer.headers.get("Location"), answer.content) for answer in (without, given)]
    assert told[0] != told[1]


def test_every_query_parameter_is_tried_for_its_effect() -> None:
    pages = {"page", "per_page"}
    told = set(OTHER_VALUES) | {("search", name) for name in FILTERS}
    queries = {
        (name, wanted)
        for name, wanted in PARAMETERS
        if parameter(name, wanted)["in"] == "query" and wanted not in pages
    }
    assert queries == told


@pytest.mark.parametrize(("name", "wanted"), PARAMETERS)
def test_every_value_of_a_list_and_every_limit_is_taken(
    sandbox: Asker, name: str, wanted: str
) -> None:
    described = parameter(name, wanted)
    limits = [described[limit] for limit in ("minimum", "maximum") if limit in described]
    for value in described.get("enum", []) + limits:
        status = sandbox.ask(good(OPERATIONS[name], query={wanted: value})).status_code
        assert status in (200, 302) or (wanted, value, status) == ("quality", "highest", 404)


@pytest.mark.parametrize(("name", "wanted"), FIELDS)
def test_a_field_of_a_body_is_wanted_and_held_to_its_type(
    sandbox: Asker, name: str, wanted: str
) -> None:
    operation = OPERATIONS[name]
    field = next(one for one in operation["body"] if one["name"] == wanted)
    refused = 400 if "400" in operation["statuses"] else 422
    wrong: list[Any] = {"integer": ["42", 0, True, None], "boolean": ["true", 1]}.get(
        field["type"], [None, 7, "nothing", []]
    )
    for value in wrong:
        asked = good(operation, body=BODIES[name] | {wanted: value})
        assert sandbox.ask(asked).status_code == refused, value
    without = {key: value for key, value in BODIES[name].items() if key != wanted}
    assert (sandbox.ask(good(operation, body=without)).status_code == refused) == field["required"]
    for value in field.get("enum", [True, False] if field["type"] == "boolean" else []):
        asked = good(operation, body=BODIES[name] | {wanted: value})
        assert sandbox.ask(asked).status_code == 200
