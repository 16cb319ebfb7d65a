"""A Studio that fails again and again, or is asked for much: launches go on, watchers see it."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from app.models import studio_pace
from tests.journeys.starting import started_again
from tests.world import World

MEDIA = 260854
SAID = "Studio does not answer at the moment."


@pytest.fixture(scope="module")
def slow(world: World) -> Iterator[World]:
    """The service once more, with a pace of one call in a hundred seconds."""
    log = world.environment["TEST_LOG"] + ".2"
    with started_again(world, STUDIO_CALLS_PER_SECOND="0.01", TEST_LOG=log) as again:
        yield again


def _course_id(world: World) -> int:
    """A course in which nothing is embedded."""
    found: int = world.lms.copy_course(103).id
    return found


def _rows(world: World) -> list[Any]:
    with world.database.reading() as connection:
        return list(connection.execute(sa.select(studio_pace)).all())


def test_a_launch_of_a_ready_embed_takes_no_turn(world: World):
    link = world.marked(MEDIA)
    assert world.launch(link).status_code == 302
    assert len(_rows(world)) == 1
    with world.database.writing() as connection:
        connection.execute(sa.delete(studio_pace))
    assert world.launch(link).status_code == 302
    assert _rows(world) == []


def test_an_open_circuit_is_named_makes_nothing_unready_and_stops_no_launch(world: World):
    course_id, link = _course_id(world), world.marked(MEDIA)
    world.tell_studio("next", operation="*", status=500, times=6)
    for _ in range(2):
        assert world.launch(link, course_id=course_id).status_code == 503
    ready = world.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")
    assert list(ready.json()["checks"]) == ["database", "studio"]
    told = ready.json()["checks"]["studio"]
    url = re.escape(world.studio.settings.url)
    assert re.fullmatch(rf"circuit open until \d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ: {url}", told)
    assert SAID in world.launch(person="instructor").text
    assert SAID not in world.launch(person="student").text
    assert world.launch(link, course_id=course_id).status_code == 302
    assert world.get("/readyz").json() == {"status": "ok", "checks": {"database": "ok"}}
    assert SAID not in world.launch(person="instructor").text


def test_launches_never_wait_for_the_pace(slow: World):
    begun = time.monotonic()
    for _ in range(3):
        answer = slow.launch(slow.marked(MEDIA), course_id=_course_id(slow))
        assert answer.status_code == 302
    assert time.monotonic() - begun < 20
    (row,) = _rows(slow)
    assert row.next_slot_us / 1_000_000 > time.time() + 100
