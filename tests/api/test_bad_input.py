"""What cannot be used: each fault is told with its place, and nothing is asked of Studio."""

from typing import Any

import pytest

from tests.api.calling import CELLS, Api, check_problem, faults
from tests.world import World

EMBED = {"media_id": CELLS, "course_id": 5, "embed_type": "embed", "downloadable": False}
JSON = {"Content-Type": "application/json"}
MANY = dict.fromkeys(map(str, range(201)), 1)
TOO_MANY = "must not have more than 200 fields"
WHOLE = "must be a whole number from 1 to 9223372036854775807"


def _calls(world: World) -> int:
    answer = world.http.get(f"{world.studio.settings.url}/_sandbox/calls")
    return len(answer.json())


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("/media_id", "is missing"), ("/course_id", "is missing")]),
        (EMBED | {"media_id": str(CELLS)}, [("/media_id", "should be a valid integer")]),
        (EMBED | {"media_id": 0}, [("/media_id", "should be greater than or equal to 1")]),
        (EMBED | {"media_id": True}, [("/media_id", "should be a valid integer")]),
        (EMBED | {"media_id": 2.5}, [("/media_id", "should be a valid integer")]),
        (EMBED | {"media_id": None}, [("/media_id", "should be a valid integer")]),
        (
            EMBED | {"course_id": 2**63},
            [("/course_id", "should be less than or equal to 9223372036854775807")],
        ),
        (EMBED | {"embed_type": "iframe"}, [("/embed_type", "should be 'embed' or 'bare_embed'")]),
        (EMBED | {"downloadable": "no"}, [("/downloadable", "should be a valid boolean")]),
        (EMBED | {"start_at": 5}, [("/start_at", "is not known")]),
        (EMBED | {"a/b~c": 5}, [("/a~1b~0c", "is not known")]),
        (EMBED | MANY, [("", TOO_MANY)]),
        ([], [("", "must be an object")]),
        ("text", [("", "must be an object")]),
        (None, [("", "must be an object")]),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_field_of_a_body_is_named_by_a_pointer(
    world: World, api: Api, body: Any, expected: list[tuple[str, str]]
):
    before = _calls(world)
    answer = api.call("POST", "/embeds", json=body) if body is not None else _null(api)
    document = check_problem(world, answer, 422, "fields-odd")
    assert faults(document) == expected
    assert all("pointer" in fault for fault in document["errors"])
    assert _calls(world) == before


def _null(api: Api) -> Any:
    return api.call("POST", "/embeds", data=b"null", headers=JSON)


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [
        ([], [("/permissions", "list should have at least 1 item after validation, not 0")]),
        (
            [{"permission": "view"}],
            [("/permissions/0", "either user_id or group_id must be there")],
        ),
        (
            [{"user_id": 1, "permission": "view"}, {"user_id": "1", "permission": "own"}],
            [
                ("/permissions/1/user_id", "should be a valid integer"),
                ("/permissions/1/permission", "should be 'access', 'view' or 'edit'"),
            ],
        ),
        (
            [{"user_id": None, "group_id": None, "permission": "view"}],
            [("/permissions/0", "either user_id or group_id must be there")],
        ),
        (
            [{"user_id": 1, "permission": "view"} | MANY],
            [("/permissions/0", TOO_MANY)],
        ),
        (
            [{"user_id": 1, "group_id": 2, "permission": "view"}],
            [("/permissions/0", "either user_id or group_id must be there")],
        ),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_field_deep_in_a_body_is_named_too(
    world: World, api: Api, permissions: Any, expected: list[tuple[str, str]]
):
    answer = api.post(f"/media/{CELLS}/permissions", {"permissions": permissions})
    assert faults(check_problem(world, answer, 422, "fields-odd")) == expected


def test_studios_own_shape_wants_a_type(world: World, api: Api):
    answer = api.post(f"/media/{CELLS}/create_embed", {"course_id": 5, "media_id": 7})
    document = check_problem(world, answer, 422, "fields-odd")
    assert faults(document) == [("/embed_type", "is missing"), ("/media_id", "is not known")]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/embeds?per_page=1000", ("per_page", "should be less than or equal to 50")),
        ("/embeds?page=0", ("page", "must be a whole number above zero")),
        ("/embeds?page=1.0", ("page", "must be a whole number above zero")),
        ("/embeds?page=", ("page", "must be a whole number above zero")),
        ("/embeds?page=1000001", ("page", "should be less than or equal to 1000000")),
        ("/embeds?page=1&page=2", ("page", "should be a valid integer")),
        ("/embeds?course_id=abc", ("course_id", "must be a whole number above zero")),
        ("/embeds?media_id=-1", ("media_id", "must be a whole number above zero")),
        ("/embeds?media_id=%D9%A1", ("media_id", "must be a whole number above zero")),
        ("/embeds?embed_type=", ("embed_type", "should be 'embed' or 'bare_embed'")),
        ("/embeds?order=title", ("order", "is not known")),
        ("/media/search?per_page=1000", ("per_page", "should be less than or equal to 50")),
        ("/media/search?title=", ("title", "must not be blank")),
        ("/media/search?title=%20", ("title", "must not be blank")),
        ("/media/search?title=a%00b", ("title", "must be a text on one line")),
        ("/media/search?tag=a%0Ab", ("tag", "must be a text on one line")),
        (
            "/media/search?start_date=2026-02-30",
            ("start_date", "must be a date such as 2026-03-01"),
        ),
        ("/media/search?end_date=yesterday", ("end_date", "must be a date such as 2026-03-01")),
        ("/media/search?end_date=1764000000", ("end_date", "must be a date such as 2026-03-01")),
        ("/media/search?min_size=-1", ("min_size", "should be greater than or equal to 0")),
        ("/media/search?owner=ines", ("owner", "must be an e-mail address")),
        ("/media/search?colour=red", ("colour", "is not known")),
        (f"/media/{CELLS}/users?min_permission=own", ("min_permission", None)),
        (f"/media/{CELLS}/download?quality=", ("quality", None)),
        (f"/media/{CELLS}/download?quality=../x", ("quality", None)),
        ("/media/abc", ("media_id", WHOLE)),
        ("/media/0", ("media_id", WHOLE)),
        ("/media/-5/users", ("media_id", WHOLE)),
        (f"/media/{2**63}/sources", ("media_id", WHOLE)),
        ("/media/5%2F..%2F6", None),
        ("/media/%D9%A1", ("media_id", WHOLE)),
        ("/embeds/abc", ("embed_id", WHOLE)),
        (f"/embeds/{2**63}", ("embed_id", WHOLE)),
        (f"/media/{CELLS}?dry_run=1", ("dry_run", "is not known")),
        (f"/media/{CELLS}/sources?quality=low", ("quality", "is not known")),
    ],
)
def test_a_parameter_is_named(
    world: World, api: Api, path: str, expected: tuple[str, str | None] | None
):
    before = _calls(world)
    answer = api.get(path)
    if expected is None:
        check_problem(world, answer, 404, "not-found")
    else:
        document = check_problem(world, answer, 422, "fields-odd")
        ((place, detail),) = faults(document)
        assert (place, expected[1] or detail) == (expected[0], detail)
        assert "parameter" in document["errors"][0]
    assert _calls(world) == before


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", f"/media/{CELLS}"), ("PUT", f"/media/{CELLS}/archive"), ("POST", "/embeds")],
)
def test_what_changes_something_takes_no_parameter_that_it_does_not_know(
    world: World, api: Api, method: str, path: str
):
    before = _calls(world)
    answer = api.call(method, f"{path}?downloadable=true", json=EMBED)
    document = check_problem(world, answer, 422, "fields-odd")
    assert faults(document) == [("downloadable", "is not known")]
    assert _calls(world) == before


@pytest.mark.parametrize("number", [2**31, 2**63 - 1])
def test_a_number_that_no_embed_has_is_one_that_is_not_there(world: World, api: Api, number: int):
    for method in ("GET", "DELETE"):
        answer = api.call(method, f"/embeds/{number}")
        check_problem(world, answer, 404, "embed-not-found")


def test_all_faults_are_told_at_once(world: World, api: Api):
    answer = api.get("/media/search?page=x&per_page=51&start_date=never&owner=&hue=1")
    found = faults(check_problem(world, answer, 422, "fields-odd"))
    assert {place for place, _ in found} == {"page", "per_page", "start_date", "owner", "hue"}


@pytest.mark.parametrize(
    ("body", "headers", "status", "name"),
    [
        (b"{", JSON, 400, "body-unreadable"),
        (b"", JSON, 400, "body-unreadable"),
        (b'{"media_id": 1}}', JSON, 400, "body-unreadable"),
        (b"\xff\xfe", JSON, 400, "body-unreadable"),
        (b'{"media_id": "\xff"}', JSON, 400, "body-unreadable"),
        (b"[" * 200_000, JSON, 400, "body-unreadable"),
        (b"1" * 5000, JSON, 400, "body-unreadable"),
        (b'{"media_id": NaN, "course_id": 1}', JSON, 422, "fields-odd"),
        (b'{"media_id": 1e400, "course_id": 1}', JSON, 422, "fields-odd"),
        (b"{}", {}, 415, "media-type"),
        (b"media_id=1", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "media-type"),
        (b"{}", {"Content-Type": "text/plain"}, 415, "media-type"),
        (b"{}", {"Content-Type": "application/vnd.api+json"}, 415, "media-type"),
        (b"<x/>", {"Content-Type": "text/xml"}, 415, "media-type"),
        (b" " * (1024 * 1024 + 1), JSON, 413, "too-large"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_body_that_is_none_is_told(
    world: World, api: Api, body: bytes, headers: dict[str, str], status: int, name: str
):
    for path in ("/embeds", f"/media/{CELLS}/create_embed", f"/media/{CELLS}/permissions"):
        answer = api.call("POST", path, data=body, headers=headers)
        check_problem(world, answer, status, name)


def test_a_whole_number_is_one_however_json_writes_it(world: World, api: Api):
    body = b'{"media_id": 2.60854e5, "course_id": 78.0}'
    assert api.call("POST", "/embeds", data=body, headers=JSON).json()["course_id"] == 78
    half = api.call("POST", "/embeds", data=b'{"media_id": 1.5, "course_id": 1}', headers=JSON)
    found = faults(check_problem(world, half, 422, "fields-odd"))
    assert found == [("/media_id", "should be a valid integer")]


def test_json_with_a_charset_is_taken(api: Api):
    body = b'{"media_id": 260854, "course_id": 77}'
    named = {"Content-Type": "application/json; charset=utf-8"}
    assert api.call("POST", "/embeds", data=body, headers=named).status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "status", "name"),
    [
        ("GET", "/nothing", 404, "not-found"),
        ("GET", "/embeds/", 404, "not-found"),
        ("GET", "//embeds", 404, "not-found"),
        ("POST", "//embeds", 404, "not-found"),
        ("GET", "/media", 404, "not-found"),
        ("GET", f"/media/{CELLS}/tags", 404, "not-found"),
        ("GET", "/../v2/embeds", 404, "not-found"),
        ("PATCH", "/embeds", 405, "method-not-allowed"),
        ("POST", "/media/search", 405, "method-not-allowed"),
        ("GET", f"/media/{CELLS}/archive", 405, "method-not-allowed"),
        ("DELETE", "/media/search", 405, "method-not-allowed"),
        ("GET", "/media/search/users", 404, "not-found"),
        ("GET", "/media/searches", 422, "fields-odd"),
    ],
)
def test_what_is_not_there_is_a_problem_too(
    world: World, api: Api, method: str, path: str, status: int, name: str
):
    answer = api.call(method, path)
    check_problem(world, answer, status, name)
    assert ("Allow" in answer.headers) == (status == 405)


def test_the_methods_of_an_address_are_named(api: Api):
    allowed = {
        path: sorted(api.call("OPTIONS", path).headers["Allow"].split(", "))
        for path in ("/media/search", f"/media/{CELLS}", "/media/abc")
    }
    one = ["DELETE", "GET", "HEAD"]
    assert allowed == {"/media/search": ["GET", "HEAD"], f"/media/{CELLS}": one, "/media/abc": one}


def test_a_head_answers_as_a_get_does_without_its_body(api: Api):
    head, get = api.call("HEAD", "/embeds"), api.get("/embeds")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"]
