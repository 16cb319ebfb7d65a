"""The picker where Studio does not serve, or there is nothing to show: the form stays."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from app.core import accounts
from app.models import studio_pace
from tests.journeys.launching import table
from tests.journeys.picking import deep_link, without_email
from tests.journeys.starting import started_again
from tests.world import World


@pytest.fixture(scope="module")
def alone(world: World) -> Iterator[World]:
    """The service once more, as one process: what it keeps in memory is all that is kept."""
    log = world.environment["TEST_LOG"] + ".2"
    with started_again(world, TEST_LOG=log, STUDIO_CALLS_PER_SECOND="500") as again:
        yield again


@pytest.fixture(autouse=True)
def _rested(world: World) -> None:
    """Let no test find the circuit open that the one before opened."""
    with world.database.writing() as connection:
        connection.execute(sa.delete(studio_pace))


def _named(email: str) -> Callable[[dict[str, Any]], object]:
    return lambda claims: claims.update(email=email)


TROUBLES = table(
    [
        ("a 500", {"status": 500, "times": 3}, "Studio cannot be reached at the moment."),
        ("a 403", {"status": 403}, "Studio does not let this service see that."),
        ("a 422", {"status": 422}, "Studio does not take what it was asked."),
        ("no JSON", {"garbage": True}, "Studio gave an answer that this service does not"),
        ("a page", {"html": True}, "Studio gave an answer that this service does not understand."),
        ("a broken connection", {"reset": True, "times": 3}, "Studio cannot be reached"),
    ]
)


@pytest.mark.parametrize(("fault", "said"), TROUBLES)
def test_whatever_studio_does_the_form_and_the_picks_stay(
    alone: World, fault: dict[str, object], said: str
):
    picker = deep_link(alone)
    first = picker.media_ids[0]
    picker = picker.press("add", first)
    alone.tell_studio("next", operation="search", **fault)
    word = f"week {time.monotonic_ns()}"
    failed = picker.search(title=word)
    assert failed.answer.status_code == 200
    assert failed.said.startswith(said)
    assert (failed.field("title"), failed.picks) == (word, [str(first)])
    assert '"the picker shows nothing"' in alone.logs()
    alone.tell_studio("release")


def test_trying_again_shows_the_list_on_the_page_where_one_was(alone: World):
    picker = deep_link(alone)
    alone.tell_studio("next", operation="search", status=500, times=3)
    failed = picker.send(("goto", "2"), title="e")
    assert failed.titles == []
    again = failed.press("again")
    assert (again.field("title"), again.field("page")) == ("e", "2")
    assert again.titles != []


def test_a_studio_that_hangs_is_waited_for_four_seconds_at_first(alone: World):
    alone.tell_studio("next", operation="search", hold=True)
    begun = time.monotonic()
    picker = deep_link(alone, change=_named("tara.teacher@sandbox.test"))
    assert picker.said == "Studio is taking too long to answer."
    assert time.monotonic() - begun < 6
    alone.tell_studio("release")


def test_an_open_circuit_is_a_state_and_studio_is_left_alone(alone: World):
    picker = deep_link(alone)
    alone.tell_studio("next", operation="search", status=500, times=5)
    for number in range(2):
        picker.search(title=f"opens {number}")
    before = len(alone.calls("search"))
    held = picker.search(title="held back")
    assert held.has_button("again")
    assert held.titles == []
    assert len(alone.calls("search")) == before
    assert held.search(title="").titles != [], "what is in memory is shown"


def test_where_those_who_look_wait_the_picker_says_so_and_launches_go_on(alone: World):
    picker = deep_link(alone)
    alone.tell_studio("next", operation="search", hold=True, times=2)
    waiting = [
        threading.Thread(target=picker.search, kwargs={"title": f"held {number}"})
        for number in range(2)
    ]
    for each in waiting:
        each.start()
    held = alone.http.get(f"{alone.studio.settings.url}/_sandbox/held?at_least=2").json()
    assert held == {"held": 2}
    busy = picker.search(title="one more")
    assert busy.said == "This service is busy at the moment."
    assert busy.field("title") == "one more"
    assert busy.search(title="").titles == picker.titles, "what is in memory needs no seat"
    made = alone.launch(alone.marked(260854), course_id=103)
    assert made.status_code == 302, "a launch finds a seat beside all searches"
    alone.tell_studio("release")
    for each in waiting:
        each.join()


def test_without_an_email_the_page_says_why_there_is_nothing(world: World):
    before = len(world.calls("search"))
    picker = deep_link(world, change=without_email)
    assert "Studio cannot tell which videos are yours." in picker.text
    assert picker.titles == []
    assert not picker.has_button("search")
    assert len(world.calls("search")) == before


def test_without_an_email_all_are_found_where_all_may_be_picked(world: World):
    log = world.environment["TEST_LOG"] + ".3"
    with started_again(world, STUDIO_LIBRARY="all", TEST_LOG=log) as again:
        picker = deep_link(again, change=without_email)
        assert (picker.field("show"), len(picker.titles)) == ("all", 25)
        assert "My videos" not in picker.text


def test_whoever_has_no_media_yet_is_told_how_to_get_one(world: World):
    picker = deep_link(world, change=_named("nobody.yet@sandbox.test"))
    assert "You have no videos in Studio yet." in picker.text
    before = len(world.calls("search"))
    picker.press("again")
    assert len(world.calls("search")) == before + 1
    assert f'<a href="{world.studio.settings.url}" target="_blank" rel="noopener">' in picker.text


def test_what_is_no_address_names_nobody(world: World):
    picker = deep_link(world, change=_named("not an address"))
    assert "Studio cannot tell which videos are yours." in picker.text
    assert "what it gave for you is not an e-mail address" in picker.text


def test_the_people_of_another_platform_hear_why_studio_does_not_know_them(world: World):
    home = world.lms.settings
    deep_link(world)
    accounts.set_home(world.database, 1, "https://home.example", "1")
    try:
        picker = deep_link(world)
        launched = world.launch({"media_id": "260875", "embed_type": "embed"}, person="instructor")
    finally:
        accounts.set_home(world.database, 1, home.url, home.client_id)
    why = "Several LMS share this Studio, and Studio knows the people of another one."
    assert (why in picker.text, picker.titles) == (True, [])
    assert (launched.status_code, why in launched.text) == (403, True)


def test_a_studio_that_is_not_connected_names_who_can_mend_it(alone: World):
    picker = deep_link(alone)
    alone.tell_studio("tokens", revoke=True)
    failed = picker.search(title="not connected")
    assert failed.said == "Studio does not let this service in at the moment."
    assert "tell the people who look after your LMS" in failed.text
