"""Batches in the database: begun once, counted right, cancelled, tried again; nobody else's."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.core import batch_making, batches
from app.core.batch_making import NewItem, Once, create_batch
from app.core.embeds import EmbedKey
from app.db import Database
from app.errors import BatchError
from app.models import batch, batch_item, idempotency_key, studio_account

ONCE = Once("night-1", "a" * 64)


@pytest.fixture(autouse=True)
def _accounts(db: Database) -> None:
    with db.writing() as connection:
        rows = [{"id": number, "url": f"https://{number}.example"} for number in (1, 2)]
        connection.execute(sa.insert(studio_account), rows)


def _items(count: int, first: int = 1) -> Iterator[NewItem]:
    return (NewItem(media_id, 101) for media_id in range(first, first + count))


def _set(db: Database, batch_id: int, number: int, status: str) -> None:
    mine = sa.and_(batch_item.c.batch_id == batch_id, batch_item.c.number == number)
    values = {"status": status, "done_at": datetime.now(UTC), "failure": None}
    with db.writing() as connection:
        connection.execute(sa.update(batch_item).where(mine).values(values))


def _count(db: Database, table: sa.Table) -> int:
    with db.reading() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def _refused(error: pytest.ExceptionInfo[BatchError]) -> tuple[str, int]:
    return error.value.slug, error.value.status


def test_a_batch_keeps_what_was_asked_for_in_order(db: Database):
    wanted = [
        NewItem(7, 101, "bare_embed", True, "Ein “Titel”", 90, {"module": "1 · Grundlagen"}),
        NewItem(8, 102),
    ]
    made, is_new = create_batch(db, 1, wanted, name="term.csv")
    found = [
        (item.number, item.key, item.title, item.start_at, item.more, item.status)
        for item in batches.list_items(db, made)
    ]
    key = EmbedKey(1, 7, 101, "bare_embed", downloadable=True)
    assert found == [
        (1, key, "Ein “Titel”", 90, {"module": "1 · Grundlagen"}, "pending"),
        (2, EmbedKey(1, 8, 102, "embed", downloadable=False), None, None, {}, "pending"),
    ]
    assert (is_new, made.name, made.status, made.total, made.pending) == (
        True,
        "term.csv",
        "queued",
        2,
        2,
    )


def test_a_batch_of_another_account_is_not_found(db: Database):
    made, _ = create_batch(db, 1, _items(3))
    assert batches.find_batch(db, 2, made.id) is None
    assert batches.list_batches_page(db, 2, 1, 50) == ([], 0)
    for act in (batches.get_batch, batches.cancel_batch, batches.retry_failed):
        with pytest.raises(BatchError) as error:
            act(db, 2, made.id)
        assert _refused(error) == ("batch-not-found", 404)
    assert batches.find_batch(db, 1, 2**63 - 1) is None
    assert batches.get_batch(db, 1, made.id) == made


@pytest.mark.parametrize(
    ("count", "refused"),
    [(0, ("batch-empty", 422)), (batch_making.MOST_ITEMS + 1, ("batch-too-large", 422))],
)
def test_a_batch_of_no_items_or_too_many_is_none(
    db: Database, count: int, refused: tuple[str, int]
):
    with pytest.raises(BatchError) as error:
        create_batch(db, 1, _items(count), once=ONCE)
    assert _refused(error) == refused
    assert [_count(db, table) for table in (batch, batch_item, idempotency_key)] == [0, 0, 0]


def test_a_list_that_breaks_off_leaves_nothing_behind(db: Database):
    def broken() -> Iterator[NewItem]:
        yield from _items(batch_making.AT_ONCE + 1)
        raise LookupError

    with pytest.raises(LookupError):
        create_batch(db, 1, broken())
    assert [_count(db, table) for table in (batch, batch_item)] == [0, 0]


def test_a_batch_that_is_still_filled_is_seen_by_nobody(db: Database):
    seen = []

    def looking() -> Iterator[NewItem]:
        for item in _items(batch_making.AT_ONCE + 1):
            seen.append(_count(db, batch_item) and batches.list_batches_page(db, 1, 1, 50))
            yield item

    create_batch(db, 1, looking())
    assert seen[-1] == ([], 0)


def test_the_same_key_again_is_the_same_batch(db: Database):
    first, is_first = create_batch(db, 1, _items(3), once=ONCE)
    again, is_new = create_batch(db, 1, _items(3), once=ONCE)
    assert (is_first, is_new, again) == (True, False, first)
    assert _count(db, batch) == 1


def test_a_key_is_that_of_its_account_and_caller(db: Database):
    first, _ = create_batch(db, 1, _items(3), once=ONCE)
    other, is_new = create_batch(db, 2, _items(3), once=ONCE)
    assert is_new
    assert other.id != first.id


def test_a_key_with_another_body_is_refused(db: Database):
    create_batch(db, 1, _items(3), once=ONCE)
    with pytest.raises(BatchError) as error:
        create_batch(db, 1, _items(4), once=replace(ONCE, body_hash="b" * 64))
    assert _refused(error) == ("idempotency-key-used", 422)
    assert _count(db, batch) == 1


def test_of_two_that_use_a_key_at_once_one_makes_the_batch(db: Database):
    others = []

    def racing() -> Iterator[NewItem]:
        yield from _items(3)
        others.append(create_batch(db, 1, _items(3), once=ONCE))

    mine, is_new = create_batch(db, 1, racing(), once=ONCE)
    assert (others, is_new) == ([(mine, True)], False)
    assert _count(db, batch_item) == 3


def test_a_key_is_free_again_after_a_week(db: Database):
    first, _ = create_batch(db, 1, _items(3), once=ONCE)
    with db.writing() as connection:
        old = datetime.now(UTC) - batch_making.KEPT_FOR - timedelta(seconds=1)
        connection.execute(sa.update(idempotency_key).values(created_at=old))
    again, is_new = create_batch(db, 1, _items(3), once=ONCE)
    assert is_new
    assert again.id != first.id


def test_old_keys_are_removed_some_at_a_time_and_none_stands_in_the_way(db: Database):
    old = datetime.now(UTC) - batch_making.KEPT_FOR - timedelta(seconds=1)
    create_batch(db, 1, _items(1), once=ONCE)
    create_batch(db, 1, _items(1))
    count = 2 * batch_making.SWEPT_AT_ONCE
    with db.writing() as connection:
        connection.execute(sa.update(idempotency_key).values(created_at=old))
        mine = connection.execute(sa.select(idempotency_key)).one()._mapping
        many = [{**mine, "hash": f"{number:064}"} for number in range(count)]
        connection.execute(sa.insert(idempotency_key), many)
    create_batch(db, 1, _items(1))
    assert _count(db, idempotency_key) == count + 1 - batch_making.SWEPT_AT_ONCE
    with db.writing() as connection:
        connection.execute(sa.update(idempotency_key).values(created_at=datetime.now(UTC)))
        hashed = batch_making._hash(1, None, "mine")
        connection.execute(sa.insert(idempotency_key).values({**mine, "hash": hashed}))

    def racing() -> Iterator[NewItem]:
        with db.writing() as connection:
            gone = idempotency_key.c.hash == hashed
            connection.execute(sa.delete(idempotency_key).where(gone))
            connection.execute(sa.insert(idempotency_key).values({**mine, "hash": hashed}))
        yield from _items(1)

    _, is_new = create_batch(db, 1, racing(), once=replace(ONCE, key="mine"))
    assert is_new


def test_what_was_left_half_filled_is_removed_one_at_a_time(db: Database):
    made = [create_batch(db, 1, _items(batch_making.AT_ONCE + 1))[0] for _ in range(2)]
    old = datetime.now(UTC) - batch_making.ABANDONED_AFTER - timedelta(seconds=1)
    with db.writing() as connection:
        connection.execute(sa.update(batch).values(status="filling", created_at=old))
    kept, _ = create_batch(db, 1, _items(1))
    assert (_count(db, batch), _count(db, batch_item)) == (2, batch_making.AT_ONCE + 2)
    create_batch(db, 1, _items(1))
    with db.reading() as connection:
        left = set(connection.execute(sa.select(batch.c.id)).scalars())
    assert kept.id in left
    assert not left & {one.id for one in made}


def test_items_are_counted_and_listed_by_what_became_of_them(db: Database):
    made, _ = create_batch(db, 1, _items(5))
    for number, status in ((1, "succeeded"), (2, "failed"), (4, "failed")):
        _set(db, made.id, number, status)
    now = batches.get_batch(db, 1, made.id)
    assert (now.total, now.pending, now.succeeded, now.failed, now.cancelled) == (5, 2, 1, 2, 0)
    failed, count = batches.list_items_page(db, now, 2, 1, "failed")
    assert ([item.number for item in failed], count) == ([4], 2)
    assert [item.number for item in batches.list_items(db, now, "pending")] == [3, 5]


def test_of_those_that_succeeded_those_are_counted_that_were_made_for_it(db: Database):
    begun, _ = create_batch(db, 1, _items(4))
    for number in (1, 2, 3):
        _set(db, begun.id, number, "succeeded")
    mine = sa.and_(batch_item.c.batch_id == begun.id, batch_item.c.number <= 2)
    with db.writing() as connection:
        connection.execute(sa.update(batch_item).values(made=False))
        connection.execute(sa.update(batch_item).where(mine).values(made=True))
    found = batches.get_batch(db, 1, begun.id)
    assert (begun.made, found.made, found.succeeded) == (0, 2, 3)


def test_all_items_are_listed_however_many(db: Database):
    made, _ = create_batch(db, 1, _items(2 * batches.AT_ONCE))
    numbers = [item.number for item in batches.list_items(db, made)]
    assert numbers == list(range(1, 2 * batches.AT_ONCE + 1))


def test_a_batch_that_is_cancelled_leaves_undone_what_is_pending(db: Database):
    made, _ = create_batch(db, 1, _items(4))
    _set(db, made.id, 1, "succeeded")
    _set(db, made.id, 2, "failed")
    ended = batches.cancel_batch(db, 1, made.id)
    assert (ended.status, ended.pending, ended.cancelled) == ("cancelled", 0, 2)
    assert (ended.succeeded, ended.failed) == (1, 1)
    assert ended.finished_at is not None
    assert batches.cancel_batch(db, 1, made.id) == ended


def test_what_failed_is_pending_again_where_it_is_retried(db: Database):
    made, _ = create_batch(db, 1, _items(3))
    _set(db, made.id, 1, "succeeded")
    _set(db, made.id, 2, "failed")
    batches.cancel_batch(db, 1, made.id)
    again, count = batches.retry_failed(db, 1, made.id)
    assert (again.status, again.finished_at, count) == ("queued", None, 1)
    assert (again.pending, again.succeeded, again.failed, again.cancelled) == (1, 1, 0, 1)


def test_a_batch_that_is_over_is_forgotten_with_its_items_and_its_key(db: Database):
    made, _ = create_batch(db, 1, _items(3), once=ONCE)
    other, _ = create_batch(db, 1, _items(2))
    assert not batches.forget_batch(db, made)
    batches.cancel_batch(db, 1, made.id)
    assert batches.forget_batch(db, made)
    assert batches.find_batch(db, 1, made.id) is None
    assert [_count(db, table) for table in (batch, batch_item, idempotency_key)] == [1, 2, 0]
    assert batches.get_batch(db, 1, other.id) == other


def test_where_nothing_failed_a_retry_changes_nothing(db: Database):
    made, _ = create_batch(db, 1, _items(3))
    ended = batches.cancel_batch(db, 1, made.id)
    assert batches.retry_failed(db, 1, made.id) == (ended, 0)


def test_the_end_is_told_by_how_fast_the_last_minute_went(db: Database):
    made, _ = create_batch(db, 1, _items(40))
    now = datetime.now(UTC)
    assert batches.read_progress(db, made, now) == batches.Progress(0.0, None)
    started = now - timedelta(seconds=5)
    with db.writing() as connection:
        running = {"status": "running", "started_at": started}
        connection.execute(sa.update(batch).values(running))
        done = {"status": "succeeded", "done_at": now}
        connection.execute(sa.update(batch_item).where(batch_item.c.number <= 10).values(done))
    of = batches.get_batch(db, 1, made.id)
    ends_at = now + timedelta(seconds=15)
    assert batches.read_progress(db, of, now) == batches.Progress(2.0, ends_at)
