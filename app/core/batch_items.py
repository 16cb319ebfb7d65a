"""What is pending in the batches of an account, and what became of it: reading and writing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy import Connection

from app import metrics
from app.core import batches
from app.core.batches import ACTIVE
from app.core.embeds import Embed, EmbedKey
from app.db import Database
from app.errors import ServiceError, keep_error
from app.models import batch, batch_item

LONGEST_REST = timedelta(minutes=10)
log = structlog.get_logger()


@dataclass(frozen=True)
class Due:
    """An item that is to be tried now; it was in vain `tries` times.

    Of its batch: since when it is there, and whether nothing of it is in hand yet.
    """

    batch_id: int
    number: int
    key: EmbedKey
    title: str | None
    tries: int
    batch_since: datetime
    is_queued: bool


@dataclass(frozen=True)
class Outcome:
    """What came of a try, as the columns of the item say it.

    `unheard` is an embed that was there, and may have been made for the item by a run that died:
    it counts as made where no other item has it so.
    """

    item: Due
    columns: dict[str, Any]
    unheard: Embed | None = None

    @property
    def status(self) -> str:
        """What the item is from now on."""
        return str(self.columns["status"])


def list_waiting_accounts(db: Database, now: datetime) -> list[int]:
    """List the accounts whose batches have an item that is due."""
    due = sa.exists().where(
        batch_item.c.batch_id == batch.c.id,
        batch_item.c.status == "pending",
        _has_come(batch_item.c.due_at, now),
    )
    waiting = sa.select(batch.c.account_id).where(_may_go_on(now), due).distinct()
    with db.reading() as connection:
        return list(connection.execute(waiting.order_by(batch.c.account_id)).scalars())


def list_due(db: Database, account_id: int, now: datetime, limit: int) -> list[Due]:
    """List items that are due, the oldest batch's first; none is taken by that."""
    mine = sa.select(batch).where(batch.c.account_id == account_id, _may_go_on(now))
    found: list[Due] = []
    with db.reading() as connection:
        for of in connection.execute(mine.order_by(batch.c.id)).all():
            query = _due_in(of.id, now).limit(limit - len(found))
            found += [_read(of, row) for row in connection.execute(query)]
            if len(found) == limit:
                break
    return found


def note_begun(db: Database, batch_ids: Iterable[int], now: datetime) -> None:
    """Say of batches that their first item is in hand."""
    begun = sa.and_(batch.c.id.in_(tuple(batch_ids)), batch.c.status == "queued")
    started_at = sa.func.coalesce(batch.c.started_at, sa.literal(now, batch.c.started_at.type))
    with db.writing() as connection:
        values = {"status": "running", "started_at": started_at}
        connection.execute(sa.update(batch).where(begun).values(values))


def _is_credited(connection: Connection, embed: Embed) -> bool:
    """Whether an item of any batch counts as the one that this embed was made for."""
    of_account = sa.select(batch.c.id).where(batch.c.account_id == embed.key.account_id)
    query = sa.select(batch_item.c.number).where(
        batch_item.c.batch_id.in_(of_account),
        batch_item.c.done_at >= embed.made_at,
        batch_item.c.embed_id == embed.id,
        batch_item.c.made.is_(True),
    )
    return connection.execute(query.limit(1)).first() is not None


def note_outcomes(db: Database, outcomes: list[Outcome], now: datetime) -> None:
    """Write down what came of items, and which batches are done by it.

    What was cancelled meanwhile, or failed elsewhere, stays so unless there is an embed now: that
    is the truth.
    """
    batch_ids = sorted({outcome.item.batch_id for outcome in outcomes})
    noted: list[Outcome] = []
    with db.writing() as connection:
        batches.lock_batches(connection, batch_ids)
        for outcome in sorted(outcomes, key=lambda each: each.unheard is not None):
            if outcome.unheard is not None and not _is_credited(connection, outcome.unheard):
                outcome.columns["made"] = True
            if connection.execute(_update(outcome)).rowcount:
                noted.append(outcome)
        done = [row for batch_id in batch_ids for row in _end_if_done(connection, batch_id, now)]
    for outcome in noted:
        if outcome.status != "pending":
            metrics.BATCH_ITEMS.labels(outcome.status).inc()
    for row in done:
        log.info("batch-done", batch=row.id, items=row.total)


def has_trouble(db: Database, account_id: int) -> bool:
    """Whether something held up this account's batches when they were last worked at."""
    query = sa.select(batch.c.id).where(_active(account_id), batch.c.trouble.is_not(None))
    with db.reading() as connection:
        return connection.execute(query.limit(1)).first() is not None


def note_trouble(
    db: Database, account_id: int, error: ServiceError | None, resumes_at: datetime | None
) -> None:
    """Say what holds all of an account's batches up, and until when; None: nothing does."""
    trouble = None if error is None else keep_error(error)
    values = {"trouble": trouble, "resumes_at": resumes_at}
    with db.writing() as connection:
        connection.execute(sa.update(batch).where(_active(account_id)).values(values))


def _active(account_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(batch.c.account_id == account_id, batch.c.status.in_(ACTIVE))


def _may_go_on(now: datetime) -> sa.ColumnElement[bool]:
    """Whether nothing holds a batch up."""
    rested = sa.or_(batch.c.resumes_at.is_(None), _has_come(batch.c.resumes_at, now))
    return sa.and_(batch.c.status.in_(ACTIVE), rested)


def _has_come(at: Any, now: datetime) -> sa.ColumnElement[bool]:
    """Whether it is that time; what lies too far ahead was written by a wrong clock.

    One condition and no `OR`, so that an index that is in order of it is read in order.
    """
    return sa.not_(sa.and_(at > now, at <= now + LONGEST_REST))


def _due_in(batch_id: int, now: datetime) -> Any:
    """Select what is due in a batch, what was put off last: the index has this order."""
    return (
        sa.select(batch_item)
        .where(
            batch_item.c.batch_id == batch_id,
            batch_item.c.status == "pending",
            _has_come(batch_item.c.due_at, now),
        )
        .order_by(batch_item.c.due_at, batch_item.c.number)
    )


def _read(of: Any, row: Any) -> Due:
    key = batches.read_key(of.account_id, row)
    is_queued = of.status == "queued"
    return Due(of.id, row.number, key, row.title, row.tries, of.created_at, is_queued)


def _update(outcome: Outcome) -> Any:
    succeeded = outcome.status == "succeeded"
    may_become = ["pending", "cancelled", "failed"] if succeeded else ["pending"]
    return (
        sa.update(batch_item)
        .where(
            batch_item.c.batch_id == outcome.item.batch_id,
            batch_item.c.number == outcome.item.number,
            batch_item.c.status.in_(may_become),
        )
        .values(outcome.columns)
    )


def _end_if_done(connection: Connection, batch_id: int, now: datetime) -> Any:
    pending = sa.exists().where(batch_item.c.batch_id == batch_id, batch_item.c.status == "pending")
    ended = {"status": "done", "finished_at": now, "trouble": None, "resumes_at": None}
    last = sa.update(batch).where(batch.c.id == batch_id, batch.c.status.in_(ACTIVE), ~pending)
    return connection.execute(last.values(ended).returning(batch.c.id, batch.c.total)).all()
