"""What is said to do about an error of a batch depends on what becomes of its item."""

import pytest

from app.api.batch_remedies import of_item, of_trouble
from app.api.kinds import KINDS
from app.core.batch_results import what_to_do
from app.core.batches import ItemStatus
from app.errors import ServiceError
from app.studio import errors, operations

AWAY = errors.unavailable("x", None, 503)
ERRORS = [
    AWAY,
    errors.timeout("x"),
    errors.circuit_open(5),
    errors.authorization("x"),
    *(errors.by_status(status, operations.CREATE_EMBED, None) for status in (400, 403, 404)),
]


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("pending", "Nothing: it is tried again by itself."),
        ("cancelled", "Begin it anew: the same plan with --again."),
        ("failed", "Try it again: `flask batches retry`."),
    ],
)
def test_whoever_runs_a_batch_is_told_what_this_item_needs(status: ItemStatus, told: str):
    assert what_to_do(status, AWAY) == told


def test_without_an_error_only_what_was_cancelled_needs_anything():
    assert what_to_do("pending", None) is None
    assert what_to_do("succeeded", None) is None
    assert what_to_do("cancelled", None) == "Begin it anew: the same plan with --again."


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: str(error.slug))
def test_a_program_is_never_told_to_send_a_batch_again(error: ServiceError):
    for status in ("pending", "failed", "cancelled"):
        assert "Retry-After" not in of_item(status, error)
    assert "by itself" in of_item("pending", error)
    assert "by itself" in of_trouble(error)


@pytest.mark.parametrize(
    ("status", "code", "first"),
    [
        ("cancelled", 503, "If the item is still wanted, send it"),
        ("failed", 404, "Look for the media with a search, and send the item"),
        ("failed", 422, "See that Studio knows this course and can embed this media, and send"),
    ],
)
def test_a_program_that_sends_an_item_anew_is_told_to_send_its_other_places_too(
    status: ItemStatus, code: int, first: str
):
    told = of_item(status, errors.by_status(code, operations.CREATE_EMBED, None))
    assert told.startswith(first)
    assert told.endswith(
        "in a new batch, with every other place of the same embed in that course: "
        "a cartridge has them all from one batch."
    )


def test_the_page_of_a_rejection_names_the_course():
    assert "course" in KINDS["studio-rejected"].meaning
    assert "course" in KINDS["studio-rejected"].remedy


def test_a_program_is_told_how_what_failed_is_tried_again():
    assert of_item("failed", AWAY) == "POST to the batch's address with /retry tries it once more."
