"""What an error means for the item of a batch that met it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.core.batch_items import Due
from app.core.batch_work import MOST_TRIES, _judge, count_threads
from app.core.embeds import EmbedKey
from app.core.returned import _busy
from app.errors import ServiceError
from app.studio import errors, operations

NOW = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
KEY = EmbedKey(1, 260854, 101, "embed", downloadable=False)


def _after(error: ServiceError, tries: int = 0) -> tuple[Any, ...]:
    columns = _judge(Due(3, 7, KEY, None, tries), error, NOW).columns
    due_at = columns.get("due_at")
    return columns["status"], due_at and (due_at - NOW).total_seconds(), columns.get("tries")


def _status(status: int) -> errors.StudioError:
    return errors.by_status(status, operations.CREATE_EMBED, None)


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_what_studio_refuses_fails_at_once(status: int):
    assert _after(_status(status)) == ("failed", None, None)


@pytest.mark.parametrize(
    "error", [_status(500), _status(503), errors.timeout("t"), errors.lost("l"), errors.answer("a")]
)
def test_what_may_go_better_is_tried_five_times_over_minutes(error: ServiceError):
    tries = [_after(error, tries) for tries in range(MOST_TRIES)]
    assert tries == [
        ("pending", 10, 1),
        ("pending", 20, 2),
        ("pending", 40, 3),
        ("pending", 80, 4),
        ("failed", None, None),
    ]


@pytest.mark.parametrize("error", [_status(429), _busy()])
def test_what_only_has_to_wait_is_put_off_as_often_as_need_be(error: ServiceError):
    assert _after(error, MOST_TRIES) == ("pending", 15, None)


def test_a_failed_item_has_its_last_error_and_its_time():
    columns = _judge(Due(3, 7, KEY, None, 0), _status(403), NOW).columns
    assert columns["done_at"] == NOW
    assert '"slug": "studio-forbidden"' in columns["failure"]


def test_an_item_that_waits_is_not_done():
    columns = _judge(Due(3, 7, KEY, None, 0), _status(500), NOW).columns
    assert "done_at" not in columns
    assert columns["due_at"] == NOW + timedelta(seconds=10)


@pytest.mark.parametrize(("rate", "threads"), [(0.1, 2), (2, 2), (4.5, 5), (20, 8), (1000, 8)])
def test_as_many_items_are_in_hand_as_the_rate_can_use(rate: float, threads: int):
    assert count_threads(rate) == threads
