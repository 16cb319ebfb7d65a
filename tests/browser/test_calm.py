"""The picker while it changes: nothing jumps, each thing is said once, the focus stays in place."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.picking import wait_for_list
from tests.browser.stage import Stage
from tests.browser.states import MITOSIS, PHOTOSYNTHESIS, PICKS, picker
from tests.world import World

PLACES = """() => [...document.querySelectorAll(
        ".search, .head, .media, .media .acts, .picture, .tray, .bar")]
    .map(each => each.getBoundingClientRect())
    .map(({ x, y, width, height }) => [x, y, width, height])"""
TOPS = """() => [...document.querySelectorAll(".media :is(h3, .quiet)")]
    .map(each => each.getBoundingClientRect())
    .map(({ y, height }) => [y, height])"""
HEAR = """() => {
    window.heard = [];
    const status = document.getElementById("status");
    new MutationObserver(() => window.heard.push(status.textContent))
        .observe(status, { childList: true, characterData: true, subtree: true });
}"""
FOCUSED = "document.activeElement.id"


@pytest.fixture
def stage(page: Page, world: World) -> Iterator[Stage]:
    built = Stage(page, world)
    yield built
    built.rest_studio()


def heard(page: Page) -> list[str]:
    found: list[str] = page.evaluate("window.heard.filter(Boolean)")
    return found


def test_nothing_moves_while_a_search_is_under_way(stage: Stage):
    picker(stage, *PICKS[:4])
    page = stage.page
    before, tops = page.evaluate(PLACES), page.evaluate(TOPS)
    stage.world.tell_studio("next", operation="search", hold=True)
    page.locator("#title").fill("calm")
    expect(page.locator(".media h3").first).to_have_css("color", "rgba(0, 0, 0, 0)")
    assert (page.evaluate(PLACES), page.evaluate(TOPS)) == (before, tops)
    stage.world.tell_studio("release")
    expect(page.locator(".state")).to_be_visible()
    frame = [each[:3] for each in page.evaluate(PLACES)]
    assert [frame[0], frame[-2][:2]] == [before[0][:3], before[-2][:2]]


def test_picking_moves_no_row(stage: Stage):
    picker(stage)
    page = stage.page
    rows = "[...document.querySelectorAll('.media')].map(each => each.getBoundingClientRect().y)"
    before = page.evaluate(rows)
    page.locator(".pick").first.click()
    page.locator(".pick").nth(1).click()
    assert page.evaluate(rows) == before


@pytest.mark.parametrize("width", [1280, 400])
def test_picking_moves_no_button_of_the_bar_up_or_down(stage: Stage, width: int):
    picker(stage)
    page = stage.page
    page.set_viewport_size({"width": width, "height": 800})
    tops = "[...document.querySelectorAll('.bar > *')].map(each => each.getBoundingClientRect().y)"
    before = page.evaluate(tops)
    page.locator(".pick").first.click()
    assert page.evaluate(tops) == before


def test_each_thing_is_said_once(stage: Stage):
    picker(stage)
    page = stage.page
    page.evaluate(HEAR)
    page.locator("#title").fill("photosynthesis")
    expect(page.locator(".media")).to_have_count(2)
    page.locator(f"#pick-{PHOTOSYNTHESIS}").click()
    page.locator("#title").fill("mitosis")
    expect(page.locator(".media")).to_have_count(1)
    page.locator(f"#pick-{MITOSIS}").click()
    page.locator(f"#up-{MITOSIS}").click()
    page.locator(f"#drop-{MITOSIS}").click()
    page.locator("#title").fill("nothing is called so")
    expect(page.locator(".state")).to_be_visible()
    assert heard(page) == [
        "2 videos found",
        "Picked: Week 3 Lecture – Photosynthesis. 1 picked",
        "1 video found",
        "Picked: Cell Division: Mitosis in Six Minutes. 2 picked",
        "Cell Division: Mitosis in Six Minutes: now number 1",
        "Removed: Cell Division: Mitosis in Six Minutes. 1 picked",
        "0 videos found",
    ]


def test_the_same_answer_twice_is_said_twice(stage: Stage):
    picker(stage)
    page = stage.page
    page.evaluate(HEAR)
    for word in ("mitosis", "podcast"):
        page.locator("#title").fill(word)
        page.locator(f".media h3:text-matches('{word}', 'i')").wait_for()
        expect(page.locator(".media")).to_have_count(1)
    assert heard(page) == ["1 video found"] * 2


def test_the_focus_is_where_it_was_or_beside_it(stage: Stage):
    picker(stage)
    page = stage.page
    page.locator("#next").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".pages .quiet")).to_have_text("Page 2 of 2")
    wait_for_list(page.main_frame)
    assert page.evaluate(FOCUSED) == "sort", "there is no next page: the focus is in the list"
    page.locator("#previous").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".pages .quiet")).to_have_text("Page 1 of 2")
    wait_for_list(page.main_frame)
    assert page.evaluate(FOCUSED) == "sort", "there is no page before this one"
    page.locator("#sort").select_option("title")
    page.locator("#sort").focus()
    wait_for_list(page.main_frame)
    assert page.evaluate(FOCUSED) == "sort"
    page.locator("summary").first.click()
    page.locator("#collections").focus()
    page.keyboard.press("Enter")
    page.locator("#collection").wait_for()
    assert page.evaluate(FOCUSED) == "collection"


def test_trying_again_leads_into_the_list(stage: Stage):
    session = stage.session()
    stage.world.tell_studio("next", operation="search", status=403)
    stage.post("/lti/picker", ("session", session), ("title", "calm again"))
    page = stage.page
    page.get_by_role("button", name="Try again").focus()
    page.keyboard.press("Enter")
    page.get_by_text("No video matches.").wait_for()
    assert page.evaluate(FOCUSED) == "results"


def test_nothing_moves_for_whoever_wants_that(stage: Stage):
    page = stage.page
    page.emulate_media(reduced_motion="reduce")
    picker(stage)
    stage.world.tell_studio("next", operation="search", hold=True)
    page.locator("#title").fill("still")
    expect(page.locator("#results")).to_have_attribute("aria-busy", "true")
    moving = page.evaluate("document.getAnimations().length")
    assert moving == 0
