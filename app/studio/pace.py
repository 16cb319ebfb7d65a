"""How fast one Studio account is called, and when it is left alone: one row for all processes.

1. Every call takes a slot, by one statement that moves the next slot on.
2. A launch takes its slot and goes at once; others wait for theirs (`reserve`).
3. A 429 with Retry-After moves the next slot behind it, and holds back those who wait already.
4. Five failures in a row open the circuit: nobody who waits gets a slot for half a minute. Then
   one of them may try; any call that Studio serves closes it, a launch's too.

Times are passed in. Slots are microseconds since 1970, because both databases add those alike.
Not here: waiting itself (`calls`).
"""

import contextlib
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from app.db import Database, insert_into
from app.models import studio_account, studio_pace
from app.studio import errors

FAILURES_TO_OPEN = 5
OPEN_FOR = timedelta(seconds=30)
LONGEST_QUEUE = timedelta(minutes=10)
_SECOND = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_row = studio_pace.c


@dataclass(frozen=True)
class Turn:
    """A slot: when it begins, whether Studio failed lately, and whether this call tries it out."""

    at: datetime
    troubled: bool
    tries_out: bool = False


@dataclass(frozen=True)
class Circuit:
    """An account whose Studio fails again and again; `open_until` may be over."""

    url: str
    open_until: datetime


class Pace:
    """The slots and the circuit of one account."""

    def __init__(self, db: Database, account_id: int, calls_per_second: float) -> None:
        self._db, self._account_id = db, account_id
        self._step = math.ceil(_SECOND / calls_per_second)
        self._mine = _row.account_id == account_id

    def take(self, now: datetime, *, heeds_circuit: bool = False) -> Turn:
        """Take a slot for a call that is made now, whatever others wait for.

        Who heeds the circuit gets none while it is open: raises `StudioHeldBackError`.
        """
        row = self._move(now, {}, _is_closed(now) if heeds_circuit else None)
        if row is None:
            raise self._explain(now)
        return Turn(self._begin_of(row), row.failures > 0)

    def reserve(self, now: datetime, latest: datetime) -> Turn:
        """Take a slot to be waited for; raises `StudioHeldBackError` where none is to be had."""
        tries_out = sa.case((_row.open_until.is_(None), sa.null()), else_=_at(now + OPEN_FOR))
        free = sa.and_(_is_closed(now), _next_slot(now) <= _microseconds(latest))
        row = self._move(now, {"open_until": tries_out}, free)
        if row is None:
            raise self._explain(now)
        return Turn(self._begin_of(row), row.failures > 0, row.open_until is not None)

    def may_go(self, turn: Turn, now: datetime) -> bool:
        """Whether a slot that was waited for still counts: nothing has happened meanwhile."""
        held, soon = _row.held_until_us, _microseconds(now + LONGEST_QUEUE)
        free = sa.or_(held.is_(None), sa.not_(held.between(_microseconds(now) + 1, soon)))
        if not turn.tries_out:
            free = sa.and_(free, _is_closed(now))
        with self._db.reading() as connection:
            query = sa.select(_row.account_id).where(self._mine, free)
            return connection.execute(query).first() is not None

    def hold(self, now: datetime, seconds: int) -> None:
        """Give no slot for so long (five minutes at the most), as Studio asked."""
        held = timedelta(seconds=min(seconds, errors.LONGEST_HOLD_SECONDS))
        self._note(
            next_slot_us=_not_before(_row.next_slot_us, now + held, now),
            held_until_us=_not_before(_row.held_until_us, now + held, now),
        )

    def note_failure(self, now: datetime) -> None:
        """Count a failure; the last of several opens the circuit, and keeps it open."""
        failures = _row.failures + 1
        opened = sa.case((failures >= FAILURES_TO_OPEN, _at(now + OPEN_FOR)), else_=_row.open_until)
        self._note(failures=failures, open_until=opened)

    def note_success(self) -> None:
        """Forget the failures, and close the circuit."""
        self._note(failures=0, open_until=None)

    def _note(self, **values: Any) -> None:
        """Write down what became of a call; where that fails, the call's answer still counts."""
        with contextlib.suppress(SQLAlchemyError), self._db.writing() as connection:
            connection.execute(sa.update(studio_pace).where(self._mine).values(values))

    def _move(self, now: datetime, further: dict[str, Any], where: Any) -> Any:
        with self._db.writing() as connection:
            first = {"next_slot_us": _microseconds(now) + self._step, "failures": 0}
            taken = insert_into(connection, studio_pace).values(
                account_id=self._account_id, **first
            )
            taken = taken.on_conflict_do_update(
                index_elements=["account_id"],
                set_={"next_slot_us": _next_slot(now) + self._step, **further},
                where=where,
            )
            return connection.execute(taken.returning(*_row)).one_or_none()

    def _begin_of(self, row: Any) -> datetime:
        return _EPOCH + timedelta(microseconds=row.next_slot_us - self._step)

    def _explain(self, now: datetime) -> errors.StudioHeldBackError:
        if (opened := find_trouble(self._db, self._account_id, now)) is not None:
            return opened
        with self._db.reading() as connection:
            row = connection.execute(sa.select(studio_pace).where(self._mine)).one()
        return errors.no_slot(math.ceil((row.next_slot_us - _microseconds(now)) / _SECOND))


def find_trouble(db: Database, account_id: int, now: datetime) -> errors.StudioHeldBackError | None:
    """Find why nobody who waits may call an account's Studio now: its circuit is open."""
    mine = sa.select(_row.open_until).where(_row.account_id == account_id, sa.not_(_is_closed(now)))
    with db.reading() as connection:
        open_until = connection.execute(mine).scalar_one_or_none()
    if open_until is None:
        return None
    return errors.circuit_open(math.ceil((open_until - now).total_seconds()))


def list_circuits(db: Database) -> list[Circuit]:
    """Give the accounts whose circuit opened and was not closed by an answer yet."""
    query = (
        sa.select(studio_account.c.url, _row.open_until)
        .join(studio_pace, _row.account_id == studio_account.c.id)
        .where(_row.open_until.is_not(None))
        .order_by(studio_account.c.url)
    )
    with db.reading() as connection:
        return [Circuit(row.url, row.open_until) for row in connection.execute(query)]


def _next_slot(now: datetime) -> Any:
    """Give when the next slot begins."""
    return _not_before(_row.next_slot_us, now, now)


def _not_before(column: Any, earliest: datetime, now: datetime) -> Any:
    """Give what the column says, or `earliest`; what is too far away was made by a wrong clock."""
    begins = sa.literal(_microseconds(earliest), sa.BigInteger)
    ends = sa.literal(_microseconds(now + LONGEST_QUEUE), sa.BigInteger)
    return sa.case((column.between(begins, ends), column), else_=begins)


def _is_closed(now: datetime) -> Any:
    opened = _row.open_until
    return sa.or_(opened.is_(None), opened <= now, opened > now + LONGEST_QUEUE)


def _at(at: datetime) -> Any:
    return sa.literal(at, _row.open_until.type)


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
