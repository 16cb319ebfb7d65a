"""`kill -9` of any process at any moment: nothing is lost, and nothing is made twice."""

import os
import random
import re
import signal
from collections import Counter
from collections.abc import Iterator

import pytest

from app.core.batches import Batch
from tests import world as worlds
from tests.journeys.batching import (
    begin,
    children,
    end_leases,
    find_beside,
    hurry,
    items,
    look,
    served,
    wait_for,
    wait_until_done,
    wait_until_gone,
    wanted,
)
from tests.world import World

COUNT, STEP = 160, 25
STUDIO_SECONDS = 0.2
"""After Studio made an embed, until it says so: several are made unheard at each kill."""


@pytest.fixture(params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("kills")
    settings = {"WORKER": "external", "STUDIO_CALLS_PER_SECOND": "20"}
    with worlds.world(folder, request.param, workers=1, **settings) as built:
        yield built


def test_killed_again_and_again_a_batch_makes_each_embed_once(world: World):
    slow = {"delay_seconds": STUDIO_SECONDS, "after": True, "times": 2 * COUNT}
    world.tell_studio("next", operation="create_embed", **slow)
    made = begin(world, wanted(range(5001, 5001 + COUNT)))
    chance = random.Random(3)
    with served(world, workers=2, WORKER="beside") as (again, master):
        killed = [_kill_worker(again, master, made, chance) for _ in range(3)]
        _kill_web(again, master)
        _go_on(again, made, chance)
        os.killpg(master, signal.SIGKILL)
        wait_until_gone(master, 10)
    assert len(set(killed)) == 3
    assert look(world, made).status == "running"
    end_leases(world)
    hurry(world, made)
    with served(world, WORKER="beside"):
        done = wait_until_done(world, made)
    assert (done.succeeded, done.failed, done.cancelled) == (COUNT, 0, 0)
    _check_records(world, done, kills=4)


def _kill_worker(world: World, master: int, made: Batch, chance: random.Random) -> int:
    """Kill the worker beside in the middle of its work; gives its number."""
    beside = find_beside(world, master)
    _go_on(world, made, chance)
    os.kill(beside, signal.SIGKILL)
    wait_until_gone(beside, 10)
    end_leases(world)
    hurry(world, made)
    find_beside(world, master, but=beside)
    return beside


def _go_on(world: World, made: Batch, chance: random.Random) -> None:
    """Wait until some more items are done, at some moment between two of them."""
    more = look(world, made).succeeded + chance.randrange(5, STEP)
    wait_for(world, made, lambda found: found.succeeded >= more)


def _kill_web(world: World, master: int) -> None:
    booted = {int(pid) for pid in re.findall(r"worker with pid: (\d+)", world.logs())}
    os.kill(min(booted & children(master)), signal.SIGKILL)


def _check_records(world: World, done: Batch, kills: int) -> None:
    """Studio's own embeds, and its log, agree with ours."""
    calls = [call for call in world.calls("create_embed") if call["status"] != 429]
    assert len(calls) - COUNT <= kills
    at_studio = world.studio.embeds.list_by_course(260854)
    ours = {item.key.course_id: item.embed for item in items(world, done)}
    assert len(ours) == COUNT
    for course_id, embed in ours.items():
        assert embed is not None
        assert embed.launch_url in {one.launch_url for one in at_studio[course_id]}
    several = Counter({course: len(found) for course, found in at_studio.items()})
    assert sum(count - 1 for count in several.values()) <= kills
