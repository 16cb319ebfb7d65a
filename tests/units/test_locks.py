"""One holder among all: threads here, processes and machines by the same row."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app import locks
from app.db import Database
from app.models import lock

THREADS = 20


def _share(db: Database, find: Callable[[], str | None], make: Callable[[], str]) -> str:
    return locks.one_for_all(db, "name", find, make, lease_seconds=30, wait_seconds=20)


def _rows(db: Database) -> int:
    with db.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(lock)).scalar_one()


def _let_the_lease_run_out(db: Database) -> None:
    with db.writing() as connection:
        past = datetime.now(UTC) - timedelta(seconds=1)
        connection.execute(sa.update(lock).values(expires_at=past))


def test_twenty_at_once_make_one_and_all_get_it(db: Database):
    made: list[str] = []
    together = threading.Barrier(THREADS)

    def make() -> str:
        made.append("made")
        return "made"

    def ask(_number: int) -> str:
        together.wait()
        return _share(db, lambda: made[0] if made else None, make)

    with ThreadPoolExecutor(THREADS) as pool:
        got = list(pool.map(ask, range(THREADS)))
    assert (got, made, _rows(db)) == (["made"] * THREADS, ["made"], 0)


def test_what_is_there_is_given_without_a_lock(db: Database):
    assert locks.acquire(db, "name", 30) is not None
    assert _share(db, lambda: "there", lambda: "made") == "there"


def test_it_is_looked_for_once_more_under_the_lock(db: Database):
    looks = iter([None, "there by now"])
    assert _share(db, lambda: next(looks), lambda: "made") == "there by now"
    assert _rows(db) == 0


def test_a_failure_passes_through_and_leaves_the_lock_free(db: Database):
    def fail() -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        _share(db, lambda: None, fail)
    assert _rows(db) == 0
    assert _share(db, lambda: None, lambda: "made") == "made"


def test_only_one_holds_a_lock_and_locks_do_not_meddle(db: Database):
    assert locks.acquire(db, "name", 30) is not None
    assert locks.acquire(db, "name", 30) is None
    assert (locks.is_held(db, "name"), locks.is_held(db, "other")) == (True, False)
    assert locks.acquire(db, "other", 30) is not None


def test_a_lease_that_ran_out_is_taken_over(db: Database):
    first = locks.acquire(db, "name", 30)
    _let_the_lease_run_out(db)
    assert not locks.is_held(db, "name")
    second = locks.acquire(db, "name", 30)
    assert second not in (None, first)
    assert locks.acquire(db, "name", 30) is None


def test_who_lost_a_lock_does_not_release_it_for_the_one_who_has_it(db: Database):
    first = locks.acquire(db, "name", 30)
    assert first is not None
    _let_the_lease_run_out(db)
    second = locks.acquire(db, "name", 30)
    assert second is not None
    locks.release(db, "name", first)
    assert locks.is_held(db, "name")
    locks.release(db, "name", second)
    assert not locks.is_held(db, "name")


def test_a_holder_that_died_holds_nobody_up(db: Database):
    assert locks.acquire(db, "name", 0.2) is not None
    got = locks.one_for_all(
        db, "name", lambda: None, lambda: "made", lease_seconds=30, wait_seconds=20
    )
    assert got == "made"


def test_who_waited_long_enough_is_told_that_somebody_is_at_it(db: Database):
    assert locks.acquire(db, "name", 30) is not None
    for wait_seconds in (0, 0.1):
        with pytest.raises(locks.BusyError):
            locks.one_for_all(
                db,
                "name",
                lambda: None,
                lambda: "made",
                lease_seconds=30,
                wait_seconds=wait_seconds,
            )


def test_seats_are_as_many_as_they_are_and_come_back():
    seats = locks.Seats(2)
    with seats.taken(), seats.taken(), pytest.raises(locks.BusyError), seats.taken():
        pass
    with pytest.raises(ZeroDivisionError), seats.taken():
        raise ZeroDivisionError
    with seats.taken(), seats.taken():
        pass


def test_a_lock_is_renewed_by_its_holder_alone(db: Database):
    holder = locks.acquire(db, "a", 60)
    assert holder is not None
    _let_the_lease_run_out(db)
    assert not locks.renew(db, "a", "somebody", 60)
    assert not locks.is_held(db, "a")
    assert locks.renew(db, "a", holder, 60)
    assert locks.is_held(db, "a")
    locks.release(db, "a", holder)
    assert not locks.renew(db, "a", holder, 60)


def test_a_lease_that_a_wrong_clock_wrote_is_over(db: Database):
    assert locks.acquire(db, "name", 30) is not None
    with db.writing() as connection:
        far = datetime.now(UTC) + timedelta(days=1)
        connection.execute(sa.update(lock).values(expires_at=far))
    assert not locks.is_held(db, "name")
    assert locks.acquire(db, "name", 30) is not None
    assert locks.is_held(db, "name")
    assert locks.acquire(db, "name", 30) is None
