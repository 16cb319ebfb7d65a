"""How a batch begins: its items are written as they come, and it counts once the last is there.

While it is filled nobody sees it, and who dies meanwhile leaves nothing that is worked off. With
a key of the caller's, such as an `Idempotency-Key`, the same again is the same batch.
"""

import hashlib
import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.core import batches
from app.core.batches import Batch
from app.db import Database
from app.errors import BatchError
from app.models import batch, batch_item, idempotency_key

MOST_ITEMS = 10_000
AT_ONCE = 500
SWEPT_AT_ONCE = 1000
KEPT_FOR = timedelta(weeks=1)
ABANDONED_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class NewItem:
    """One embed that is wanted. Security: whoever gives it has checked every field.

    `more` are free columns, which are kept and given back; `title` None is the embed's own.
    """

    media_id: int
    course_id: int
    embed_type: str = "embed"
    downloadable: bool = False
    title: str | None = None
    start_at: int | None = None
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Once:
    """A key of the caller's: what was begun with it is not begun again for a week.

    `body_hash` is of what was sent with it, in hexadecimal. `anew`: it is begun all the same, and
    is from then on what the key stands for.
    """

    key: str
    body_hash: str
    anew: bool = False


def create_batch(
    db: Database,
    account_id: int,
    items: Iterable[NewItem],
    *,
    name: str | None = None,
    api_key_id: str | None = None,
    once: Once | None = None,
    count_left_out: Callable[[], int] = int,
) -> tuple[Batch, bool]:
    """Begin a batch, and say whether it is new; it is queued, and whoever calls wakes the workers.

    `count_left_out` is asked once the last item is there, how many faults were passed over.
    Some hundred items are in memory at a time, and no transaction spans two of them being made.
    Raises `BatchError` where there are no items or too many, or where the key was used for
    another body; what `items` raises passes through, and then there is no batch.
    """
    hashed = None if once is None else _hash(account_id, api_key_id, once.key)
    if once is not None and not once.anew and (begun := _find_begun(db, hashed, once)) is not None:
        return batches.get_batch(db, account_id, begun), False
    batch_id = _open(db, account_id, name, api_key_id)
    try:
        total = _fill(db, batch_id, items)
        queued = {"status": "queued", "total": total, "left_out": count_left_out()}
        _close(db, batch_id, queued, hashed, once)
    except IntegrityError:
        _discard(db, batch_id)
        if once is None or (begun := _find_begun(db, hashed, once)) is None:
            raise
        return batches.get_batch(db, account_id, begun), False
    except BaseException:
        _discard(db, batch_id)
        raise
    return batches.get_batch(db, account_id, batch_id), True


def too_large() -> BatchError:
    """Give the error for more than `MOST_ITEMS`, for who knows it before."""
    return BatchError(
        "batch-too-large", 422, f"A batch may have {MOST_ITEMS:,} items.", "Make several of it."
    )


def empty() -> BatchError:
    """Give the error for no item at all, for who knows it before."""
    return BatchError("batch-empty", 422, "There is nothing in it to make.", "Give at least one.")


def _open(db: Database, account_id: int, name: str | None, api_key_id: str | None) -> int:
    now = datetime.now(UTC)
    row = {"account_id": account_id, "name": name, "api_key_id": api_key_id, "created_at": now}
    _sweep(db, now)
    with db.writing() as connection:
        opened = (
            sa.insert(batch)
            .values(**row, status="filling", total=0, left_out=0)
            .returning(batch.c.id)
        )
        return int(connection.execute(opened).scalar_one())


def _fill(db: Database, batch_id: int, items: Iterable[NewItem]) -> int:
    total = 0
    for chunk in _chunks(_rows(batch_id, items)):
        total += len(chunk)
        if total > MOST_ITEMS:
            raise too_large()
        with db.writing() as connection:
            connection.execute(sa.insert(batch_item), chunk)
    if not total:
        raise empty()
    return total


def _rows(batch_id: int, items: Iterable[NewItem]) -> Iterator[dict[str, Any]]:
    now = datetime.now(UTC)
    for number, item in enumerate(items, start=1):
        more = json.dumps(item.more, ensure_ascii=False) if item.more else None
        row = {**vars(item), "more": more, "batch_id": batch_id, "number": number}
        yield {**row, "status": "pending", "due_at": now, "tries": 0}


def _chunks(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while chunk := list(itertools.islice(rows, AT_ONCE)):
        yield chunk


def _close(
    db: Database, batch_id: int, queued: dict[str, Any], hashed: str | None, once: Once | None
) -> None:
    """Let a batch count, and its key; raises `IntegrityError` where another used it meanwhile."""
    now = datetime.now(UTC)
    with db.writing() as connection:
        if once is not None:
            mine = sa.delete(idempotency_key).where(idempotency_key.c.hash == hashed)
            connection.execute(mine if once.anew else mine.where(_is_over(now)))
            used = {"hash": hashed, "body_hash": once.body_hash, "batch_id": batch_id}
            connection.execute(sa.insert(idempotency_key).values(**used, created_at=now))
        counts = sa.update(batch).where(batch.c.id == batch_id)
        connection.execute(counts.values(**queued, created_at=now))


def _discard(db: Database, batch_id: int) -> None:
    """Remove a batch that does not count: its items first, so that no transaction is long."""
    mine = batch_item.c.batch_id == batch_id
    some = sa.select(batch_item.c.number).where(mine).limit(AT_ONCE)
    while True:
        with db.writing() as connection:
            removing = sa.delete(batch_item).where(mine, batch_item.c.number.in_(some))
            if connection.execute(removing).rowcount == 0:
                connection.execute(sa.delete(batch).where(batch.c.id == batch_id))
                return


def _find_begun(db: Database, hashed: str | None, once: Once) -> int | None:
    query = sa.select(idempotency_key).where(
        idempotency_key.c.hash == hashed,
        idempotency_key.c.created_at > datetime.now(UTC) - KEPT_FOR,
    )
    with db.reading() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        return None
    if row.body_hash != once.body_hash:
        raise BatchError(
            "idempotency-key-used",
            422,
            "This key was used for another batch.",
            "Send what was sent with it before, or take a new key.",
        )
    return int(row.batch_id)


def _sweep(db: Database, now: datetime) -> None:
    """Remove some keys whose week is over, and one batch that was left half filled."""
    some = sa.select(idempotency_key.c.hash).where(_is_over(now)).limit(SWEPT_AT_ONCE)
    abandoned = sa.and_(batch.c.status == "filling", batch.c.created_at < now - ABANDONED_AFTER)
    with db.writing() as connection:
        connection.execute(sa.delete(idempotency_key).where(idempotency_key.c.hash.in_(some)))
        left = connection.execute(sa.select(batch.c.id).where(abandoned).limit(1)).scalar()
    if left is not None:
        _discard(db, left)


def _is_over(now: datetime) -> sa.ColumnElement[bool]:
    return idempotency_key.c.created_at <= now - KEPT_FOR


def _hash(account_id: int, api_key_id: str | None, key: str) -> str:
    return hashlib.sha256(f"{account_id}\n{api_key_id or ''}\n{key}".encode()).hexdigest()
