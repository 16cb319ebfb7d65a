"""Bodies that begin no batch: refused whole, with a pointer for each fault, and nothing begun."""

from typing import Any

import pytest

from tests.api.batching import CSV, begin, begin_csv, items_of, wanted
from tests.api.calling import CELLS, Api, check_problem, faults
from tests.world import World

JSON = {"Content-Type": "application/json"}
GOOD = {"media_id": CELLS, "course_id": 101}
NAMES = ",".join(["media_id", "course_id", *map(str, range(198))])
"""As many columns as there may be."""
MANY = dict.fromkeys(map(str, range(201)), "x")
TOO_MANY = "must not have more than 200 fields"
OBJECT = "must be an object"
NUMBER = "should be a valid integer"


def _count(api: Api) -> int:
    count: int = api.get("/batches").json()["meta"]["total_count"]
    return count


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ([], [("", OBJECT)]),
        ("text", [("", OBJECT)]),
        ({}, [("/items", "is missing")]),
        ({"items": {}}, [("/items", "should be a valid list")]),
        ({"items": [GOOD], "dry_run": True}, [("/dry_run", "is not known")]),
        ({"items": [GOOD, 5, None]}, [("/items/1", OBJECT), ("/items/2", OBJECT)]),
        (
            {"items": [GOOD, {}, GOOD, {"course_id": "101", "media_id": 0}]},
            [
                ("/items/1/media_id", "is missing"),
                ("/items/1/course_id", "is missing"),
                ("/items/3/media_id", "should be greater than or equal to 1"),
                ("/items/3/course_id", NUMBER),
            ],
        ),
        (
            {"items": [GOOD | {"module": "Week 1", "a/b~c": 1}]},
            [("/items/0/module", "is not known"), ("/items/0/a~1b~0c", "is not known")],
        ),
        (
            {"items": [GOOD | {"embed_type": "iframe", "downloadable": 1}]},
            [
                ("/items/0/embed_type", "should be 'embed' or 'bare_embed'"),
                ("/items/0/downloadable", "should be a valid boolean"),
            ],
        ),
        (
            {"items": [GOOD | {"title": " \n", "start_at": -1}]},
            [
                ("/items/0/title", "must not be blank"),
                ("/items/0/start_at", "should be greater than or equal to 0"),
            ],
        ),
        (
            {"items": [GOOD | {"title": "x" * 256, "start_at": 604_801}]},
            [
                ("/items/0/title", "string should have at most 255 characters"),
                ("/items/0/start_at", "should be less than or equal to 604800"),
            ],
        ),
        (
            {"items": [GOOD | {"more": {"module": 1}}]},
            [("/items/0/more/module", "should be a valid string")],
        ),
        ({"items": [], **MANY}, [("", TOO_MANY)]),
        ({"items": [GOOD, GOOD | MANY]}, [("/items/1", TOO_MANY)]),
        ({"items": [GOOD | {"more": MANY}]}, [("/items/0/more", TOO_MANY)]),
    ],
    ids=lambda value: str(value)[:60],
)
def test_every_fault_of_json_has_its_pointer(
    world: World, api: Api, body: Any, expected: list[tuple[str, str]]
):
    before = _count(api)
    answer = api.call("POST", "/batches", json=body)
    assert faults(check_problem(world, answer, 422, "fields-odd")) == expected
    assert _count(api) == before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("/rows/1/media_id", "is missing"), ("/rows/1/course_id", "is missing")]),
        ("media_id;course_id\n1;2\n", None),
        ("media_id,course_id,media_id\n1,2,3\n", [("/rows/1/media_id", "is there twice")]),
        (
            "media_id,course_id\n1,2\n,3\n\n4,x\n5,1.0\n",
            [
                ("/rows/3/media_id", "is missing"),
                ("/rows/5/course_id", NUMBER),
                ("/rows/6/course_id", NUMBER),
            ],
        ),
        (
            "media_id,course_id,downloadable,start_at,embed_type,title\n1,2,yes,1:30,iframe, x \n",
            [
                ("/rows/2/embed_type", "should be 'embed' or 'bare_embed'"),
                ("/rows/2/downloadable", "should be a valid boolean"),
                ("/rows/2/start_at", NUMBER),
            ],
        ),
        ("media_id,course_id\n1,2,3\n", [("/rows/2", "has more cells than there are columns")]),
        (f"{NAMES},one_more\n1,2\n", [("/rows/1", "has more than 200 columns")]),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_every_fault_of_csv_has_the_row_of_a_spreadsheet_and_its_column(
    world: World, api: Api, text: str, expected: list[tuple[str, str]] | None
):
    before = _count(api)
    found = faults(check_problem(world, begin_csv(api, text), 422, "fields-odd"))
    assert found == (expected or [(f"/rows/1/{name}", "is missing") for name in GOOD])
    assert _count(api) == before


@pytest.mark.parametrize("nested", ["[]", "{}"])
def test_json_of_endlessly_many_lists_is_refused_unread(world: World, api: Api, nested: str):
    body = f'{{"items": [{",".join([nested] * 249_999)}]}}'
    answer = api.call("POST", "/batches", data=body, headers=JSON)
    expected = [("", "must not have more than 250,000 opening brackets")]
    assert faults(check_problem(world, answer, 422, "fields-odd")) == expected


def test_brackets_in_texts_are_no_fault(api: Api):
    begun = begin(api, [GOOD | {"more": {"module": "[{" * 124_998}}])
    assert begun.status_code == 202, begun.text


def test_a_row_may_have_two_hundred_columns(api: Api):
    begun = begin_csv(api, f"{NAMES}\n{CELLS},101" + ",x" * 198)
    assert begun.status_code == 202, begun.text
    (item,) = items_of(api, begun.json())
    assert item["more"] == {str(number): "x" for number in range(198)}


def test_all_rows_together_may_have_half_a_million_cells(world: World, api: Api):
    rows = [f"{CELLS},{course}" + ",x" * 198 for course in range(1, 2502)]
    begun = begin_csv(api, "\n".join([NAMES, *rows[:2500]]))
    assert (begun.status_code, begun.json()["total"]) == (202, 2500)
    api.call("POST", f"/batches/{begun.json()['id']}/cancel")
    told = "goes beyond 500,000 cells in all: send fewer columns, or several batches"
    refused = check_problem(world, begin_csv(api, "\n".join([NAMES, *rows])), 422, "fields-odd")
    assert faults(refused) == [("/rows/2502", told)]


def test_of_many_faults_a_thousand_are_told(world: World, api: Api):
    document = check_problem(world, begin(api, [{}] * 2000), 422, "fields-odd")
    assert len(document["errors"]) == 1000
    assert document["errors"][-1]["pointer"] == "/items/499/course_id"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b'{"items": []}', JSON),
        (b"media_id,course_id\n", CSV),
        (b"media_id,course_id\r\n,\r\n", CSV),
    ],
    ids=str,
)
def test_a_batch_of_nothing_is_refused_and_uses_no_number_up(
    world: World, api: Api, body: bytes, headers: dict[str, str]
):
    before = begin(api, wanted(1)).json()["id"]
    answer = api.call("POST", "/batches", data=body, headers=headers)
    check_problem(world, answer, 422, "batch-empty")
    assert begin(api, wanted(1)).json()["id"] == before + 1


@pytest.mark.parametrize(
    ("body", "headers", "status", "name"),
    [
        (b"{", JSON, 400, "body-unreadable"),
        (b"", JSON, 400, "body-unreadable"),
        (b'{"items": [NaN]}', JSON, 400, "body-unreadable"),
        (b'{"items": "\xff"}', JSON, 400, "body-unreadable"),
        (b'{"items": [{"title": "\\ud800"}]}', JSON, 400, "body-unreadable"),
        (b"[" * 200_000, JSON, 400, "body-unreadable"),
        (b"media_id,course_id\n\xff,1\n", CSV, 400, "body-unreadable"),
        (b'media_id,course_id\n"1"2,1\n', CSV, 400, "body-unreadable"),
        (b'media_id,course_id\n"1,1\n', CSV, 400, "body-unreadable"),
        (b"{}", {}, 415, "media-type"),
        (b"{}", {"Content-Type": "text/plain"}, 415, "media-type"),
        (b"x", {"Content-Type": "multipart/form-data; boundary=x"}, 415, "media-type"),
        (b" " * (8 * 1024 * 1024 + 1), JSON, 413, "too-large"),
        (b" " * (8 * 1024 * 1024), JSON, 400, "body-unreadable"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_body_that_is_none_is_told(
    world: World, api: Api, body: bytes, headers: dict[str, str], status: int, name: str
):
    check_problem(world, api.call("POST", "/batches", data=body, headers=headers), status, name)


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/batches?status=done", "status"),
        ("/batches?per_page=51", "per_page"),
        ("/batches/1/items?status=lost", "status"),
        ("/batches/1/items?page=0", "page"),
        ("/batches/x", "batch_id"),
        ("/batches/0/items", "batch_id"),
    ],
)
def test_a_parameter_is_named(world: World, api: Api, path: str, parameter: str):
    found = faults(check_problem(world, api.get(path), 422, "fields-odd"))
    assert [place for place, _ in found] == [parameter]
