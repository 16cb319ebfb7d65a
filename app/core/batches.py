"""Batches: many embeds that are asked for at once and made one after the other.

The database is the truth: what is pending is left to do, whoever dies meanwhile. Another account's
batch is not found. Not here: how one begins (`batch_making`) and is worked off (`batch_work`).
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy import Connection

from app.core.embeds import Embed, EmbedKey, read_embed
from app.db import Database
from app.errors import BatchError, ServiceError, read_error
from app.models import batch, batch_item, embed

Status = Literal["queued", "running", "done", "cancelled"]
ItemStatus = Literal["pending", "succeeded", "failed", "cancelled"]
ITEM_STATUSES: tuple[ItemStatus, ...] = get_args(ItemStatus)
ACTIVE: tuple[Status, ...] = ("queued", "running")
RATE_OVER = timedelta(minutes=1)
AT_ONCE = 500
_HIDDEN, _LOOK = "filling", "`flask batches list` shows those that are there."


@dataclass(frozen=True)
class Batch:
    """A batch, and how many of its `total` items stand where.

    `trouble` is what holds all of it up, such as a Studio that does not let us in: its items stay
    pending, and it goes on by itself after `resumes_at`. `left_out` counts the faults of its plan
    that were passed over. Of those that succeeded, `made` were made for it; the others were there.
    """

    id: int
    account_id: int
    api_key_id: str | None
    name: str | None
    status: Status
    total: int
    left_out: int
    pending: int
    succeeded: int
    made: int
    failed: int
    cancelled: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    trouble: ServiceError | None
    resumes_at: datetime | None


@dataclass(frozen=True)
class Item:
    """One embed of a batch: what was asked for, and what became of it.

    `title` and `start_at` are as they were asked for; `more` are free columns. `embed` has this
    item's title; it is None until the item succeeded, and where it was forgotten since and not
    made again. `made`: for this item, else it was there.
    `failure` is of the last try, also while the next one is waited for.
    """

    number: int
    key: EmbedKey
    title: str | None
    start_at: int | None
    more: dict[str, Any]
    status: ItemStatus
    embed: Embed | None
    made: bool | None
    failure: ServiceError | None
    done_at: datetime | None


@dataclass(frozen=True)
class Progress:
    """How fast a batch goes, by the last minute, and when it may end; None where nobody knows."""

    per_second: float
    ends_at: datetime | None


def find_batch(db: Database, account_id: int, batch_id: int) -> Batch | None:
    """Find a batch of this account."""
    with db.reading() as connection:
        found = _read_batches(connection, _select(account_id).where(_is(batch_id)))
    return found[0] if found else None


def find_account_id(db: Database, batch_id: int) -> int | None:
    """Find whose batch this is: numbers of batches are those of all accounts."""
    mine = sa.select(batch.c.account_id).where(_is(batch_id), batch.c.status != _HIDDEN)
    with db.reading() as connection:
        return connection.execute(mine).scalar_one_or_none()


def get_batch(db: Database, account_id: int, batch_id: int) -> Batch:
    """Give a batch of this account; raises `BatchError`."""
    if (found := find_batch(db, account_id, batch_id)) is None:
        raise BatchError("batch-not-found", 404, f"There is no batch {batch_id}.", _LOOK)
    return found


def list_batches_page(
    db: Database, account_id: int, page: int, per_page: int
) -> tuple[list[Batch], int]:
    """Give a page of an account's batches, newest first, and how many they are."""
    query = _select(account_id).order_by(batch.c.id.desc())
    counting = sa.select(sa.func.count()).select_from(_select(account_id).subquery())
    with db.reading() as connection:
        found = query.limit(per_page).offset((page - 1) * per_page)
        return _read_batches(connection, found), connection.execute(counting).scalar_one()


def list_items_page(
    db: Database, of: Batch, page: int, per_page: int, status: ItemStatus | None = None
) -> tuple[list[Item], int]:
    """Give a page of a batch's items in their order, and how many they are."""
    query = sa.select(batch_item).where(_fitting(of.id, status)).order_by(batch_item.c.number)
    counting = sa.select(sa.func.count()).where(_fitting(of.id, status))
    with db.reading() as connection:
        rows = connection.execute(query.limit(per_page).offset((page - 1) * per_page)).all()
        return _read_items(connection, of, rows), connection.execute(counting).scalar_one()


def list_items(db: Database, of: Batch, status: ItemStatus | None = None) -> Iterator[Item]:
    """Give all items of a batch in their order; some hundred are in memory at a time."""
    query = sa.select(batch_item).where(_fitting(of.id, status)).order_by(batch_item.c.number)
    last = 0
    while True:
        with db.reading() as connection:
            rows = connection.execute(query.where(batch_item.c.number > last).limit(AT_ONCE)).all()
            found = _read_items(connection, of, rows)
        yield from found
        if len(found) < AT_ONCE:
            return
        last = found[-1].number


def read_progress(db: Database, of: Batch, now: datetime) -> Progress:
    """Read how fast a batch goes."""
    if of.started_at is None or of.status != "running":
        return Progress(0.0, None)
    since = max(now - RATE_OVER, of.started_at)
    lately = sa.select(sa.func.count()).where(
        batch_item.c.batch_id == of.id, batch_item.c.done_at > since
    )
    with db.reading() as connection:
        done = connection.execute(lately).scalar_one()
    rate = done / max((now - since).total_seconds(), 1.0)
    return Progress(rate, now + timedelta(seconds=of.pending / rate) if rate else None)


def cancel_batch(db: Database, account_id: int, batch_id: int) -> Batch:
    """Leave undone what is pending; what is in hand is still finished. Raises `BatchError`.

    One that is done or cancelled already stays as it is.
    """
    get_batch(db, account_id, batch_id)
    ended = {"status": "cancelled", "finished_at": datetime.now(UTC), **_NO_TROUBLE}
    pending = _fitting(batch_id, "pending")
    with db.writing() as connection:
        lock_batches(connection, [batch_id])
        stopped = sa.update(batch).where(_is(batch_id), batch.c.status.in_(ACTIVE)).values(ended)
        if connection.execute(stopped).rowcount:
            left = sa.update(batch_item).where(pending).values(status="cancelled")
            connection.execute(left)
    return get_batch(db, account_id, batch_id)


def retry_failed(db: Database, account_id: int, batch_id: int) -> tuple[Batch, int]:
    """Try what failed once more, and say how many items that are; raises `BatchError`.

    Whoever calls it wakes the workers.
    """
    get_batch(db, account_id, batch_id)
    anew = {"status": "pending", "due_at": datetime.now(UTC), "tries": 0}
    again = {"status": "queued", "finished_at": None, **_NO_TROUBLE}
    with db.writing() as connection:
        lock_batches(connection, [batch_id])
        failed = sa.update(batch_item).where(_fitting(batch_id, "failed"))
        count = connection.execute(failed.values(**anew, failure=None, done_at=None)).rowcount
        if count:
            ended = sa.and_(_is(batch_id), batch.c.status.not_in(ACTIVE))
            connection.execute(sa.update(batch).where(ended).values(again))
    return get_batch(db, account_id, batch_id), count


def forget_batch(db: Database, of: Batch) -> bool:
    """Forget a batch that is over, with its items; gives whether it is. Its embeds stay."""
    over = sa.and_(_is(of.id), batch.c.status.not_in(ACTIVE))
    with db.writing() as connection:
        return connection.execute(sa.delete(batch).where(over)).rowcount > 0


def lock_batches(connection: Connection, batch_ids: list[int]) -> None:
    """Let others who change these batches wait until this transaction ends.

    Else one would end a batch in which another just made items pending.
    """
    rows = sa.select(batch.c.id).where(batch.c.id.in_(batch_ids)).order_by(batch.c.id)
    connection.execute(rows.with_for_update()).all()


def read_failure(text: str | None) -> ServiceError | None:
    """Read what is kept of an error, if there was one."""
    return None if text is None else read_error(text)


_NO_TROUBLE = {"trouble": None, "resumes_at": None}


def _select(account_id: int) -> Any:
    return sa.select(batch).where(batch.c.account_id == account_id, batch.c.status != _HIDDEN)


def _is(batch_id: int) -> sa.ColumnElement[bool]:
    """Whether it is this one; a number that is larger than any is nobody's."""
    return batch.c.id == sa.literal(batch_id, sa.BigInteger)


def _fitting(batch_id: int, status: ItemStatus | None) -> sa.ColumnElement[bool]:
    mine = batch_item.c.batch_id == batch_id
    return mine if status is None else sa.and_(mine, batch_item.c.status == status)


def _read_batches(connection: Connection, query: Any) -> list[Batch]:
    """Read batches; what was made is counted before what succeeded, so it is never more."""
    rows = connection.execute(query).all()
    made = _count(connection, rows, batch_item.c.made)
    counts = _count(connection, rows, batch_item.c.status)
    return [
        Batch(
            **{**row._mapping, "trouble": read_failure(row.trouble)},
            **{status: counts[row.id, status] for status in ITEM_STATUSES},
            made=made[row.id, True],
        )
        for row in rows
    ]


def _count(connection: Connection, batches: Any, column: Any) -> Any:
    """Count items by batch and a column, in indexes alone: a row may have kilobytes."""
    by = (batch_item.c.batch_id, column)
    mine = by[0].in_([one.id for one in batches])
    counting = sa.select(*by, sa.func.count()).where(mine).group_by(*by)
    return Counter({(of, is_so): count for of, is_so, count in connection.execute(counting)})


def _read_items(connection: Connection, of: Batch, rows: Any) -> list[Item]:
    embeds = _find_embeds(connection, of, [row.number for row in rows])
    keys = [read_key(of.account_id, row) for row in rows]
    return [
        Item(
            number=row.number,
            key=key,
            title=row.title,
            start_at=row.start_at,
            more={} if row.more is None else json.loads(row.more),
            status=row.status,
            embed=_titled(embeds.get(key), row.title) if row.status == "succeeded" else None,
            made=row.made,
            failure=read_failure(row.failure),
            done_at=row.done_at,
        )
        for key, row in zip(keys, rows, strict=True)
    ]


def _find_embeds(connection: Connection, of: Batch, numbers: list[int]) -> dict[EmbedKey, Embed]:
    """Find the embeds of items by what was asked for: one that was made again has a new number."""
    same = ("media_id", "course_id", "embed_type", "downloadable")
    its_own = sa.and_(*(embed.c[name] == batch_item.c[name] for name in same))
    there = (
        sa.select(embed)
        .join(batch_item, its_own)
        .where(
            batch_item.c.batch_id == of.id,
            batch_item.c.number.in_(numbers),
            embed.c.account_id == of.account_id,
            embed.c.launch_url.is_not(None),
        )
    )
    found = (read_embed(row) for row in connection.execute(there))
    return {each.key: each for each in found}


def _titled(of: Embed | None, title: str | None) -> Embed | None:
    return of if of is None or title is None else replace(of, title=title)


def read_key(account_id: int, row: Any) -> EmbedKey:
    """Read which embed an item's row asks for."""
    return EmbedKey(account_id, row.media_id, row.course_id, row.embed_type, bool(row.downloadable))
