"""The picker without a script: what is found, and what is picked, from page to page."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from app.core import choices
from sandbox.studio.search import Search
from tests.journeys.launching import table
from tests.journeys.picking import deep_link, in_course_page
from tests.journeys.starting import started_again
from tests.pages import read_code
from tests.world import World

INES, ADA = "ines.instructor@sandbox.test", "ada.admin@sandbox.test"


@pytest.fixture(scope="module")
def open_world(world: World) -> Iterator[World]:
    """The service once more, where all media may be picked."""
    with started_again(
        world, STUDIO_LIBRARY="all", TEST_LOG=world.environment["TEST_LOG"] + ".2"
    ) as again:
        yield again


def there(world: World, **wanted: Any) -> list[Any]:
    """What is in Studio and fits, newest first."""
    search = Search(per_page=50, **wanted)
    found, count = world.studio.catalogue.search(search, world.studio.people.admin)
    assert count == len(found), "too many for one page"
    return sorted(found, key=lambda media: media.created_at, reverse=True)


def titles(found: list[Any]) -> list[str]:
    return [media.title or "Untitled video" for media in found]


def _plain(title: str) -> str:
    return title.casefold().replace("é", "e")


def test_the_picker_opens_with_the_instructors_own_media_after_one_search(world: World):
    before = len(world.calls("search"))
    picker = deep_link(world)
    mine = there(world, owner=INES)
    assert picker.answer.status_code == 200
    assert picker.titles == titles(mine)[:25]
    assert picker.said == f"{len(mine)} videos found"
    assert len(world.calls("search")) - before <= 1
    assert len(picker.text) < 60_000


@pytest.mark.parametrize(
    ("person", "code"), [("student", "only-instructors"), ("admin", "no-course-role")]
)
def test_only_instructors_pick(world: World, person: str, code: str):
    answer = deep_link(world, person=person).answer
    assert (answer.status_code, read_code(answer)) == (403, code)


def test_a_page_without_its_session_shows_nothing(world: World):
    for fields in ({}, {"session": "x"}, {"session": ""}):
        answer = world.post("/lti/picker", data=fields)
        assert (answer.status_code, read_code(answer)) == (401, "page-expired")


def test_paging_and_sorting_what_was_found_ask_studio_for_nothing(world: World):
    picker = deep_link(world)
    mine = there(world, owner=INES)
    before = len(world.calls("search"))
    second = picker.press("goto", 2)
    by_title = second.search(sort="title")
    longest = by_title.search(sort="longest")
    assert second.titles == titles(mine)[25:]
    assert by_title.titles == sorted(titles(mine), key=_plain)[:25]
    assert longest.media_ids[0] == max(mine, key=lambda media: media.duration_seconds or 0).id
    assert longest.field("page") == "1"
    assert not second.has_button("goto", 3)
    assert len(world.calls("search")) - before <= 2, "each of two processes asks once at most"


FILTERS = table(
    [
        ("a part of the title, whatever its case", {"title": "enzyM"}, {"title": "enzym"}),
        ("a whole tag", {"tag": "biology"}, {"tag": "biology"}),
        (
            "two days",
            {"since": "2024-09-02", "until": "2024-10-01"},
            {"start_date": "2024-09-02", "end_date": "2024-10-01"},
        ),
        ("a source", {"source": "screen_capture"}, {"source": "screen_capture"}),
        (
            "several together",
            {"title": "week", "tag": "biology", "since": "2024-09-03"},
            {"title": "week", "tag": "biology", "start_date": "2024-09-03"},
        ),
    ]
)


@pytest.mark.parametrize(("typed", "wanted"), FILTERS)
def test_filters_are_studios_and_all_have_to_fit(
    world: World, typed: dict[str, str], wanted: dict[str, str]
):
    found = there(world, owner=INES, **wanted)
    assert 0 < len(found) < 29
    picker = deep_link(world).search(**typed)
    assert picker.titles == titles(found)[:25]
    again = picker.press("add", picker.media_ids[0])
    assert {name: again.field(name) for name in typed} == typed


def test_where_nothing_fits_the_page_says_what_to_do_and_a_button_leads_back(world: World):
    picker = deep_link(world).search(title="no such thing")
    assert (picker.titles, picker.said) == ([], "0 videos found")
    assert "No video matches." in picker.text
    back = picker.press("clear")
    assert (back.field("title"), len(back.titles)) == ("", 25)


@pytest.mark.parametrize(
    ("typed", "said"),
    table(
        [
            ("no date", {"since": "soon"}, "Write the date like this: 2026-03-01."),
            (
                "the wrong way round",
                {"since": "2026-03-01", "until": "2026-02-01"},
                "This is before the first date.",
            ),
        ]
    ),
)
def test_a_date_that_cannot_be_read_is_said_at_its_field(
    world: World, typed: dict[str, str], said: str
):
    picker = deep_link(world)
    before = len(world.calls("search"))
    picker = picker.search(**typed)
    assert said in picker.text
    assert picker.said == "One of the dates is not right."
    assert len(world.calls("search")) == before
    assert picker.search(since="", until="").titles != []


def test_picks_stay_in_order_over_searches_and_pages(world: World):
    picker = deep_link(world)
    first, second = picker.media_ids[:2]
    picker = picker.press("add", second).press("add", first).search(title="Podcast")
    third = picker.media_ids[0]
    picker = picker.press("add", third)
    assert picker.picks == [str(each) for each in (second, first, third)]
    assert "3 picked" in picker.text
    assert "Insert 3 videos" in picker.text
    picker = picker.press("up", third).press("down", second)
    assert picker.picks == [str(each) for each in (third, second, first)]
    picker = picker.press("drop", second).send(("add", str(third)))
    assert picker.picks == [str(each) for each in (third, first)]


def test_how_each_is_shown_stays_too(world: World):
    picker = deep_link(world)
    media_id = picker.media_ids[0]
    picker = picker.press("add", media_id)
    typed = {
        f"embed_type-{media_id}": "bare_embed",
        f"downloadable-{media_id}": "true",
        f"start_at-{media_id}": "1:30",
        f"title-{media_id}": 'A "better" <title>',
        f"size-{media_id}": "large",
    }
    picker = picker.search(title="Podcast", **typed).press("clear")
    assert {name: picker.field(name) for name in typed} == typed
    assert "Large (960 × 540)" in picker.text
    wrong = picker.search(**{f"start_at-{media_id}": "soon"})
    assert "Write the start as minutes and seconds, such as 1:30." in wrong.text


def test_where_the_lms_takes_one_another_pick_takes_its_place(world: World):
    picker = deep_link(world, accept_multiple=False)
    first, second = picker.media_ids[:2]
    picker = picker.press("add", first).press("add", second)
    assert picker.picks == [str(second)]
    assert not picker.has_button("up")
    assert picker.button("drop", second)
    assert "Add a video" in picker.text


def test_the_title_that_the_lms_has_for_the_one_video_stands_in_its_field(world: World):
    picker = deep_link(world, accept_multiple=False, title="Suggested")
    first = picker.media_ids[0]
    picker = picker.press("add", first)
    assert picker.field(f"title-{first}") == "Suggested"
    cleared = picker.search(**{f"title-{first}": ""})
    assert cleared.field(f"title-{first}") == ""
    several = deep_link(world, title="Suggested").press("add", first)
    assert several.field(f"title-{first}") == ""
    assert "leave empty for “Suggested” if this is the only one" in several.text


def test_from_the_course_page_several_may_be_picked_and_the_button_says_where_they_go(
    world: World,
):
    picker = in_course_page(deep_link(world, accept_multiple=False))
    first, second = picker.media_ids[:2]
    picker = picker.press("add", first).press("add", second)
    assert picker.picks == [str(first), str(second)]
    assert "Add to course" in picker.text
    assert 'static/frame.js" data-height="900"' in picker.text


def test_in_a_modal_the_page_keeps_its_own_scroll_bar(world: World):
    assert "frame.js" not in deep_link(world).text


def test_no_more_than_fifty_are_picked(world: World):
    picker = deep_link(world)
    added = picker.media_ids[0]
    many = [("pick", str(number)) for number in range(1, 51)]
    full = picker.send(*many, ("add", str(added)))
    assert len(full.picks) == 50
    assert "You can pick 50 videos at most." in full.text


def test_the_last_choice_of_the_course_is_how_the_next_pick_begins(world: World):
    picker = deep_link(world, course_id=102)
    first, second = picker.media_ids[:2]
    account_id = 1
    choice = choices.Choice(embed_type="bare_embed", downloadable=True, size="small")
    choices.keep_choice(world.database, account_id, 102, choices.Choice(size="large"))
    choices.keep_choice(world.database, account_id, 102, choice)
    picker = picker.press("add", first)
    shown = {name: picker.field(f"{name}-{first}") for name in ("embed_type", "size")}
    assert shown == {"embed_type": "bare_embed", "size": "small"}
    assert picker.field(f"downloadable-{first}") == "true"
    elsewhere = deep_link(world).press("add", second)
    assert elsewhere.field(f"embed_type-{second}") == "embed"


def test_what_does_not_play_cannot_be_picked(world: World):
    picker = deep_link(world).search(title="transcoding")
    world.tell_studio("next", operation="search", change={"media.0.archived": True})
    archived = picker.search(title="Dissection")
    marks = [re.findall(r'class="badge warns">([^<]*)<', each.text) for each in (picker, archived)]
    assert marks == [["Still being prepared", "Studio could not prepare it"], ["Archived"]]
    assert not picker.has_button("add")
    assert not archived.has_button("add")


def test_what_is_in_the_course_already_is_marked(world: World):
    world.launch(world.marked(260861))
    world.launch(world.marked(260854), course_id=102)
    picker = deep_link(world).search(title="Week 3 Lecture – Photosynthesis")
    assert (len(picker.titles), picker.text.count("Already in this course")) == (1, 1)
    other = deep_link(world).search(title="Cell Division: Mitosis")
    assert (len(other.titles), other.text.count("Already in this course")) == (1, 0)


def test_a_hostile_title_stays_a_title(world: World):
    picker = deep_link(world).search(title="alert")
    picker = picker.press("add", picker.media_ids[0])
    assert picker.titles == ["Énergie & <b>matière</b> – 物理 \"1\" <script>alert('1')</script>"]
    assert "<script>alert" not in picker.text
    assert "<b>mati" not in picker.text


def test_where_all_may_be_picked_all_are_found_and_more_than_fifty_stay_in_studios_order(
    open_world: World,
):
    picker = deep_link(open_world).search(show="all")
    count = open_world.studio.catalogue.search(Search(), open_world.studio.people.admin)[1]
    before = len(open_world.calls("search"))
    second = picker.press("goto", 2)
    assert (picker.said, len(picker.titles)) == (f"{count} videos found", 25)
    assert "videos are in Studio’s order" in picker.text
    assert len(open_world.calls("search")) == before
    third = second.press("goto", 3)
    assert len(open_world.calls("search")) - before == 1
    ids = [*picker.media_ids, *second.media_ids, *third.media_ids]
    assert ids == sorted(set(ids))
    last = picker.send(("goto", str(-(-count // 25))))
    assert len(last.titles) == (count - 1) % 25 + 1
    assert not last.has_button("goto", -(-count // 25) + 1)


def test_a_page_beyond_the_last_is_the_first(open_world: World):
    picker = deep_link(open_world)
    beyond = picker.send(("goto", "999"), show="all")
    assert (beyond.field("page"), len(beyond.titles)) == ("1", 25)


def test_where_only_ones_own_may_be_picked_nobody_sees_all(world: World):
    picker = deep_link(world)
    assert picker.search(show="all").titles == picker.titles
    assert 'value="all"' not in picker.text


def test_the_page_may_show_pictures_of_studio_and_nothing_else_of_others(world: World):
    policy = deep_link(world).answer.headers["Content-Security-Policy"]
    parts = dict(part.partition(" ")[::2] for part in policy.split("; "))
    del parts["frame-ancestors"]
    assert parts == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' https: http:",
        "media-src": "https: http:",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
    }
