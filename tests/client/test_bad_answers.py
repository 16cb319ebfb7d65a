"""Studio's answers that are no answers: each has its error, and none does harm."""

from collections.abc import Callable
from typing import Any

import pytest

from app.studio import errors
from app.studio.client import StudioClient
from app.studio.protocol import EmbedWish
from app.studio.shapes import Grant
from tests.client.reaching import Reach

CELLS = 260854
Ask = Callable[[StudioClient], object]
OPERATIONS: dict[str, Ask] = {
    "search": lambda client: client.search(),
    "show": lambda client: client.get_media(CELLS),
    "delete": lambda client: client.delete_media(CELLS),
    "archive": lambda client: client.archive_media(CELLS),
    "unarchive": lambda client: client.unarchive_media(CELLS),
    "courses": lambda client: client.list_courses(CELLS),
    "create_embed": lambda client: client.create_embed(EmbedWish(CELLS, 101, "embed", False)),
    "download": lambda client: client.get_download_url(CELLS),
    "permissions": lambda client: client.list_permissions(CELLS),
    "add_permissions": lambda client: client.add_permissions(CELLS, [_grant()]),
    "perspectives": lambda client: client.list_perspectives(CELLS),
    "sources": lambda client: client.list_sources(CELLS),
    "users": lambda client: list(client.list_users(CELLS)),
    "caption_files": lambda client: client.list_caption_files(CELLS),
    "ping": lambda client: client.ping(),
    "collections": lambda client: list(client.list_collections()),
    "collection_media": lambda client: list(client.list_collection_media(50_011)),
    "course": lambda client: client.get_course(101),
    "course_perspectives": lambda client: client.list_course_perspectives(101),
    "user_search": lambda client: client.find_user("ines.instructor@sandbox.test"),
}
LISTS = {
    "search": "media",
    "courses": "courses",
    "permissions": "permissions",
    "perspectives": "perspectives",
    "sources": "sources",
    "users": "users",
    "caption_files": "caption_files",
    "collections": "collections",
    "collection_media": "media",
    "course_perspectives": "perspectives",
    "user_search": "users",
}
JSON = [name for name in OPERATIONS if name not in ("ping", "download")]
UNSAFE = ("create_embed", "delete", "add_permissions")


def _grant() -> Grant:
    return Grant(user_id=4402, permission="view")


def _asked(reach: Reach, name: str, ask: Ask, error: type[errors.StudioError]) -> tuple[Any, int]:
    """What was raised, and how often Studio was called for it."""
    before = len(reach.calls(name))
    with pytest.raises(error) as caught:
        ask(reach.client())
    assert type(caught.value) is error
    return caught.value, len(reach.calls(name)) - before


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize(
    "how",
    [
        {"html": True},
        {"html": True, "status": 418},
        {"garbage": True},
        {"status": 418},
    ],
    ids=str,
)
def test_what_is_no_answer_of_studio_is_refused_and_asked_once(
    reach: Reach, name: str, how: dict[str, Any]
):
    reach.fail(name, **how)
    error, calls = _asked(reach, name, OPERATIONS[name], errors.StudioAnswerError)
    assert (error.slug, error.status, calls) == ("studio-answer", 502, 1)
    assert error.log.startswith(f"{name}: ")


@pytest.mark.parametrize("name", JSON)
@pytest.mark.parametrize("body", [5, "text", [5], {}, {"error": "no"}], ids=repr)
def test_json_of_another_shape_is_refused(reach: Reach, name: str, body: Any):
    reach.fail(name, body=body)
    error, calls = _asked(reach, name, OPERATIONS[name], errors.StudioAnswerError)
    assert (error.status, calls) == (502, 1)


@pytest.mark.parametrize(("name", "key"), LISTS.items())
def test_a_field_of_another_type_is_named(reach: Reach, name: str, key: str):
    reach.fail(name, body={key: [{"id": {"secret": 1}, "permission": {"secret": 1}, "url": 5}]})
    error, _ = _asked(reach, name, OPERATIONS[name], errors.StudioAnswerError)
    assert error.log.startswith(f"{name}: {key}.0.")
    assert "secret" not in error.log


def test_a_field_that_changed_its_type_is_named_among_good_ones(reach: Reach):
    reach.fail("search", change={"media.3.owner.email": ["secret"]})
    error, _ = _asked(reach, "search", OPERATIONS["search"], errors.StudioAnswerError)
    assert error.log == "search: media.3.owner.email: Input should be a valid string"


def test_fields_that_studio_leaves_out_are_missed_by_nobody(reach: Reach):
    reach.fail("show", drop=["media.owner", "media.title", "media.collection", "media.created_at"])
    media = reach.client().get_media(CELLS)
    assert (media.id, media.owner, media.title) == (CELLS, None, None)


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name != "download"])
def test_a_redirect_is_never_followed(reach: Reach, name: str):
    reach.fail(name, redirect=f"{reach.url}/_sandbox/tokens")
    error, calls = _asked(reach, name, OPERATIONS[name], errors.StudioAnswerError)
    assert (error.log, calls) == (f"{name}: Studio answered 302", 1)


@pytest.mark.parametrize("to", ["", "ftp://files.example/x", "https://u:p@files.example/"])
def test_a_download_that_leads_to_no_url_is_refused(reach: Reach, to: str):
    reach.fail("download", redirect=to)
    error, _ = _asked(reach, "download", OPERATIONS["download"], errors.StudioAnswerError)
    assert "files" not in error.log


def test_a_download_elsewhere_is_told_and_not_visited(reach: Reach):
    reach.fail("download", redirect="https://files.notorious.example/7.mp4?signature=x")
    found = reach.client().get_download_url(CELLS)
    assert found == "https://files.notorious.example/7.mp4?signature=x"


def test_a_download_without_a_redirect_is_refused(reach: Reach):
    reach.fail("download", body={"url": "https://files.example/x"})
    error, calls = _asked(reach, "download", OPERATIONS["download"], errors.StudioAnswerError)
    assert (error.log, calls) == ("download: Studio answered 200", 1)


@pytest.mark.parametrize("how", ["cut", "reset"])
@pytest.mark.parametrize("name", ["search", "show", "sources", "unarchive"])
def test_an_answer_that_is_cut_off_is_asked_for_again_where_that_does_no_harm(
    reach: Reach, name: str, how: str
):
    before = len(reach.calls(name))
    reach.fail(name, times=2, **{how: True})
    OPERATIONS[name](reach.client())
    assert len(reach.calls(name)) - before == 3


@pytest.mark.parametrize("name", UNSAFE)
def test_what_may_have_been_obeyed_is_not_sent_again(reach: Reach, name: str):
    reach.fail(name, reset=True)
    error, calls = _asked(reach, name, OPERATIONS[name], errors.StudioLostError)
    assert (error.status, calls) == (503, 1)


@pytest.mark.parametrize(
    ("name", "status", "calls"),
    [
        ("show", 500, 3),
        ("show", 503, 3),
        ("show", 429, 3),
        ("create_embed", 502, 1),
        ("delete", 500, 1),
        ("add_permissions", 504, 1),
        ("delete", 503, 3),
        ("add_permissions", 429, 3),
    ],
)
def test_a_fault_that_stays_ends_after_three_tries_or_one(
    reach: Reach, name: str, status: int, calls: int
):
    reach.fail(name, status=status, times=calls, retry_after=0)
    error, made = _asked(reach, name, OPERATIONS[name], errors.StudioUnavailableError)
    assert (error.slug, error.status, made) == ("studio-unavailable", 503, calls)


def test_a_slow_answer_ends_when_the_time_is_over(reach: Reach):
    reach.fail("show", drip_seconds=30)
    with pytest.raises(errors.StudioTimeoutError) as caught:
        reach.client().within(0.5).get_media(CELLS)
    assert (caught.value.slug, caught.value.status) == ("studio-timeout", 504)
    reach.tell("release")


def test_an_answer_beyond_all_measure_is_refused_and_asked_once(reach: Reach):
    reach.fail("show", body={"media": {"id": 7, "description": "x" * 3_000_000}})
    _, calls = _asked(reach, "show", OPERATIONS["show"], errors.StudioAnswerError)
    assert calls == 1


def test_an_expired_token_is_renewed_once_and_one_that_stays_bad_is_told(reach: Reach):
    client, before = reach.client(), len(reach.calls("token"))
    reach.tell("tokens", expire=True)
    client.ping()
    assert len(reach.calls("token")) - before == 1
    reach.fail("ping", status=401, times=2)
    error, calls = _asked(
        reach, "ping", lambda client: client.ping(), errors.StudioAuthorizationError
    )
    assert (error.slug, error.status, calls) == ("studio-authorization", 502, 2)


def test_every_call_that_goes_out_is_told(reach: Reach):
    told: list[tuple[str, str]] = []
    client = reach.client(
        on_answer=lambda operation, status, _seconds: told.append((operation, status))
    )
    reach.fail("show", status=429)
    reach.fail("show", status=503)
    client.get_media(CELLS)
    reach.fail("ping", reset=True)
    client.ping()
    reach.fail("delete", hold=True)
    with pytest.raises(errors.StudioTimeoutError):
        client.within(0.3).delete_media(999_999_999)
    reach.tell("release")
    assert told == [
        ("show", "429"),
        ("show", "503"),
        ("show", "200"),
        ("ping", "lost"),
        ("ping", "200"),
        ("delete", "timeout"),
    ]
