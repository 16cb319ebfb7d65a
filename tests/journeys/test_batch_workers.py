"""The processes that work batches off: beside gunicorn, alone, several, woken by Redis, killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
import redis
import sqlalchemy as sa

from app.core import batches
from app.models import studio_pace
from app.outside import Outside
from app.settings import read_settings
from app.work import wake
from tests import world as worlds
from tests.journeys.batching import (
    PAUSE,
    begin,
    children,
    find_beside,
    items,
    lives,
    look,
    served,
    wait_for,
    wait_until_done,
    wait_until_gone,
    wanted,
    worker,
)
from tests.journeys.commanding import in_environment
from tests.world import ROOT, World

REDIS = "redis://127.0.0.1:6379/13"
FAST = {"STUDIO_CALLS_PER_SECOND": "50"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A service that leaves its batches to others."""
    folder = tmp_path_factory.mktemp("workers")
    with worlds.world(folder, request.param, workers=1, WORKER="external", **FAST) as built:
        yield built


def _creations(world: World) -> list[str]:
    return [call["path"] for call in world.calls("create_embed")]


def test_without_a_worker_nothing_happens(world: World):
    made = begin(world, wanted(range(101, 111)))
    with served(world) as (_, master):
        assert len(children(master)) == 1
        assert look(world, made) == made
    with worker(world):
        assert wait_until_done(world, made).succeeded == 10


def test_a_worker_beside_gunicorn_ends_with_its_master_and_has_its_group(world: World):
    with served(world, WORKER="beside") as (again, master):
        beside = find_beside(again, master)
        assert os.getpgid(beside) == os.getpgid(master)
        os.kill(master, signal.SIGTERM)
        wait_until_gone(master, 10)
        assert not lives(beside)


def test_a_ctrl_c_reaches_both_and_ends_them_without_a_fault(world: World):
    with served(world, WORKER="beside") as (again, master):
        beside = find_beside(again, master)
        wait_until_done(again, begin(again, wanted([151])))
        again.tell_studio("next", operation="create_embed", hold=True)
        begin(again, wanted(range(152, 182)))
        again.await_held(1)
        for _ in range(2):
            os.kill(beside, signal.SIGINT)
            PAUSE.wait(0.1)
        os.kill(master, signal.SIGINT)
        again.tell_studio("release")
        wait_until_gone(master, 20)
        assert not lives(beside)
        assert "worker-failed" not in again.logs()
        assert "Traceback" not in again.logs()


def test_a_worker_beside_gunicorn_ends_when_its_master_is_killed(world: World):
    with served(world, WORKER="beside") as (again, master):
        beside = find_beside(again, master)
        os.kill(master, signal.SIGKILL)
        wait_until_gone(beside, 5)


def test_a_worker_beside_gunicorn_that_is_killed_is_there_again(world: World):
    with served(world, WORKER="beside") as (again, master):
        first = find_beside(again, master)
        os.kill(first, signal.SIGKILL)
        wait_until_gone(first, 5)
        second = find_beside(again, master, but=first)
        assert lives(second)
        assert f'"pid": {first}, "event": "worker-ended"' in again.logs()
        assert wait_until_done(again, begin(again, wanted(range(201, 206)))).succeeded == 5
        assert again.get("/healthz").status_code == 200


def test_a_worker_beside_gunicorn_outlives_a_reload(world: World):
    with served(world, WORKER="beside") as (again, master):
        beside = find_beside(again, master)
        os.kill(master, signal.SIGHUP)
        assert wait_until_done(again, begin(again, wanted(range(301, 306)))).succeeded == 5
        assert lives(beside)


def test_what_is_in_hand_is_finished_at_a_stop_and_the_rest_goes_on_later(world: World):
    before = len(_creations(world))
    made = begin(world, wanted(range(1001, 1201)))
    with worker(world) as first:
        wait_for(world, made, lambda found: found.succeeded >= 10)
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGINT):
            first.send_signal(number)
            PAUSE.wait(0.2)
        assert first.wait(20) == 0
    stopped = look(world, made)
    assert stopped.status == "running"
    assert len(_creations(world)) - before == stopped.succeeded
    with worker(world):
        assert wait_until_done(world, made).succeeded == 200
    assert len(_creations(world)) - before == 200


def test_a_worker_ends_in_time_though_something_in_hand_takes_longer(world: World):
    made = begin(world, wanted([1301]))
    far = int((time.time() + 40) * 1_000_000)
    row = {"account_id": 1, "next_slot_us": far, "failures": 0}
    with world.database.writing() as connection:
        connection.execute(sa.delete(studio_pace))
        connection.execute(sa.insert(studio_pace).values(row))
    hurried = "import app.work as w; w.STOP_SECONDS = 1.0; from flask.cli import main; main()"
    taken = sa.select(studio_pace.c.next_slot_us)
    process = subprocess.Popen(
        [sys.executable, "-c", hurried, "worker"], cwd=ROOT, env=world.environment
    )
    try:
        give_up = time.monotonic() + 30
        while True:
            with world.database.reading() as connection:
                if connection.execute(taken).scalar_one() > far:
                    break
            assert time.monotonic() < give_up
            PAUSE.wait(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    finally:
        process.kill()
        process.wait()
    with world.database.writing() as connection:
        connection.execute(sa.delete(studio_pace))
    batches.cancel_batch(world.database, made.account_id, made.id)


def test_several_workers_make_each_embed_once(world: World):
    before = len(_creations(world))
    made = begin(world, wanted(range(2001, 2101)))
    with worker(world), worker(world), worker(world):
        done = wait_until_done(world, made)
    assert (done.succeeded, done.failed) == (100, 0)
    assert len(_creations(world)) - before == 100
    assert len({item.embed.id for item in items(world, done) if item.embed}) == 100


def test_redis_holds_the_calls_until_a_worker_takes_them(world: World):
    made = begin(world, wanted([3001]))
    with redis.Redis.from_url(REDIS) as client, in_environment(world):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("REDIS_URL", REDIS)
            wake(Outside.from_settings(read_settings()), made.account_id)
        (queue,) = _queues(client, world)
        assert client.llen(queue) == 1
        with worker(world, REDIS_URL=REDIS):
            assert wait_until_done(world, made).succeeded == 1
            while client.llen(queue):
                assert look(world, made).status == "done"
        client.delete(queue)


def test_a_worker_goes_on_while_redis_is_away(world: World):
    made = begin(world, wanted(range(3101, 3104)))
    with worker(world, REDIS_URL="redis://127.0.0.1:1/0"):
        assert wait_until_done(world, made).succeeded == 3
    assert "not-listening" in Path(f"{world.environment['TEST_LOG']}.worker").read_text()


@pytest.mark.parametrize("world", ["sqlite"], indirect=True, scope="module")
def test_a_worker_goes_on_beside_a_queue_that_is_broken(
    world: World, capfd: pytest.CaptureFixture[str]
):
    """PostgreSQL has no such file."""
    with in_environment(world):
        outside = Outside.from_settings(read_settings())
        queue = Path(f"{outside.db.url.database}-queue")
        queue.write_bytes(b"no database" * 1000)
        made = begin(world, wanted([3201]))
        wake(outside, made.account_id)
    assert "not-woken" in "".join(capfd.readouterr())
    with worker(world):
        assert wait_until_done(world, made).succeeded == 1
    for path in queue.parent.glob(f"{queue.name}*"):
        path.unlink()


def _queues(client: redis.Redis, world: World) -> list[bytes]:
    name = sha256(world.environment["PUBLIC_URL"].encode()).hexdigest()[:12]
    return [key for key in client.scan_iter("huey.*") if key.decode().endswith(name)]


def test_a_redis_that_is_away_is_said_and_stops_no_caller(
    world: World, capfd: pytest.CaptureFixture[str]
):
    with in_environment(world), pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
        outside = Outside.from_settings(read_settings())
        wake(outside, 1)
    assert "not-woken" in "".join(capfd.readouterr())
