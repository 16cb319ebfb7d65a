"""What is tried again, how often and when: rules without clocks and sockets."""

from typing import Any

import pytest

from app.studio import errors, operations
from app.studio.operations import Operation
from app.studio.trying import (
    LAUNCH,
    PATIENT,
    find_wait,
    is_failed_try,
    may_have_been_obeyed,
    may_repeat,
)

READING = [
    operations.SEARCH,
    operations.SHOW,
    operations.COURSES,
    operations.DOWNLOAD,
    operations.PERMISSIONS,
    operations.PERSPECTIVES,
    operations.SOURCES,
    operations.USERS,
    operations.CAPTION_FILES,
    operations.PING,
    operations.COLLECTIONS,
    operations.COLLECTION_MEDIA,
    operations.COURSE,
    operations.COURSE_PERSPECTIVES,
    operations.USER_SEARCH,
]
HARMLESS = [*READING, operations.ARCHIVE, operations.UNARCHIVE]
ONCE = [operations.DELETE, operations.ADD_PERMISSIONS, operations.CREATE_EMBED]
ALL = [*HARMLESS, *ONCE]
UNREACHABLE = errors.unavailable("no connection")


def _answered(status: int, asked: int | None = None) -> errors.StudioError:
    return errors.by_status(status, operations.SHOW, asked)


def test_every_operation_is_of_one_kind():
    kept = {one for one in vars(operations).values() if isinstance(one, Operation)}
    assert kept == set(ALL)
    assert len({one.name for one in ALL}) == len(ALL) == len(kept)


@pytest.mark.parametrize("operation", HARMLESS, ids=lambda one: one.name)
def test_what_does_no_harm_is_sent_again_after_everything_that_may_pass(operation: Operation):
    passing = (UNREACHABLE, errors.timeout("x"), errors.lost("x"))
    passing += tuple(_answered(status) for status in (429, 500, 502, 503, 504))
    assert all(may_repeat(operation, error) for error in passing)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (errors.timeout("x"), True),
        (errors.lost("x"), True),
        (errors.answer("x"), True),
        (_answered(500), True),
        (_answered(504), True),
        (_answered(503), False),
        (_answered(429), False),
        (_answered(404), False),
        (_answered(422), False),
        (errors.circuit_open(5), False),
        (errors.no_slot(5), False),
        (errors.authorization("x"), False),
        (UNREACHABLE, False),
    ],
)
def test_a_call_may_have_been_obeyed_unless_studio_or_the_way_there_says_no(
    error: errors.StudioError, expected: bool
):
    assert may_have_been_obeyed(error) == expected


@pytest.mark.parametrize("operation", ONCE, ids=lambda one: one.name)
def test_deleting_sharing_and_embedding_are_sent_again_only_where_nobody_obeyed(
    operation: Operation,
):
    assert all(may_repeat(operation, _answered(status)) for status in (429, 503))
    assert may_repeat(operation, UNREACHABLE)
    assert not any(may_repeat(operation, _answered(status)) for status in (500, 502, 504))
    assert not may_repeat(operation, errors.timeout("x"))
    assert not may_repeat(operation, errors.lost("x"))


@pytest.mark.parametrize(
    "error",
    [
        *(_answered(status) for status in (301, 302, 400, 403, 404, 418, 422)),
        errors.authorization("x"),
        errors.token_unavailable("x"),
        errors.answer("x"),
        errors.circuit_open(5),
        errors.no_slot(5),
        errors.argument(errors.Fault("a", "b")),
        ValueError(),
    ],
    ids=lambda error: f"{type(error).__name__} {getattr(error, 'status', '')}",
)
def test_what_stays_as_it_is_is_not_asked_again(error: Exception):
    assert not any(may_repeat(operation, error) for operation in ALL)


def test_a_launch_counts_every_try_and_who_waits_no_429():
    assert is_failed_try(LAUNCH, _answered(429))
    assert not is_failed_try(PATIENT, _answered(429))
    for error in (_answered(503), errors.timeout("x"), UNREACHABLE, errors.lost("x")):
        assert is_failed_try(PATIENT, error)


@pytest.mark.parametrize(
    ("manner", "asked", "remaining", "wait"),
    [
        (LAUNCH, None, 5, True),
        (LAUNCH, None, 0, False),
        (LAUNCH, None, -1, False),
        (LAUNCH, 3, 5, 3.2),
        (LAUNCH, 0, 5, 0.3),
        (LAUNCH, 10, 20, 10.2),
        (LAUNCH, 11, 20, False),
        (LAUNCH, 5, 5, False),
        (PATIENT, 11, 20, 11.2),
        (PATIENT, 59, 60, 59.2),
        (PATIENT, 60, 60, False),
        (PATIENT, None, 0.1, True),
    ],
    ids=str,
)
def test_retry_after_is_waited_for_or_given_up_and_never_shortened(
    manner: Any, asked: int | None, remaining: float, wait: bool | float
):
    for status in (429, 503):
        found = find_wait(manner, _answered(status, asked), remaining, 0.2)
        assert found == pytest.approx(wait)
        assert isinstance(found, type(wait))


def test_who_got_no_answer_waits_as_long_as_growing_pauses_say():
    for error in (errors.timeout("x"), errors.lost("x"), UNREACHABLE):
        assert find_wait(LAUNCH, error, 5, 0.2) is True
        assert find_wait(LAUNCH, error, 0, 0.2) is False


@pytest.mark.parametrize("operation", ALL, ids=lambda one: one.name)
@pytest.mark.parametrize(
    ("status", "slug"),
    [
        (400, "studio-rejected"),
        (403, "studio-forbidden"),
        (422, "studio-rejected"),
        (429, "studio-unavailable"),
        (500, "studio-unavailable"),
        (503, "studio-unavailable"),
    ],
)
def test_each_status_has_its_meaning_whatever_was_asked(
    operation: Operation, status: int, slug: str
):
    error = errors.by_status(status, operation, 7)
    meant = 503 if status == 429 or status >= 500 else status
    assert (error.slug, error.status) == (slug, meant)
    assert error.log == f"{operation.name}: Studio answered {status}"
    assert error.retry_after_seconds == (7 if meant == 503 else None)
    assert error.title.endswith(".")
    assert error.hint.endswith(".")


def test_an_endless_retry_after_is_told_as_five_minutes():
    error = errors.unavailable("x", 10**9, 503)
    assert (error.retry_after_seconds, error.asked_seconds) == (300, 10**9)


@pytest.mark.parametrize("operation", ALL, ids=lambda one: one.name)
def test_a_404_is_of_the_media_or_of_something_else(operation: Operation):
    error = errors.by_status(404, operation, None)
    about_media = "{media_id}" in operation.path
    assert error.slug == ("media-not-found" if about_media else "studio-not-found")
    assert isinstance(error, errors.MediaNotFoundError) is about_media
    assert isinstance(error, errors.StudioNotFoundError)


@pytest.mark.parametrize("operation", ALL, ids=lambda one: one.name)
def test_a_redirect_is_what_a_download_wants_and_nobody_else(operation: Operation):
    wanted = operation is operations.DOWNLOAD
    assert operation.is_done(302) is wanted
    assert operation.is_done(200) is not wanted
    assert not operation.is_done(304)
    assert errors.by_status(302, operation, None).slug == "studio-answer"
    assert errors.by_status(200, operation, None).slug == "studio-answer"
