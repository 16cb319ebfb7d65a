"""The things of Studio as they are read: each field of another type is named."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.studio import protocol
from app.studio.errors import StudioAnswerError
from app.studio.protocol import Meta, Page
from app.studio.shapes import (
    CaptionFile,
    Collection,
    Course,
    Media,
    Permission,
    Perspective,
    Source,
    User,
)

STUDIO = "https://school.instructuremedia.com"
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
FULL = {
    "id": 7,
    "title": "Cells",
    "description": None,
    "duration": 6,
    "created_at": "2025-08-25T07:31:11.261Z",
    "last_viewed": "2025-08-25",
    "last_viewed_by_student": None,
    "thumbnail_url": f"{STUDIO}/thumbnails/7.svg",
    "transcoding_status": "transcoding_finished",
    "owner": {"id": 1, "full_name": "A B", "display_name": "A", "email": "a@b.example"},
    "size": 12,
    "source": "upload",
    "embed_id": "e",
    "lti_launch_id": "e-7",
    "collection": {"id": 5, "name": None, "type": "user"},
}


def _said(value: Any, shape: Any = Media, key: str = "media") -> str | None:
    """What the log says of a list that cannot be read."""
    with pytest.raises(StudioAnswerError) as caught:
        protocol.read_page(value, (key,), shape, "search")
    assert (caught.value.slug, caught.value.status) == ("studio-answer", 502)
    return caught.value.log


def test_a_media_is_read_with_all_its_fields_and_given_back_as_it_came():
    media = protocol.read_one({"media": FULL}, "media", Media, "show")
    assert (media.title, media.duration, media.size) == ("Cells", 6.0, 12)
    assert media.owner == User(id=1, full_name="A B", display_name="A", email="a@b.example")
    assert media.collection == Collection(id=5, name=None, type="user")
    assert media.as_json() == FULL


def test_of_a_media_only_its_number_must_be_there():
    media = protocol.read_one({"media": {"id": 7}}, "media", Media, "show")
    assert media == Media(id=7)
    assert (media.title, media.owner, media.as_json()) == (None, None, {"id": 7})


def test_what_studio_says_beyond_what_is_known_is_kept_aside():
    value = {"id": 7, "mood": {"deep": [1]}, "owner": {"email": "a@b.example", "shoe": 44}}
    media = protocol.read_one({"media": value, "more": 1}, "media", Media, "show")
    assert media.model_extra == {"mood": {"deep": [1]}}
    assert media.as_json() == value


def test_a_title_is_one_line():
    media = protocol.read_one({"media": {"id": 7, "title": "A\nB\x00"}}, "media", Media, "show")
    assert media.title == "A B "
    assert protocol.read_one({"media": {"id": 7, "title": ""}}, "media", Media, "show").title == ""


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("id", "7", "media.1.id: Input should be a valid integer"),
        ("id", 7.5, "media.1.id: Input should be a valid integer"),
        ("id", True, "media.1.id: Input should be a valid integer"),
        ("title", 5, "media.1.title: Input should be a valid string"),
        ("size", "12", "media.1.size: Input should be a valid integer"),
        ("duration", "6", "media.1.duration: Input should be a valid number"),
        ("created_at", "yesterday", "media.1.created_at: Value error, no date or time in ISO 8601"),
        ("created_at", 5, "media.1.created_at: Input should be a valid string"),
        ("last_viewed", [], "media.1.last_viewed: Input should be a valid string"),
        ("owner", "a", "media.1.owner: Input should be a valid dictionary or instance of User"),
        ("owner", {"email": 5}, "media.1.owner.email: Input should be a valid string"),
        ("collection", {}, "media.1.collection.id: Field required"),
    ],
    ids=str,
)
def test_a_field_of_another_type_is_named_with_its_place(field: str, value: Any, named: str):
    assert _said({"media": [{"id": 1}, {**FULL, field: value}]}) == f"search: {named}"


def test_a_log_never_holds_a_value():
    for field in ("id", "size", "created_at", "owner"):
        assert "secret" not in str(_said({"media": [{"id": 1, field: "secret"}]}))


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (None, "media: is not there"),
        (5, "media: is not there"),
        ("media", "media: is not there"),
        ({}, "media: is not there"),
        ({"error": "x"}, "media: is not there"),
        ({"media": None}, "media: no list"),
        ({"media": {"id": 1}}, "media: no list"),
        ({"media": [None]}, "media.0: Input should be a valid dictionary or instance of Media"),
        ({"media": [], "meta": 5}, "meta: Input should be a valid dictionary or instance of Meta"),
        (
            {"media": [], "meta": {"last_page": "3"}},
            "meta.last_page: Input should be a valid integer",
        ),
    ],
    ids=str,
)
def test_what_is_no_list_is_named(value: Any, named: str):
    assert _said(value) == f"search: {named}"


@pytest.mark.parametrize(
    "value", [None, [], {}, {"media": None}, {"media": []}, {"id": 7}], ids=str
)
def test_what_is_no_media_is_refused(value: Any):
    with pytest.raises(StudioAnswerError):
        protocol.read_one(value, "media", Media, "show")


def test_a_list_stands_under_its_key_or_another_or_alone():
    people, keys = [{"id": 1, "permission": "view"}, {"email": None}], ("users", "user_permissions")
    read = (User(id=1, permission="view"), User(email=None))
    for value in ({"users": people}, {"user_permissions": people}, people):
        assert protocol.read_list(value, keys, User, "users") == read
    assert protocol.read_list({"users": []}, keys, User, "users") == ()
    both = {"user_permissions": people, "users": []}
    assert protocol.read_list(both, keys, User, "users") == ()


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (Course, {"id": 101, "name": "Biology"}),
        (Course, {"id": 50, "course_id": 101, "name": None, "type": "course_wide"}),
        (Perspective, {"id": 7001, "uuid": "u", "media_id": 7, "collection": {"id": 5}}),
        (Perspective, {"id": "u-7", "title": "T", "embeds": [{"launch_url": "x"}]}),
        (Source, {"url": "https://x", "definition": "high", "mime_type": "video/mp4", "size": 1}),
        (Permission, {"id": 1, "type": "group", "name": "Staff", "permission": "edit"}),
        (CaptionFile, {"id": 1, "srclang": "en", "status": "published", "url": "/x"}),
        (Collection, {"id": 1, "name": None, "owner": {"id": 2}, "archived_at": None}),
    ],
    ids=str,
)
def test_each_thing_is_read_and_given_back_as_it_came(shape: Any, value: dict[str, Any]):
    (read,) = protocol.read_list([value], ("things",), shape, "things")
    assert read.as_json() == value


def test_a_course_has_a_number_under_either_name_and_the_lms_own_wins():
    assert Course(id=101).number == 101
    assert Course(id=50, course_id=101).number == 101
    assert "neither id nor course_id" in str(_said({"courses": [{"name": "x"}]}, Course, "courses"))


def test_a_permission_says_what_it_allows():
    said = str(_said({"permissions": [{"id": 1}]}, Permission, "permissions"))
    assert said == "search: permissions.0.permission: Field required"


def _page(count: int, last_page: int | None = None, total: int | None = None) -> Page[Media]:
    items = tuple(Media(id=number) for number in range(1, count + 1))
    return Page(items, Meta(last_page=last_page, total_count=total))


@pytest.mark.parametrize(
    ("page", "number", "followed"),
    [
        (_page(20, 3), 2, True),
        (_page(20, 3), 3, False),
        (_page(5, 3), 2, True),
        (_page(0, 3), 2, False),
        (_page(10), 2, True),
        (_page(0), 2, False),
        (_page(10, total=41), 2, True),
        (_page(20, total=40), 2, False),
        (_page(0, total=41), 2, False),
        (Page(_page(10).items, None), 2, True),
        (Page((), None), 1, False),
    ],
    ids=str,
)
def test_a_page_is_followed_if_there_may_be_another(page: Page[Media], number: int, followed: bool):
    assert page.may_be_followed(number, 40) is followed
