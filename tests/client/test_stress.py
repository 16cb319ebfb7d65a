"""Many calls at once, a Studio that refuses half of them, and one that is broken."""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.db import Database
from app.http import make_session
from app.models import studio_pace
from app.studio import errors
from app.studio.pace import FAILURES_TO_OPEN, OPEN_FOR, Pace, list_circuits
from tests.client.reaching import FAST, Reach, make_client, reached
from tests.servers import free_port

CELLS = 260854
THREADS = 48
CALLS = 500
RATE = 100.0


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reach]:
    with reached(request.param, tmp_path_factory.mktemp("stress")) as made:
        yield made


def _all_at_once(ask: Callable[[], object], times: int) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(ask) for _ in range(times)]:
            done.result()


def _too_early(calls: list[dict[str, Any]], begun: float, rate: float) -> list[int]:
    """Which calls came before their slot: the nth slot cannot begin before n steps are over."""
    arrived = sorted(call["at"] for call in calls)
    return [number for number, at in enumerate(arrived) if at < begun + number / rate]


def test_with_every_second_call_refused_all_succeed_and_none_comes_too_early(reach: Reach):
    client, before = reach.client(RATE).patient(), len(reach.calls("show"))
    client.ping()
    reach.tell("throttle", share=0.5, seed=7, retry_after=None)
    begun = time.time()
    _all_at_once(lambda: client.get_media(CELLS), CALLS)
    calls = reach.calls("show")[before:]
    served = [call for call in calls if call["status"] == 200]
    refused = [call for call in calls if call["status"] == 429]
    assert (len(served), len(calls)) == (CALLS, len(served) + len(refused))
    assert len(refused) > CALLS * 0.8
    assert _too_early(calls, begun, RATE) == []


@pytest.mark.parametrize("as_date", [False, True], ids=["seconds", "date"])
def test_nobody_comes_before_retry_after_is_over(reach: Reach, as_date: bool):
    client = reach.client(1.0)
    client.ping()
    before = len(reach.calls())
    with ThreadPoolExecutor(4) as threads:
        waiting = threads.submit(client.patient().search)
        _await_its_slot(reach, waiting)
        reach.fail("show", status=429, retry_after=2, retry_after_date=as_date)
        launch = threads.submit(client.get_media, CELLS)
        while not _read_pace(reach).held_until_us and not launch.done():
            continue
        late = threads.submit(client.patient().search)
        assert (launch.result().id, len(waiting.result().items)) == (CELLS, 20)
        assert len(late.result().items) == 20
    refused, *others = reach.calls()[before:]
    assert (refused["operation"], refused["status"]) == ("show", 429)
    assert [call["status"] for call in others] == [200] * 3
    assert min(call["at"] for call in others) >= refused["at"] + 2


def test_calls_of_several_processes_share_one_pace(reach: Reach):
    before = len(reach.calls("show"))
    reach.client().ping()
    begun = time.time()
    with _processes() as pool:
        done = pool.map(_ask_in_process, [(*_names(reach), 30.0, True, 30)] * 2, chunksize=1)
    assert done == [30, 30]
    assert _too_early(reach.calls("show")[before:], begun, 30.0) == []


def test_two_processes_with_an_expired_token_refresh_it_once_and_the_account_lives(reach: Reach):
    reach.client().ping()
    before = len(reach.calls("token"))
    reach.tell("tokens", expire=True)
    with _processes() as pool:
        done = pool.map(_ask_in_process, [(*_names(reach), FAST, False, 50)] * 2, chunksize=1)
    assert done == [50, 50]
    assert len(reach.calls("token")) - before == 1
    reach.tell("tokens", expire=True)
    reach.client().ping()


def _processes() -> Any:
    return multiprocessing.get_context("spawn").Pool(2)


def _names(reach: Reach) -> tuple[str, int, str]:
    return reach.database_url, reach.account_id, reach.url


def _ask_in_process(job: tuple[str, int, str, float, bool, int]) -> int:
    """Show a media again and again, in a process of its own; gives how often it was shown."""
    database_url, account_id, url, rate, waits, times = job
    db = Database(database_url)
    with make_session(allow_private=True) as http:
        client = make_client(db, account_id, url, http, rate)
        client = client.patient() if waits else client
        shown = [client.get_media(CELLS) for _ in range(times)]
    db.dispose()
    return len(shown)


def _use_up(reach: Reach, seconds: int) -> Pace:
    """Take all slots of the coming seconds, at one a second."""
    pace = Pace(reach.db, reach.account_id, 1.0)
    for _ in range(seconds):
        pace.take(datetime.now(UTC))
    return pace


def test_a_launch_does_not_wait_while_a_batch_has_used_up_the_pace(reach: Reach):
    client = reach.client(1.0)
    client.ping()
    _use_up(reach, 100)
    before, begun = len(reach.calls()), time.monotonic()
    assert client.get_media(CELLS).id == CELLS
    assert time.monotonic() - begun < 1
    with pytest.raises(errors.StudioHeldBackError) as caught:
        client.patient().get_media(CELLS)
    assert time.monotonic() - begun < 1
    assert len(reach.calls()) - before == 1
    assert 95 < (caught.value.retry_after_seconds or 0) <= 102


def test_who_waits_gets_its_turn_and_not_before(reach: Reach):
    reach.client().ping()
    pace = _use_up(reach, 1)
    begun, turn = time.time(), pace.reserve(datetime.now(UTC), datetime.now(UTC) + timedelta(9))
    reach.client(1.0).patient().within(5).get_media(CELLS)
    assert reach.calls("show")[-1]["at"] >= turn.at.timestamp() + 1 >= begun


def _await_its_slot(reach: Reach, waiting: Future[Any]) -> None:
    """Go on when somebody has taken the slot after the next, and waits for it."""
    taken_us = datetime.now(UTC).timestamp() * 1_000_000 + 1_000_000
    while _read_pace(reach).next_slot_us < taken_us and not waiting.done():
        continue


def _read_pace(reach: Reach) -> Any:
    with reach.db.reading() as connection:
        return connection.execute(sa.select(studio_pace)).one()


def _open_until(reach: Reach) -> datetime | None:
    found: datetime | None = _read_pace(reach).open_until
    return found


def test_a_broken_studio_is_left_alone_by_all_but_launches_until_it_serves_again(reach: Reach):
    client = reach.client()
    reach.fail("show", status=500, times=6)
    for _ in range(2):
        with pytest.raises(errors.StudioUnavailableError):
            client.get_media(CELLS)
    assert [circuit.url for circuit in list_circuits(reach.db)] == [reach.url]

    before = len(reach.calls())
    with pytest.raises(errors.StudioHeldBackError) as caught:
        client.patient().search()
    assert len(reach.calls()) == before
    assert (caught.value.slug, caught.value.status) == ("studio-held-back", 503)
    assert 25 < (caught.value.retry_after_seconds or 0) <= 30
    assert "still play" in caught.value.hint

    assert client.get_media(CELLS).id == CELLS
    assert list_circuits(reach.db) == []
    assert len(client.patient().search().items) == 20


def test_when_its_time_is_over_one_call_of_those_who_wait_tries(reach: Reach):
    client = reach.client()
    client.ping()
    pace = Pace(reach.db, reach.account_id, FAST)
    for _ in range(FAILURES_TO_OPEN):
        pace.note_failure(datetime.now(UTC) - OPEN_FOR)
    reach.fail("search", hold=True)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(client.patient().search)
        reach.http.get(f"{reach.url}/_sandbox/held?at_least=1")
        with pytest.raises(errors.StudioHeldBackError):
            client.patient().search()
        reach.tell("release")
        assert len(first.result().items) == 20
    assert _open_until(reach) is None
    assert len(client.patient().search().items) == 20


@pytest.mark.parametrize("how", [{"status": 500}, {"status": 504}, {"reset": True}], ids=str)
def test_5xx_and_broken_connections_open_the_circuit(reach: Reach, how: dict[str, Any]):
    reach.fail("show", times=6, **how)
    for _ in range(2):
        with pytest.raises(errors.StudioError):
            reach.client().get_media(CELLS)
    assert _open_until(reach) is not None


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_4xx_do_not_open_it_and_begin_the_count_anew(reach: Reach, status: int):
    client = reach.client()
    reach.fail("delete", status=500, times=FAILURES_TO_OPEN - 1)
    for _ in range(FAILURES_TO_OPEN - 1):
        with pytest.raises(errors.StudioUnavailableError):
            client.delete_media(CELLS)
    reach.fail("delete", status=status)
    with pytest.raises(errors.StudioError):
        client.delete_media(CELLS)
    reach.fail("delete", status=500)
    with pytest.raises(errors.StudioUnavailableError):
        client.delete_media(CELLS)
    assert _open_until(reach) is None


@pytest.mark.parametrize(("status", "times"), [(429, 3), (401, 2)])
def test_429_and_401_say_nothing_about_how_studio_is(reach: Reach, status: int, times: int):
    reach.client().ping()
    pace = Pace(reach.db, reach.account_id, FAST)
    for _ in range(FAILURES_TO_OPEN):
        pace.note_failure(datetime.now(UTC))
    opened = _open_until(reach)
    reach.fail("show", status=status, times=times)
    with pytest.raises(errors.StudioError):
        reach.client().get_media(CELLS)
    assert (_read_pace(reach).failures, _open_until(reach)) == (FAILURES_TO_OPEN, opened)


def test_no_connection_is_a_failure_too_and_is_told_as_one(reach: Reach):
    told: list[str] = []
    gone = f"http://127.0.0.2:{free_port('127.0.0.2')}"
    options = {"on_answer": lambda _operation, status, _seconds: told.append(status)}
    client = make_client(reach.db, reach.account_id, gone, reach.http, FAST, **options)
    for _ in range(2):
        with pytest.raises(errors.StudioUnavailableError) as caught:
            client.get_media(CELLS)
        assert caught.value.answered is None
    assert told == ["unreachable"] * 6
    assert _open_until(reach) is not None


def test_who_waits_already_when_the_circuit_opens_is_held_back(reach: Reach):
    client = reach.client(1.0)
    client.ping()
    _use_up(reach, 2)
    before = len(reach.calls("search"))
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(client.patient().search)
        _await_its_slot(reach, waiting)
        pace = Pace(reach.db, reach.account_id, 1.0)
        for _ in range(FAILURES_TO_OPEN):
            pace.note_failure(datetime.now(UTC))
        with pytest.raises(errors.StudioHeldBackError):
            waiting.result()
    assert len(reach.calls("search")) == before
