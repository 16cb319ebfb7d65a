"""Runs over batches in the database, and what they write down. There is no Studio to ask here."""

import threading
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from app.core import batch_items, batches, embeds
from app.core.batch_items import Outcome
from app.core.batch_making import NewItem, create_batch
from app.core.batch_work import work_off
from app.core.batches import Batch, Item
from app.db import Database
from app.metrics import REGISTRY
from app.models import batch, batch_item, embed, studio_account
from app.studio import errors, operations
from app.studio.client import StudioClient

NO_STUDIO = cast("StudioClient", None)
"""Whoever asks it meets an error that nobody foresaw."""


@pytest.fixture(autouse=True)
def _account(db: Database) -> None:
    with db.writing() as connection:
        connection.execute(sa.insert(studio_account).values(id=1, url="https://1.example"))


def _begin(db: Database, *media_ids: int) -> Batch:
    made, _ = create_batch(db, 1, [NewItem(media_id, 101, title="A") for media_id in media_ids])
    return made


def _embed(db: Database, media_id: int, made_at: datetime, made_by: str = "batch") -> None:
    row = {
        "account_id": 1,
        "media_id": media_id,
        "course_id": 101,
        "embed_type": "embed",
        "downloadable": False,
        "title": "A",
        "launch_url": f"https://1.example/lti/launch?media={media_id}",
        "created_at": made_at,
        "made_at": made_at,
        "uncertain": False,
        "made_by": made_by,
    }
    with db.writing() as connection:
        connection.execute(sa.insert(embed).values(row))


def _run(db: Database, of: Batch) -> list[Item]:
    work_off(db, 1, NO_STUDIO, 1, lambda: False)
    return list(batches.list_items(db, of))


def _hurry(db: Database) -> None:
    with db.writing() as connection:
        connection.execute(sa.update(batch_item).values(due_at=datetime.now(UTC)))


def test_what_nobody_foresaw_is_a_try_of_its_item_alone(
    db: Database, capfd: pytest.CaptureFixture[str]
):
    _embed(db, 7, datetime.now(UTC))
    of = _begin(db, 6, 7)
    broken, fine = _run(db, of)
    assert (broken.status, broken.failure and broken.failure.slug) == ("pending", "internal")
    assert (fine.status, fine.failure) == ("succeeded", None)
    for _ in range(4):
        _hurry(db)
        broken, fine = _run(db, of)
    assert (broken.status, broken.failure and broken.failure.slug) == ("failed", "internal")
    assert batches.get_batch(db, 1, of.id).status == "done"
    assert "batch-item-broke" in "".join(capfd.readouterr())


def test_an_embed_whose_maker_died_counts_once_as_made(db: Database):
    of = _begin(db, 7, 7)
    _embed(db, 7, datetime.now(UTC))
    assert [item.made for item in _run(db, of)] == [True, False]


def test_an_embed_counts_as_made_for_who_made_it_and_for_nobody_else(db: Database):
    of, now = _begin(db, 7, 7), datetime.now(UTC)
    _embed(db, 7, now)
    found = embeds.find_embed_by_id(db, _embed_id(db))
    first, second = batch_items.list_due(db, 1, datetime.now(UTC), 2)
    assert found is not None
    done = {"status": "succeeded", "embed_id": found.id, "failure": None, "done_at": now}
    unheard = Outcome(first, {**done, "made": False}, found)
    made = Outcome(second, {**done, "made": True})
    batch_items.note_outcomes(db, [unheard, made], datetime.now(UTC))
    assert [item.made for item in batches.list_items(db, of)] == [False, True]


def _embed_id(db: Database) -> int:
    with db.reading() as connection:
        return int(connection.execute(sa.select(sa.func.max(embed.c.id))).scalar_one())


def test_of_the_same_embed_one_item_is_in_hand_at_a_time(db: Database):
    """Whoever is asked holds the first until the other media is asked for, too."""
    of = _begin(db, 7, 7, 7, 8)
    asked: list[int] = []
    both = threading.Barrier(2, timeout=10)

    class Studio:
        def in_turn(self) -> None:
            asked.append(1)
            if len(asked) <= 2:
                both.wait()
            raise errors.by_status(422, operations.CREATE_EMBED, None)

    work_off(db, 1, cast("StudioClient", Studio()), 2, lambda: False)
    assert batches.get_batch(db, 1, of.id).failed == 4
    assert not both.broken
    found = {item.number: item.done_at for item in batches.list_items(db, of)}
    order = sorted(found, key=lambda number: str(found[number]))
    assert set(order[:2]) == {1, 4}


def test_what_met_trouble_waits_a_little_while_others_succeed_and_is_told_when_it_is_alone(
    db: Database,
):
    made_at = datetime.now(UTC)
    for media_id in range(8, 68):
        _embed(db, media_id, made_at)
    of = _begin(db, *range(7, 68))
    asked: list[int] = []

    class Studio:
        def in_turn(self) -> None:
            asked.append(1)
            raise errors.authorization("refused")

    def run() -> Batch:
        work_off(db, 1, cast("StudioClient", Studio()), 4, lambda: False)
        return batches.get_batch(db, 1, of.id)

    now = run()
    assert len(asked) < 4
    assert (now.succeeded, now.pending, now.trouble) == (60, 1, None)
    _hurry(db)
    now = run()
    assert now.trouble is not None
    assert now.trouble.slug == "studio-authorization"


def test_what_is_there_already_does_not_end_a_trouble_that_was_told(db: Database):
    made_at = datetime.now(UTC)
    for media_id in range(8, 40, 2):
        _embed(db, media_id, made_at)
    of = _begin(db, 7)

    class Studio:
        def in_turn(self) -> None:
            raise errors.authorization("refused")

    def run() -> None:
        work_off(db, 1, cast("StudioClient", Studio()), 4, lambda: False)

    run()
    _begin(db, *range(8, 40))
    with capture_logs() as logged:
        for _ in range(3):
            with db.writing() as connection:
                connection.execute(sa.update(batch).values(resumes_at=None))
            run()
    assert [line["event"] for line in logged if line["event"] == "batches-held"] == []
    assert batches.get_batch(db, 1, of.id).trouble is not None


def test_a_rest_that_a_wrong_clock_wrote_holds_nothing_up(db: Database):
    of, now = _begin(db, 7), datetime.now(UTC)
    for minutes, accounts in ((5, []), (60 * 24, [1])):
        with db.writing() as connection:
            resumes_at = now + timedelta(minutes=minutes)
            connection.execute(sa.update(batch).values(resumes_at=resumes_at))
        assert batch_items.list_waiting_accounts(db, datetime.now(UTC)) == accounts
    assert of.pending == 1


def test_an_item_that_a_wrong_clock_put_off_is_due(db: Database):
    of, now = _begin(db, 7, 8), datetime.now(UTC)
    for due_in, numbers in ((timedelta(seconds=80), []), (timedelta(days=1), [1, 2])):
        with db.writing() as connection:
            connection.execute(sa.update(batch_item).values(due_at=now + due_in))
        assert batch_items.list_waiting_accounts(db, now) == [1][: len(numbers)]
        assert [item.number for item in batch_items.list_due(db, 1, now, 9)] == numbers
    assert of.pending == 2


@pytest.mark.parametrize(
    ("made_by", "ago"), [("launch", timedelta(0)), ("batch", timedelta(minutes=1))]
)
def test_what_others_made_does_not_count_as_made(db: Database, made_by: str, ago: timedelta):
    of = _begin(db, 7)
    _embed(db, 7, datetime.now(UTC) - ago, made_by)
    assert [item.made for item in _run(db, of)] == [False]


def test_a_batch_that_is_retried_is_queued_until_its_next_item_is_in_hand(db: Database):
    of, now = _begin(db, 6, 7), datetime.now(UTC)

    def due() -> list[tuple[int, bool]]:
        found = batch_items.list_due(db, 1, datetime.now(UTC), 2)
        return [(item.number, item.is_queued) for item in found]

    assert due() == [(1, True), (2, True)]
    batch_items.note_begun(db, {of.id}, now)
    assert due() == [(1, False), (2, False)]
    first, second = batch_items.list_due(db, 1, now, 2)
    failed = {"status": "failed", "failure": None, "done_at": now}
    batch_items.note_outcomes(db, [Outcome(item, failed) for item in (first, second)], now)
    batches.retry_failed(db, 1, of.id)
    assert due() == [(1, True), (2, True)]


def test_only_what_changed_an_item_is_counted(db: Database):
    of, now = _begin(db, 7, 8), datetime.now(UTC)
    first, second = batch_items.list_due(db, 1, now, 2)
    failed = {"status": "failed", "failure": None, "done_at": now}
    before = _count("failed")
    for _ in range(2):
        batch_items.note_outcomes(db, [Outcome(first, failed)], now)
    batches.cancel_batch(db, 1, of.id)
    batch_items.note_outcomes(db, [Outcome(second, failed)], now)
    assert _count("failed") - before == 1


def _count(result: str) -> float:
    counted = REGISTRY.get_sample_value("studio_embed_batch_items_total", {"result": result})
    return counted or 0.0


def test_that_there_is_an_embed_outdoes_that_another_run_failed(db: Database):
    of, now = _begin(db, 7), datetime.now(UTC)
    (item,) = batch_items.list_due(db, 1, now, 1)
    succeeded = {"status": "succeeded", "embed_id": 70, "made": True, "failure": None}
    failed = {"status": "failed", "failure": None}
    for columns in (failed, succeeded, failed):
        batch_items.note_outcomes(db, [Outcome(item, {**columns, "done_at": now})], now)
    now_of = batches.get_batch(db, 1, of.id)
    assert (now_of.succeeded, now_of.failed) == (1, 0)
