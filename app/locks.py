"""One holder among all threads, processes and machines, by a row in the database.

A lease that runs out is taken over, so that a holder who died holds nobody up. `Seats` bound
how many threads of one process wait.
"""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy import delete, select, update

from app.db import Database, insert_into
from app.models import lock

POLL_SECONDS = 0.05
LONGEST_LEASE = timedelta(minutes=10)
"""What ends later than that from now was written by a wrong clock, and counts as over."""
T = TypeVar("T")


class BusyError(Exception):
    """Another holder is still at work when the waiting time is over."""


def acquire(db: Database, name: str, lease_seconds: float) -> str | None:
    """Take the lock `name` if it is free or its lease ran out; gives the holder's id, or None."""
    if is_held(db, name):
        return None
    holder, now = secrets.token_hex(16), datetime.now(UTC)
    row = {"holder": holder, "expires_at": now + timedelta(seconds=lease_seconds)}
    free = sa.or_(lock.c.expires_at <= now, lock.c.expires_at > now + LONGEST_LEASE)
    with db.writing() as connection:
        taken = insert_into(connection, lock).values(name=name, **row)
        taken = taken.on_conflict_do_update(index_elements=["name"], set_=row, where=free)
        return holder if connection.execute(taken.returning(lock.c.name)).first() else None


def is_held(db: Database, name: str) -> bool:
    """Whether somebody holds the lock now."""
    now = datetime.now(UTC)
    lasting = sa.and_(lock.c.expires_at > now, lock.c.expires_at <= now + LONGEST_LEASE)
    held = select(lock.c.name).where(lock.c.name == name, lasting)
    with db.reading() as connection:
        return connection.execute(held).first() is not None


def renew(db: Database, name: str, holder: str, lease_seconds: float) -> bool:
    """Hold the lock for so long from now; gives whether it is still this holder's."""
    mine = update(lock).where(lock.c.name == name, lock.c.holder == holder)
    expires_at = datetime.now(UTC) + timedelta(seconds=lease_seconds)
    with db.writing() as connection:
        return connection.execute(mine.values(expires_at=expires_at)).rowcount > 0


def release(db: Database, name: str, holder: str) -> None:
    """Give the lock back, unless another has taken it over meanwhile."""
    with db.writing() as connection:
        connection.execute(delete(lock).where(lock.c.name == name, lock.c.holder == holder))


def one_for_all(
    db: Database,
    name: str,
    find: Callable[[], T | None],
    make: Callable[[], T],
    *,
    lease_seconds: float,
    wait_seconds: float,
) -> T:
    """Give what `find` finds; where it finds nothing, one holder among all calls `make`.

    The others look again until it is there. Whatever `find` or `make` raises passes through.
    Raises `BusyError` where it is not there after `wait_seconds`.
    """
    give_up = time.monotonic() + wait_seconds
    while True:
        if (found := find()) is not None:
            return found
        if holder := acquire(db, name, lease_seconds):
            try:
                found = find()
                return make() if found is None else found
            finally:
                release(db, name, holder)
        if time.monotonic() >= give_up:
            raise BusyError(name)
        threading.Event().wait(POLL_SECONDS)


def wait_for(find: Callable[[], T | None], wait_seconds: float) -> T:
    """Give what `find` finds, as soon as it does; raises `BusyError` after `wait_seconds`."""
    give_up = time.monotonic() + wait_seconds
    while (found := find()) is None:
        if time.monotonic() >= give_up:
            raise BusyError
        threading.Event().wait(POLL_SECONDS)
    return found


class Seats:
    """How many threads of this process may wait for the outside at once.

    One thread is always left, so that health and ready embeds answer while Studio hangs.
    """

    def __init__(self, count: int) -> None:
        self._free = threading.BoundedSemaphore(count)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a seat for the block; raises `BusyError` at once where none is free."""
        if not self._free.acquire(blocking=False):
            raise BusyError("no thread to spare")
        try:
            yield
        finally:
            self._free.release()
