"""Where some of what was picked cannot be put in: nothing is posted before the person decides."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from app import locks
from app.core.embeds import EmbedKey
from tests import world as worlds
from tests.journeys.answering import (
    DEEP_LINKING,
    Fields,
    alter_session,
    open_picker,
    read_answer,
    read_forms,
    read_items,
)
from tests.journeys.onward import read_form
from tests.world import World

MITOSIS, PHOTOSYNTHESIS, PODCAST, SHARED, WEBS, MEIOSIS = (
    260854,
    260861,
    262118,
    261007,
    264140,
    264278,
)
FOREIGN, GONE = 263940, 999_999


def _forms(answer: requests.Response) -> dict[str, Fields]:
    """What a report offers, by the label of each form's first button."""
    assert ('id="onward"' in answer.text, "<ul" in answer.text) == (False, True), answer.text
    return dict(read_forms(answer.text))


def _made(world: World, media_id: int) -> int:
    return sum(f"/{media_id}/" in call["path"] for call in world.calls("create_embed"))


def test_a_report_says_what_failed_and_the_others_go_in_without_it(world: World):
    picker = open_picker(world).pick(MITOSIS, start_at="1:00").pick(FOREIGN, title="<i>x</i>")
    picker.pick(PODCAST).pick(SHARED)
    report = picker.insert()
    assert report.status_code == 200
    assert "<h1>3 of 4 videos are in the course</h1>" in report.text
    assert "<h2>&lt;i&gt;x&lt;/i&gt;</h2>" in report.text
    assert "Ask its owner to share it with you in Studio, then try again." in report.text
    assert "media-not-yours" in report.text
    assert "media-not-yours" in world.logs()
    assert [_made(world, media_id) for media_id in (MITOSIS, FOREIGN, PODCAST, SHARED)] == [
        1,
        0,
        1,
        1,
    ]
    forms = _forms(report)
    assert list(forms) == ["Try again", "Leave out what failed, insert the other 3"]
    assert sorted(forms["Try again"]) == sorted([("session", picker.session), *picker.fields])
    before = len(world.calls("create_embed"))
    rest = world.post("/lti/picker/insert", data=forms["Leave out what failed, insert the other 3"])
    titles = [item["title"] for item in read_items(world, rest)]
    assert titles == [
        "Cell Division: Mitosis in Six Minutes",
        "Podcast: The Voyage of the Beagle (sound only)",
        "Lab Safety Briefing",
    ]
    assert "custom_arc_start_at%3D60" in read_items(world, rest)[0]["html"]
    assert len(world.calls("create_embed")) == before


def test_what_studio_failed_at_is_tried_again_and_the_rest_is_there(world: World):
    picker = open_picker(world, course_id=102)
    for media_id in (MITOSIS, PHOTOSYNTHESIS, PODCAST, WEBS):
        picker.pick(media_id)
    world.tell_studio("next", operation="create_embed", status=422)
    report = picker.insert()
    assert "<h1>3 of 4 videos are in the course</h1>" in report.text
    assert "studio-rejected" in report.text
    before = len(world.calls("create_embed"))
    again = world.post("/lti/picker/insert", data=_forms(report)["Try again"])
    claims = read_answer(world, again)
    assert len(claims[f"{DEEP_LINKING}/content_items"]) == 4
    assert claims[f"{DEEP_LINKING}/msg"] == "Inserted 4 videos."
    assert len(world.calls("create_embed")) - before == 1


def test_where_all_fail_nothing_can_be_left_out(world: World):
    one = open_picker(world).pick(GONE).insert()
    two = open_picker(world).pick(GONE).pick(FOREIGN, shown="Faculty %(x)s").insert()
    assert [answer.status_code for answer in (one, two)] == [404, 404]
    assert "<h1>The video is not in the course</h1>" in one.text
    assert f"<h2>Video {GONE}</h2>" in one.text
    assert "Leave it out, or pick another one." in one.text
    assert "<h2>Faculty %(x)s</h2>" in two.text
    assert "<h1>None of the 2 videos is in the course</h1>" in two.text
    assert [list(_forms(answer)) for answer in (one, two)] == [["Try again"]] * 2


def test_a_studio_that_is_down_is_told_for_each_and_nothing_is_lost(world: World):
    tries = 3
    world.tell_studio("next", operation="show", status=503, times=2 * tries)
    picker = open_picker(world, course_id=103).pick(MITOSIS).pick(WEBS, title="Webs")
    report = picker.insert()
    assert (report.status_code, report.text.count("studio-unavailable")) == (503, 2)
    again = world.post("/lti/picker/insert", data=_forms(report)["Try again"])
    titles = [item["title"] for item in read_items(world, again)]
    assert titles == ["Cell Division: Mitosis in Six Minutes", "Webs"]


def test_somebody_whom_studio_does_not_know_puts_in_nothing_of_their_own(world: World):
    nameless = alter_session(world, open_picker(world, course_id=103), email=None)
    report = nameless.pick(MEIOSIS).insert()
    assert (report.status_code, "person-unknown" in report.text) == (403, True)
    assert _made(world, MEIOSIS) == 0


def test_some_are_made_side_by_side(world: World):
    picker = open_picker(world, course_id=102)
    for media_id in (SHARED, MEIOSIS, 263962, 263968, 263975):
        picker.pick(media_id)
    world.tell_studio("next", operation="show", hold=True, times=4)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(picker.insert)
        url = f"{world.studio.settings.url}/_sandbox/held?at_least=4"
        held = world.http.get(url).json()["held"]
        world.tell_studio("release")
        items = read_items(world, answer.result())
    assert (held, len(items)) == (4, 5)


def test_a_page_goes_on_by_itself_where_another_is_still_at_it(world: World):
    picker = open_picker(world, course_id=101).pick(MITOSIS).pick(MEIOSIS)
    name = EmbedKey(1, MEIOSIS, 101, "embed", downloadable=False).lock_name
    holder = locks.acquire(world.database, name, 45)
    assert holder is not None
    waiting = picker.insert()
    assert "1 of 2 videos are in the course. The rest follows by itself." in waiting.text
    form = read_form(waiting)
    assert (form.action, form.buttons) == ("/lti/picker/insert", [(True, {})])
    assert form.fields == [("session", picker.session), *picker.fields]
    locks.release(world.database, name, holder)
    assert len(read_items(world, world.post(form.action, data=form.fields))) == 2


@pytest.fixture
def small_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One process, of whose four threads three may wait for Studio."""
    with worlds.world(tmp_path_factory.mktemp("small"), workers=1) as built:
        yield built
        built.tell_studio("release")


def test_where_no_thread_may_wait_what_is_there_goes_in_and_the_rest_is_told(small_world: World):
    world = small_world
    ready = open_picker(world).pick(MITOSIS)
    assert len(read_items(world, ready.insert())) == 1
    pickers = [open_picker(world).pick(each) for each in (PHOTOSYNTHESIS, PODCAST, WEBS)]
    world.tell_studio("next", operation="create_embed", hold=True, times=3)
    with ThreadPoolExecutor(3) as pool:
        answers = [pool.submit(picker.insert) for picker in pickers]
        world.http.get(f"{world.studio.settings.url}/_sandbox/held?at_least=3")
        busy = open_picker(world).pick(MITOSIS).pick(MEIOSIS).insert()
        there = ready.insert()
        world.tell_studio("release")
        assert [len(read_items(world, each.result())) for each in answers] == [1, 1, 1]
    assert len(read_items(world, there)) == 1
    assert (busy.status_code, "studio-busy" in busy.text) == (200, True)
    assert "<h1>1 of 2 videos are in the course</h1>" in busy.text
