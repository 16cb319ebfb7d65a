"""An instructor puts videos into a page of an LMS, and students see them play."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.editing import (
    MODULES,
    blocks,
    frames,
    open_dialog,
    options,
    search,
    wait_until_closed,
    watch,
)
from tests.browser.watching import await_player, become, launches, play
from tests.world import World

MITOSIS, PHOTOSYNTHESIS, PODCAST, WEBS = "260854", "260861", "262118", "264140"
MITOSIS_TITLE = "Cell Division: Mitosis in Six Minutes"
ONE_IN, FOUR_IN = "Inserted 1 video.", "Inserted 4 videos."


@pytest.fixture(autouse=True)
def _fresh(world: World) -> None:
    """Let every test begin with empty pages."""
    world.tell_lms("reset")


def test_two_clicks_put_a_video_in_and_it_plays_for_the_student(page: Page, world: World):
    frame = open_dialog(page, world)
    title = frame.locator(".media").first.get_attribute("data-title")
    frame.locator(".media").first.click()
    frame.locator("#insert").click()
    wait_until_closed(page, ONE_IN)
    assert frames(world) == [(title, "800 x 880", "embed", "0")]
    watch(page, world)


def test_a_link_of_ours_plays_for_the_student_of_an_editor_that_takes_no_html(
    page: Page, world: World
):
    world.tell_lms("behaviour", accept_types=["ltiResourceLink"])
    frame = open_dialog(page, world)
    search(frame, "mitosis")
    frame.locator(f"#pick-{MITOSIS}").click()
    frame.locator("#insert").click()
    wait_until_closed(page, ONE_IN)
    (block,) = blocks(world)
    assert (block["link"]["title"], block["link"]["custom"]["media_id"]) == (
        MITOSIS_TITLE,
        MITOSIS,
    )
    watch(page, world)


def test_a_module_takes_one_video_and_it_plays_for_the_student(page: Page, world: World):
    frame = open_dialog(page, world, MODULES, re.compile("Add one video"))
    expect(frame.get_by_role("heading", level=1)).to_contain_text("Add a video")
    search(frame, "photosynthesis")
    frame.locator(".media").first.click()
    frame.locator(f"#pick-{PHOTOSYNTHESIS}").click()
    expect(frame.locator(".picked")).to_have_count(1)
    frame.locator("#insert").click()
    wait_until_closed(page, ONE_IN)
    become(page.context, "student")
    page.goto(world.lms.settings.url + MODULES)
    before = len(launches(world))
    page.get_by_role("link", name="Photosynthesis").click()
    assert play(page, await_player(page, world)) > 0.5
    assert [one["media_id"] for one in launches(world)[before:]] == [int(PHOTOSYNTHESIS)]


def test_four_from_two_searches_stand_in_the_page_as_they_were_chosen(page: Page, world: World):
    frame = open_dialog(page, world)
    search(frame, "photosynthesis")
    frame.locator(f"#pick-{PHOTOSYNTHESIS}").click()
    search(frame, "o")
    for media_id in (PODCAST, WEBS, MITOSIS):
        frame.locator(f"#pick-{media_id}").click()
    options(frame, PODCAST, lambda item: item.get_by_label("Player only").check())
    options(frame, WEBS, lambda item: item.get_by_label("Size").select_option("small"))
    options(frame, MITOSIS, lambda item: item.get_by_label("Start at").fill("1:30"))
    frame.locator(f".picked[data-media='{MITOSIS}']").get_by_label("Another title").fill(
        "Watch <1>"
    )
    options(frame, PHOTOSYNTHESIS, lambda item: item.get_by_label("may download").check())
    frame.locator(f"#up-{MITOSIS}").click()
    expect(frame.locator("#insert")).to_have_text("Insert 4 videos")
    before = len(launches(world))
    frame.locator("#insert").click()
    wait_until_closed(page, FOUR_IN)
    assert frames(world) == [
        ("Week 3 Lecture – Photosynthesis", "800 x 880", "embed", "0"),
        ("Podcast: The Voyage of the Beagle (sound only)", "720 x 405", "bare_embed", "0"),
        ("Watch <1>", "800 x 880", "embed", "90"),
        ("Food Webs: Worked Examples", "640 x 704", "embed", "0"),
    ]
    for number in range(4):
        page.frame_locator("main iframe").nth(number).locator("video, audio").first.wait_for()
    seen = {
        (str(one["media_id"]), one["launch_type"], one["downloadable"])
        for one in launches(world)[before:]
    }
    assert seen == {
        (PHOTOSYNTHESIS, "embed", True),
        (PODCAST, "bare_embed", False),
        (MITOSIS, "embed", False),
        (WEBS, "embed", False),
    }


def test_cancelling_leaves_the_page_as_it_was_and_says_so(page: Page, world: World):
    frame = open_dialog(page, world)
    frame.locator(".pick").first.click()
    before = len(world.calls("create_embed"))
    frame.get_by_role("button", name="Cancel").click()
    wait_until_closed(page, "Nothing was picked.")
    expect(page.get_by_role("link", name="Insert media")).to_be_focused()
    assert (blocks(world), len(world.calls("create_embed"))) == ([], before)


def test_from_the_course_page_a_video_is_added_and_shown_as_new(
    page: Page, context: BrowserContext, world: World
):
    course_id = world.tell_lms("courses/103/copy").json()["course_id"]
    become(context, "instructor")
    page.goto(f"{world.lms.settings.url}/courses/{course_id}/external_tools/tool")
    frame = page.frame_locator("main iframe")
    frame.get_by_role("button", name="Add a video").click()
    frame.get_by_label("Search by title").fill("mitosis")
    frame.locator(f"#pick-{MITOSIS}").click()
    frame.get_by_role("button", name="Add to course").click()
    expect(frame.locator(".note")).to_have_text("The video is in the course now.")
    expect(frame.locator(".entries h2")).to_have_text(f"{MITOSIS_TITLE} New")
    frame.get_by_role("button", name=MITOSIS_TITLE).click()
    assert play(page, await_player(page, world)) > 0.5


def test_cancelling_leads_back_to_the_course_page(page: Page, world: World):
    become(page.context, "instructor")
    page.goto(f"{world.lms.settings.url}/courses/103/external_tools/tool")
    frame = page.frame_locator("main iframe")
    frame.get_by_role("button", name="Add a video").click()
    frame.get_by_role("button", name="Cancel").click()
    expect(frame.get_by_role("heading", level=1)).to_have_text("Videos in An empty course")


def test_an_lms_that_takes_only_html_and_is_no_canvas_says_so_and_leads_back(
    page: Page, world: World
):
    become(page.context, "instructor")
    page.goto(world.lms.settings.url)
    page.get_by_role("button", name="Takes only HTML").click()
    frame = open_dialog(page, world)
    expect(frame.get_by_role("heading", level=1)).to_have_text(
        "This place in your course cannot take a video."
    )
    frame.get_by_role("button", name="Go back").click()
    wait_until_closed(page, "Nothing was picked.")
    assert blocks(world) == []
