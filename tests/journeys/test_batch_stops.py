"""What a stop does to what is in hand: it is finished, or found at Studio later; never lost."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import datetime

import pytest
import requests
import sqlalchemy as sa

from app.models import lock
from tests import world as worlds
from tests.journeys.batching import (
    ACCOUNT,
    MEDIA,
    PAUSE,
    SECONDS,
    begin,
    children,
    end_leases,
    find_beside,
    hurry,
    lives,
    look,
    served,
    wait_until_done,
    wait_until_gone,
    wanted,
    worker,
)
from tests.world import World

IN_HAND = 2
GRACEFUL_SECONDS = 4
OTHER_MEDIA = 262590


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A service whose Studio makes an embed, and says so when it is released."""
    settings = {"WORKER": "external", "STUDIO_CALLS_PER_SECOND": str(IN_HAND)}
    with worlds.world(tmp_path_factory.mktemp("stops"), workers=1, **settings) as built:
        built.tell_studio("next", operation="create_embed", hold=True, after=True, times=10)
        yield built
        built.tell_studio("release")


def _wait_until_made(world: World, courses: range, media_id: int = MEDIA) -> None:
    """Wait until Studio has made these, and told nobody."""
    give_up = time.monotonic() + SECONDS
    while not world.studio.embeds.list_by_course(media_id).keys() >= set(courses):
        assert time.monotonic() < give_up, world.logs()
        PAUSE.wait(0.1)


def _leased_until(world: World) -> datetime:
    query = sa.select(lock.c.expires_at).where(lock.c.name == f"batches-{ACCOUNT}")
    with world.database.reading() as connection:
        found: datetime = connection.execute(query).scalar_one()
    return found


def test_a_run_that_is_stopping_is_nobody_elses_while_it_finishes_what_is_in_hand(world: World):
    made = begin(world, wanted(range(101, 111)))
    with worker(world) as process:
        _wait_until_made(world, range(101, 101 + IN_HAND))
        process.send_signal(signal.SIGTERM)
        before, give_up = _leased_until(world), time.monotonic() + 8
        while _leased_until(world) == before:
            assert time.monotonic() < give_up
            PAUSE.wait(0.1)
        world.tell_studio("release")
        assert process.wait(20) == 0
    stopped = look(world, made)
    assert (stopped.status, stopped.succeeded, stopped.failed) == ("running", IN_HAND, 0)


def test_the_worker_beside_gunicorn_finishes_what_is_in_hand(world: World):
    made = begin(world, wanted(range(101, 111)))
    with served(world, WORKER="beside") as (again, master):
        beside = find_beside(again, master)
        _wait_until_made(world, range(101, 101 + IN_HAND))
        os.kill(master, signal.SIGTERM)
        give_up = time.monotonic() + SECONDS
        while children(master) != {beside}:
            assert time.monotonic() < give_up
            PAUSE.wait(0.1)
        world.tell_studio("release")
        wait_until_gone(master, 15)
        assert not lives(beside)
    assert look(world, made).succeeded == IN_HAND


def test_a_stop_has_one_deadline_for_all_and_what_it_cuts_off_is_found_later(world: World):
    made = begin(world, wanted(range(101, 101 + IN_HAND)))
    soon = {"GUNICORN_CMD_ARGS": f"--graceful-timeout {GRACEFUL_SECONDS}"}
    with served(world, WORKER="beside", **soon) as (again, master):
        beside = find_beside(again, master)
        _wait_until_made(world, range(101, 101 + IN_HAND))
        launching = threading.Thread(target=_launch_in_vain, args=(again,))
        launching.start()
        _wait_until_made(world, range(102, 103), OTHER_MEDIA)
        os.kill(master, signal.SIGTERM)
        began = time.monotonic()
        wait_until_gone(master, 30)
        took = time.monotonic() - began
        launching.join()
        assert not lives(beside)
    assert GRACEFUL_SECONDS - 1 < took < 2 * GRACEFUL_SECONDS - 1
    assert look(world, made).pending == IN_HAND
    world.tell_studio("release")
    end_leases(world)
    hurry(world, made)
    with worker(world):
        assert wait_until_done(world, made).succeeded == IN_HAND
    at_studio = world.studio.embeds.list_by_course(MEDIA)
    assert {course: len(found) for course, found in at_studio.items() if course < 103} == {
        101: 1,
        102: 1,
    }


def _launch_in_vain(world: World) -> None:
    """Launch what Studio does not tell about; the service ends before it can answer."""
    with pytest.raises(requests.ConnectionError):
        world.launch(world.marked(OTHER_MEDIA), course_id=102)
