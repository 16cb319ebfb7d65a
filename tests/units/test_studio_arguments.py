"""What can be asked of Studio: each oddity is refused before anything is sent, and named."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from app.studio import arguments
from app.studio.client import StudioClient
from app.studio.errors import Fault, StudioArgumentError
from app.studio.protocol import EmbedWish
from app.studio.search import MediaSearch, read_search
from app.studio.shapes import Grant

NOTHING: Any = None
CLIENT = StudioClient("https://studio.example", NOTHING, NOTHING)
"""Has no way out: whatever it did not refuse before a call would be another error."""

NUMBER = f"must be a whole number from 1 to {2**63 - 1}"
WISH = EmbedWish(7, 101, "embed", False)


def _faults(ask: Callable[[], object]) -> dict[str, str]:
    with pytest.raises(StudioArgumentError) as caught:
        ask()
    error = caught.value
    assert (error.slug, error.status) == ("studio-argument", 422)
    assert all(f"{fault.field}: {fault.message}" in error.title for fault in error.faults)
    return {fault.field: fault.message for fault in error.faults}


@pytest.mark.parametrize("odd", [0, -1, 2**63, "7", "x", None, 7.0, True, [7]], ids=repr)
@pytest.mark.parametrize(
    ("field", "ask"),
    [
        ("media_id", CLIENT.get_media),
        ("media_id", CLIENT.delete_media),
        ("media_id", CLIENT.archive_media),
        ("media_id", CLIENT.unarchive_media),
        ("media_id", CLIENT.list_courses),
        ("media_id", CLIENT.get_download_url),
        ("media_id", CLIENT.list_permissions),
        ("media_id", lambda odd: CLIENT.add_permissions(odd, [_grant()])),
        ("media_id", CLIENT.list_perspectives),
        ("media_id", CLIENT.list_sources),
        ("media_id", CLIENT.list_users),
        ("media_id", lambda odd: CLIENT.has_user(odd, "a@b.example")),
        ("media_id", CLIENT.list_caption_files),
        ("media_id", lambda odd: CLIENT.create_embed(EmbedWish(odd, 101, "embed", False))),
        ("course_id", lambda odd: CLIENT.create_embed(EmbedWish(7, odd, "embed", False))),
        ("course_id", lambda odd: CLIENT.find_launch_url(EmbedWish(7, odd, "embed", False))),
        ("course_id", CLIENT.get_course),
        ("course_id", CLIENT.list_course_perspectives),
        ("collection_id", CLIENT.list_collection_media),
    ],
)
def test_an_id_that_is_no_positive_number_is_refused(
    field: str, ask: Callable[[Any], object], odd: Any
):
    assert _faults(lambda: ask(odd)) == {field: NUMBER}


def test_unarchiving_into_a_collection_needs_its_number():
    assert _faults(lambda: CLIENT.unarchive_media(7, 0)) == {"collection_id": NUMBER}


@pytest.mark.parametrize("odd", [0, -1, 51, 1000, "20", None, 2.5, True], ids=repr)
def test_a_page_holds_fifty_at_the_most(odd: Any):
    told = "must be a whole number from 1 to 50"
    assert _faults(lambda: CLIENT.search(per_page=odd)) == {"per_page": told}
    assert "page" in _faults(lambda: CLIENT.search(page=0))
    assert "page" in _faults(lambda: CLIENT.search(page=1_000_001))


@pytest.mark.parametrize("odd", [0, -1, "5", True], ids=repr)
def test_a_limit_is_refused_at_once_and_not_when_the_list_is_read(odd: Any):
    for ask in (CLIENT.list_media, CLIENT.list_collections):
        assert "limit" in _faults(lambda ask=ask: ask(limit=odd))  # type: ignore[misc]


@pytest.mark.parametrize("odd", ["", "own", "EDIT", None, 5], ids=repr)
def test_a_permission_is_one_of_three(odd: Any):
    told = {"min_permission": "must be one of access, view, edit"}
    assert _faults(lambda: CLIENT.list_users(7, odd)) == told


@pytest.mark.parametrize("odd", ["", "thumbnail_embed", None], ids=repr)
def test_an_embed_type_is_one_of_two(odd: Any):
    told = {"embed_type": "must be one of embed, bare_embed"}
    assert _faults(lambda: CLIENT.create_embed(EmbedWish(7, 101, odd, False))) == told


@pytest.mark.parametrize("odd", ["false", 0, 1, None], ids=repr)
def test_downloadable_is_true_or_false(odd: Any):
    for ask in (CLIENT.create_embed, CLIENT.find_launch_url):
        wish = EmbedWish(7, 101, "embed", odd)
        told = {"downloadable": "must be true or false"}
        assert _faults(lambda ask=ask, wish=wish: ask(wish)) == told  # type: ignore[misc]


@pytest.mark.parametrize("odd", ["", "  ", "a\nb", None, 5], ids=repr)
def test_a_quality_is_a_text(odd: Any):
    if odd is not None:
        assert "quality" in _faults(lambda: CLIENT.get_download_url(7, odd))


@pytest.mark.parametrize("odd", ["", "ada", "a@b@c", "a b@c.example", "a@b.example\n", None, 5])
def test_an_address_is_one(odd: Any):
    told = {"email": "must be an e-mail address"}
    assert _faults(lambda: CLIENT.find_user(odd)) == told


def test_sharing_with_nobody_is_refused():
    told = {"permissions": "must hold at least one"}
    assert _faults(lambda: CLIENT.add_permissions(7, [])) == told


def _grant(**fields: Any) -> Grant:
    return Grant(**({"user_id": 1, "permission": "view"} | fields))


def test_a_grant_is_for_one_person_or_one_group():
    assert _grant().body() == {"user_id": 1, "permission": "view"}
    assert _grant(user_id=None, group_id=2).body() == {"group_id": 2, "permission": "view"}
    for odd in (
        {"user_id": None},
        {"group_id": 2},
        {"user_id": 0},
        {"permission": "own"},
        {"more": 1},
    ):
        with pytest.raises(ValidationError):
            _grant(**odd)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({}, {}),
        ({"title": " black hole "}, {"title": "black hole"}),
        ({"min_size": "0", "max_size": 5}, {"min_size": "0", "max_size": "5"}),
        ({"start_date": "2026-03-01"}, {"start_date": "2026-03-01"}),
        ({"end_date": date(2026, 2, 28)}, {"end_date": "2026-02-28"}),
        (
            {"owner": "a@b.example", "tag": "Exam Prep", "source": "youtube"},
            {"owner": "a@b.example", "tag": "Exam Prep", "source": "youtube"},
        ),
        ({"last_viewed_by_student_end_date": "2024-02-29"},) * 2,
        ({"title": None, "owner": None}, {}),
    ],
    ids=str,
)
def test_filters_are_sent_as_studio_names_them(given: dict[str, Any], sent: dict[str, str]):
    assert read_search(given).query() == sent


DAY = "must be a date such as 2026-03-01"


@pytest.mark.parametrize(
    ("field", "odd", "told"),
    [
        ("title", "", "must not be blank"),
        ("title", " \t ", "must not be blank"),
        ("title", "a\nb", "must be a text on one line"),
        ("title", 5, "input should be a valid string"),
        ("tag", "", "must not be blank"),
        ("min_size", -1, "input should be greater than or equal to 0"),
        (
            "max_size",
            "big",
            "input should be a valid integer, unable to parse string as an integer",
        ),
        ("max_size", 2**63, f"input should be less than or equal to {2**63 - 1}"),
        ("start_date", "yesterday", DAY),
        ("start_date", "2026-3-1", DAY),
        ("start_date", "01.03.2026", DAY),
        ("start_date", "2026-03-01T00:00:00", DAY),
        ("start_date", "", DAY),
        ("start_date", 20260301, DAY),
        ("start_date", datetime(2026, 3, 1, tzinfo=UTC), DAY),
        ("last_viewed_end_date", "٢٠٢٦-٠٣-٠١", DAY),
        ("end_date", "2026-02-29", DAY),
        ("page", 1, "extra inputs are not permitted"),
        ("titel", "x", "extra inputs are not permitted"),
    ],
    ids=str,
)
def test_a_filter_that_is_none_is_named(field: str, odd: Any, told: str):
    assert _faults(lambda: read_search({field: odd})) == {field: told}


@pytest.mark.parametrize("prefix", ["", "last_viewed_", "last_viewed_by_student_"])
def test_a_span_does_not_end_before_it_begins(prefix: str):
    days = {f"{prefix}start_date": "2026-03-02", f"{prefix}end_date": "2026-03-01"}
    told = {f"{prefix}end_date": "must not be before the start date"}
    assert _faults(lambda: read_search(days)) == told
    assert read_search({**days, f"{prefix}end_date": "2026-03-02"})


@pytest.mark.parametrize("odd", ["ada", "a@b\n", " a@b.example", "", 5])
def test_an_owner_is_an_address(odd: Any):
    assert list(_faults(lambda: read_search({"owner": odd}))) == ["owner"]


@pytest.mark.parametrize("odd", ["", "you tube", "a/b", "x" * 65, "youtube\n", 5])
def test_a_source_is_a_word(odd: Any):
    assert list(_faults(lambda: read_search({"source": odd}))) == ["source"]


def test_every_fault_is_told_at_once_and_no_value():
    faults = _faults(lambda: read_search({"title": "", "owner": "secret", "min_size": "secret"}))
    assert set(faults) == {"title", "owner", "min_size"}
    assert "secret" not in str(faults)


def test_filters_are_values():
    assert MediaSearch(title="a") == read_search({"title": "a"})
    with pytest.raises(ValidationError):
        MediaSearch(title="a").title = "b"  # type: ignore[misc]


def test_a_fault_at_the_top_has_a_name_too():
    assert arguments.place(()) == "value"
    assert Fault("a", "b") == Fault("a", "b")
