"""What others shared with an instructor: looked for when they name a word, step by step."""

import re
import time
from collections.abc import Iterator

import pytest

from sandbox.studio.search import Search
from tests.journeys.picking import Picker, deep_link
from tests.journeys.starting import started_again
from tests.world import World

TARA = "tara.teacher@sandbox.test"


@pytest.fixture(scope="module")
def alone(world: World) -> Iterator[World]:
    """The service once more, as one process, which may ask Studio as often as it likes."""
    log = world.environment["TEST_LOG"] + ".2"
    with started_again(world, TEST_LOG=log, STUDIO_CALLS_PER_SECOND="500") as again:
        yield again


def _pages(picker: Picker) -> list[Picker]:
    found = [picker]
    while found[-1].has_button("further"):
        found.append(found[-1].press("further"))
    return found


def _expected(world: World, title: str) -> list[str]:
    studio = world.studio
    ines = studio.people.find_by_email("ines.instructor@sandbox.test")
    search = Search.model_construct(title=title, per_page=1000)
    return sorted(
        media.title
        for media in studio.catalogue.search(search, ines)[0]
        if media.owner.id != ines.id
    )


def test_nothing_is_looked_through_before_somebody_names_a_word(alone: World):
    picker = deep_link(alone)
    before = len(alone.calls("search")) + len(alone.calls("users"))
    shared = picker.search(show="shared", source="zoom")
    assert shared.said == "Search for a word of the title, or for a tag."
    assert (shared.titles, shared.has_button("further")) == ([], False)
    assert len(alone.calls("search")) + len(alone.calls("users")) == before


def test_what_is_shared_with_somebody_is_found_step_by_step_and_counted(alone: World):
    pages = _pages(deep_link(alone).search(show="shared", title="e"))
    looked = re.search(r"Looked through ([\d,]+) of ([\d,]+) videos", pages[0].text)
    assert looked is not None
    found = [title for page in pages for title in page.titles]
    assert sorted(found) == _expected(alone, "e")
    assert (len(pages) > 1, len(found) > 1) == (True, True)
    so_far = 0
    for page in pages:
        so_far += len(page.titles)
        assert page.said == f"{so_far} video{'s' * (so_far != 1)} found"
    assert pages[1].press("search").said == pages[0].said


def test_the_end_does_not_take_back_what_was_found_before(alone: World):
    picker = deep_link(alone).search(show="shared", title="e")
    end = picker.send(("further", "5000"))
    found = len(picker.titles)
    assert (end.titles, end.said) == ([], f"{found} video{'s' * (found != 1)} found")
    assert "No other one is shared with you." in end.text
    assert 'class="state"' not in end.text


def test_where_none_that_fits_is_shared_the_page_says_so_and_asks_again(alone: World):
    picker = deep_link(alone).search(show="shared", title="Week 1 Lecture")
    while picker.has_button("further"):
        picker = picker.press("further")
    assert "No matching video is shared with you." in picker.text
    before = len(alone.calls("users"))
    picker.send()
    assert len(alone.calls("users")) == before
    picker.press("again")
    assert len(alone.calls("users")) > before


def test_at_the_pace_that_is_set_by_default_a_view_takes_a_few_seconds(world: World):
    picker = deep_link(world)
    begun = time.monotonic()
    pages = _pages(picker.search(show="shared", title="lab"))
    seconds = time.monotonic() - begun
    assert sorted(title for page in pages for title in page.titles) == _expected(world, "lab")
    assert seconds < 9 * len(pages)


def test_in_what_is_shared_no_collection_counts(alone: World):
    picker = deep_link(alone).press("collections")
    shared = picker.search(show="shared", title="lab", collection="50011")
    assert 'id="collections"' not in shared.text
    assert 'name="collection"' not in shared.text
    assert shared.titles == deep_link(alone).search(show="shared", title="lab").titles


def test_collections_that_studio_does_not_show_take_nothing_else_away(alone: World):
    picker = deep_link(alone, change=lambda claims: claims.update(email=TARA))
    alone.tell_studio("next", operation="collections", status=403)
    refused = picker.press("collections")
    assert refused.titles == picker.titles
    assert re.search(r'id="collections-fault"[^>]*>Studio does not let this', refused.text)
    assert refused.has_button("collections")
    after = refused.search(title="e")
    assert (after.said != "", "collections-fault" in after.text) == (True, False)
