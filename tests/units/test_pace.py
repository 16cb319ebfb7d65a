"""The slots and the circuit of an account, over both databases; times are passed in."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.db import Database
from app.models import studio_account, studio_pace
from app.studio.errors import StudioHeldBackError
from app.studio.pace import FAILURES_TO_OPEN, Circuit, Pace, Turn, list_circuits

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
URL = "https://school.instructuremedia.com"
THREADS, EACH = 8, 20


def _in(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def account_id(db: Database) -> int:
    with db.writing() as connection:
        made = sa.insert(studio_account).values(url=URL).returning(studio_account.c.id)
        return int(connection.execute(made).scalar_one())


@pytest.fixture
def pace(db: Database, account_id: int) -> Pace:
    """Four calls a second."""
    return Pace(db, account_id, 4.0)


def _reserve(pace: Pace, now: datetime = NOW, *, within: float = 60) -> float:
    """How long after `NOW` the slot begins."""
    return (pace.reserve(now, now + timedelta(seconds=within)).at - NOW).total_seconds()


def _held_back(pace: Pace, now: datetime = NOW, *, within: float = 60) -> tuple[str, int | None]:
    with pytest.raises(StudioHeldBackError) as caught:
        _reserve(pace, now, within=within)
    assert (caught.value.slug, caught.value.status) == ("studio-held-back", 503)
    assert caught.value.asked_seconds is None
    return str(caught.value.log), caught.value.retry_after_seconds


def _fail(pace: Pace, times: int = FAILURES_TO_OPEN, now: datetime = NOW) -> None:
    pace.take(now)
    for _ in range(times):
        pace.note_failure(now)


def test_slots_follow_one_another_at_the_pace(pace: Pace):
    assert [_reserve(pace) for _ in range(4)] == [0, 0.25, 0.5, 0.75]


def test_time_that_passed_unused_is_not_saved_up(pace: Pace):
    _reserve(pace)
    assert [_reserve(pace, _in(10)) for _ in range(2)] == [10, 10.25]


def test_a_pace_that_divides_badly_is_rounded_to_the_slower_side(db: Database, account_id: int):
    pace = Pace(db, account_id, 3.0)
    assert [_reserve(pace) for _ in range(3)] == [0, 0.333334, 0.666668]


def test_a_launch_goes_at_once_and_moves_the_slots_of_the_others(pace: Pace):
    assert _reserve(pace) == 0
    turns = [pace.take(NOW) for _ in range(4)]
    assert {turn.troubled or turn.tries_out for turn in turns} == {False}
    assert _reserve(pace) == 1.25


def test_a_slot_that_comes_too_late_is_not_taken(pace: Pace):
    assert [_reserve(pace, within=0.3) for _ in range(2)] == [0, 0.25]
    log, retry_after = _held_back(pace, within=0.3)
    assert "STUDIO_CALLS_PER_SECOND" in log
    assert retry_after == 1
    assert _reserve(pace) == 0.5


def test_accounts_do_not_wait_for_one_another(db: Database, pace: Pace):
    with db.writing() as connection:
        made = sa.insert(studio_account).values(url="https://b").returning(studio_account.c.id)
        other = Pace(db, connection.execute(made).scalar_one(), 4.0)
    _fail(pace)
    pace.hold(NOW, 60)
    assert _reserve(other) == 0


def test_after_a_429_nobody_gets_a_slot_before_it_is_over(pace: Pace):
    before = pace.reserve(NOW, _in(60))
    assert pace.may_go(before, NOW)
    pace.hold(NOW, 30)
    assert not pace.may_go(before, _in(29.9))
    assert pace.may_go(before, _in(30))
    assert [_reserve(pace) for _ in range(2)] == [30, 30.25]


def test_a_shorter_hold_does_not_end_a_longer_one(pace: Pace):
    waiting = pace.reserve(NOW, _in(60))
    pace.hold(NOW, 30)
    pace.hold(NOW, 5)
    assert not pace.may_go(waiting, _in(29))
    assert _reserve(pace) == 30


def test_a_hold_never_moves_slots_that_are_later_anyway_forward(pace: Pace):
    for _ in range(41):
        pace.take(NOW)
    pace.hold(NOW, 5)
    assert _reserve(pace) == 10.25


def test_an_endless_hold_ends_after_five_minutes(pace: Pace):
    waiting = pace.take(NOW)
    pace.hold(NOW, 10**9)
    assert not pace.may_go(waiting, _in(299))
    assert pace.may_go(waiting, _in(300))
    assert _reserve(pace, within=400) == 300


def test_a_clock_that_was_years_ahead_holds_up_nobody(pace: Pace):
    ahead = NOW + timedelta(days=400)
    waiting = pace.take(ahead)
    pace.hold(ahead, 60)
    _fail(pace, now=ahead)
    assert pace.may_go(waiting, NOW)
    assert _reserve(pace) == 0


def test_a_hold_counts_though_a_clock_that_was_ahead_held_before(pace: Pace):
    ahead = NOW + timedelta(days=1)
    waiting = pace.take(ahead)
    pace.hold(ahead, 60)
    pace.hold(NOW, 30)
    assert not pace.may_go(waiting, _in(29))
    assert _reserve(pace) == 30


def test_a_clock_that_was_behind_does_not_take_slots_back(pace: Pace):
    assert _reserve(pace, _in(3)) == 3
    assert _reserve(pace, NOW) == 3.25


def test_the_circuit_opens_after_five_failures_in_a_row(pace: Pace):
    _fail(pace, FAILURES_TO_OPEN - 1)
    assert _reserve(pace) == 0.25
    pace.note_failure(NOW)
    assert _held_back(pace) == ("the circuit towards Studio is open", 30)
    assert _held_back(pace, _in(29.5)) == ("the circuit towards Studio is open", 1)


def test_what_studio_serves_begins_the_count_anew(pace: Pace):
    _fail(pace, FAILURES_TO_OPEN - 1)
    pace.note_success()
    _fail(pace, FAILURES_TO_OPEN - 1)
    assert _reserve(pace) == 0.5


def test_an_open_circuit_holds_back_who_waits_already(pace: Pace):
    waiting = pace.reserve(NOW, _in(60))
    _fail(pace)
    assert not pace.may_go(waiting, _in(1))


def test_an_open_circuit_lets_launches_through_and_their_success_closes_it(pace: Pace):
    _fail(pace)
    turn = pace.take(NOW)
    assert turn.troubled
    pace.note_success()
    assert _reserve(pace) == 0.5
    assert not pace.take(NOW).troubled


def test_each_further_failure_keeps_it_open_for_longer(pace: Pace):
    _fail(pace)
    pace.note_failure(_in(20))
    assert _held_back(pace, _in(45))[1] == 5


def test_then_one_call_tries_out_and_the_others_go_on_waiting(pace: Pace):
    _fail(pace)
    first = pace.reserve(_in(30), _in(90))
    assert (first.troubled, first.tries_out) == (True, True)
    assert pace.may_go(first, _in(31))
    assert _held_back(pace, _in(30))[1] == 30
    pace.note_success()
    assert pace.reserve(_in(31), _in(90)) == Turn(_in(31), troubled=False)


def test_a_try_that_fails_opens_it_again(pace: Pace):
    _fail(pace)
    pace.reserve(_in(30), _in(90))
    pace.note_failure(_in(40))
    assert _held_back(pace, _in(69))[1] == 1


def test_a_try_whose_process_died_holds_nobody_up_for_good(pace: Pace):
    _fail(pace)
    pace.reserve(_in(30), _in(90))
    assert pace.reserve(_in(60), _in(90)).tries_out


def test_circuits_are_named_until_a_call_is_served(db: Database, pace: Pace):
    pace.take(NOW)
    assert list_circuits(db) == []
    _fail(pace)
    assert list_circuits(db) == [Circuit(URL, _in(30))]
    pace.note_success()
    assert list_circuits(db) == []


def test_an_account_that_goes_takes_its_pace_along(db: Database, pace: Pace):
    pace.take(NOW)
    with db.writing() as connection:
        connection.execute(sa.delete(studio_account))
    with db.reading() as connection:
        assert connection.execute(sa.select(studio_pace)).all() == []


def test_a_note_that_cannot_be_written_breaks_no_call(db: Database, pace: Pace):
    pace.take(NOW)
    with db.writing() as connection:
        connection.execute(sa.text("ALTER TABLE studio_pace RENAME TO away"))
    try:
        pace.note_success()
        pace.note_failure(NOW)
        pace.hold(NOW, 5)
    finally:
        with db.writing() as connection:
            connection.execute(sa.text("ALTER TABLE away RENAME TO studio_pace"))


def test_of_many_threads_each_has_a_slot_of_its_own(pace: Pace):
    together = threading.Barrier(THREADS)

    def take_some(number: int) -> list[Any]:
        together.wait()
        mine = pace.take if number % 2 else _patient
        return [mine(NOW).at for _ in range(EACH)]

    def _patient(now: datetime) -> Turn:
        return pace.reserve(now, _in(600))

    with ThreadPoolExecutor(THREADS) as pool:
        slots = sorted(at for taken in pool.map(take_some, range(THREADS)) for at in taken)
    assert slots == [_in(number / 4) for number in range(THREADS * EACH)]
