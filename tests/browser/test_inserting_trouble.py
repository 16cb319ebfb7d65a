"""Studio fails while an instructor puts videos into a page: nothing is lost, and it goes on."""

from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page, expect

from tests import world as worlds
from tests.browser.editing import blocks, open_dialog, wait_until_closed
from tests.world import World


@pytest.fixture(autouse=True)
def _fresh(world: World) -> None:
    """Let every test begin with empty pages."""
    world.tell_lms("reset")


def test_what_studio_fails_at_is_left_out(page: Page, world: World):
    frame = open_dialog(page, world)
    _insert_two_of_which_one_fails(frame, world)
    frame.get_by_role("button", name="Leave out what failed, insert the other one").click()
    wait_until_closed(page, "Inserted 1 video.")
    assert len(blocks(world)) == 1


def test_what_studio_fails_at_is_tried_again(page: Page, world: World):
    frame = open_dialog(page, world)
    _insert_two_of_which_one_fails(frame, world)
    frame.get_by_role("button", name="Try again").click()
    wait_until_closed(page, "Inserted 2 videos.")
    assert len(blocks(world)) == 2


def test_from_the_report_one_comes_back_to_the_list_with_what_was_picked(page: Page, world: World):
    frame = open_dialog(page, world)
    _insert_two_of_which_one_fails(frame, world)
    frame.get_by_role("button", name="Back to the list").click()
    expect(frame.locator(".picked")).to_have_count(2)
    frame.locator(".picked [name=drop]").first.click()
    frame.locator("#insert").click()
    wait_until_closed(page, "Inserted 1 video.")
    assert len(blocks(world)) == 1


def _insert_two_of_which_one_fails(frame: Frame, world: World) -> None:
    """Insert two media that are not in the course yet, while Studio refuses one."""
    for _ in range(2):
        new = frame.locator(".media:not(.is-picked, :has(.badge)) .pick")
        new.last.click()
    world.tell_studio("next", operation="create_embed", status=422)
    frame.locator("#insert").click()
    expect(frame.get_by_role("heading", level=1)).to_have_text("1 of 2 videos are in the course")
    assert frame.get_by_role("listitem").count() == 1


def test_a_studio_that_is_down_when_the_picker_opens_may_come_back(page: Page, tmp_path: Path):
    tries = 3
    with worlds.world(tmp_path) as fresh:  # no list is in memory there
        fresh.tell_studio("next", operation="search", status=503, times=tries)
        frame = open_dialog(page, fresh)
        expect(frame.locator(".state")).to_contain_text("Studio cannot be reached at the moment.")
        frame.get_by_role("button", name="Try again").click()
        frame.locator(".media .pick").first.click()
        frame.locator("#insert").click()
        wait_until_closed(page, "Inserted 1 video.")
        assert len(blocks(fresh)) == 1
