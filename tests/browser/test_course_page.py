"""A teacher looks after the videos of a course, in the frame of an LMS."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import BrowserContext, Frame, Page, Playwright, expect

from app.models import media_fact, studio_pace
from sandbox.studio.troubled import FAILED_ONE, NOT_FINISHED
from tests.browser.chromium import set_chromium, without_scripts
from tests.browser.watching import await_player, become, play
from tests.world import World

CELLS = 260854
WATCH = """() => {
  window.heard = [];
  const told = document.getElementById("checked");
  new MutationObserver(() => window.heard.push(told.textContent)).observe(
    told, { childList: true });
}"""

SPOIL = """() => {
  for (const each of document.getElementsByName("session")) each.value = "x";
}"""


@pytest.fixture
def course_id(world: World) -> Iterator[int]:
    """A course with three videos, of which nobody asked yet whether students see them."""
    copied: int = world.tell_lms("courses/103/copy").json()["course_id"]
    for media_id in (FAILED_ONE, NOT_FINISHED, CELLS):
        assert world.launch(world.marked(media_id), course_id=copied).status_code == 302
    with world.database.writing() as connection:
        for table in (media_fact, studio_pace):
            connection.execute(sa.delete(table))
    yield copied
    world.tell_studio("release")


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complains of, such as what the content policy forbids."""
    found: list[str] = []
    page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def open_course(page: Page, context: BrowserContext, world: World, course_id: int) -> Frame:
    become(context, "instructor")
    page.goto(f"{world.lms.settings.url}/courses/{course_id}/external_tools/tool")
    page.frame_locator("main iframe").locator(".course").wait_for()
    element = page.locator("main iframe").element_handle()
    assert element is not None
    frame = element.content_frame()
    assert frame is not None
    return frame


def verdicts(frame: Frame) -> list[str]:
    return frame.locator("[data-level]").all_inner_texts()


def test_all_are_checked_one_after_the_other_and_the_progress_is_announced(
    page: Page, context: BrowserContext, world: World, course_id: int, complaints: list[str]
):
    frame = open_course(page, context, world, course_id)
    frame.evaluate(WATCH)
    frame.get_by_role("button", name="Check what students see").click()
    expect(frame.get_by_role("status")).to_have_text("Checked 3 of 3.")
    assert frame.evaluate("window.heard") == [f"Checked {done} of 3." for done in range(4)]
    assert verdicts(frame) == [
        "Students will see it.",
        "Students will not see it yet.",
        "Students will not see it.",
    ]
    expect(frame.get_by_role("button", name="Check what students see")).to_be_focused()
    assert complaints == []


def test_checking_all_can_be_stopped(
    page: Page, context: BrowserContext, world: World, course_id: int
):
    frame = open_course(page, context, world, course_id)
    world.tell_studio("next", operation="show", hold=True)
    frame.get_by_role("button", name="Check what students see").click()
    held = {"at_least": 1}
    assert world.http.get(f"{world.studio.settings.url}/_sandbox/held", params=held).ok
    frame.get_by_role("button", name="Stop").click()
    world.tell_studio("release")
    expect(frame.get_by_role("status")).to_have_text("Stopped. Checked 1 of 3.")
    assert verdicts(frame) == ["Students will see it."]
    expect(frame.get_by_role("button", name="Check what students see")).to_be_visible()


def test_one_is_checked_by_keyboard_and_the_focus_stays(
    page: Page, context: BrowserContext, world: World, course_id: int
):
    frame = open_course(page, context, world, course_id)
    button = frame.get_by_role("button", name="Will students see it?").first
    button.focus()
    page.keyboard.press("Enter")
    again = frame.get_by_role("button", name="Check again")
    expect(again).to_be_focused()
    title = "Cell Division: Mitosis in Six Minutes"
    expect(frame.get_by_role("status")).to_have_text(f"{title}: Students will see it.")
    assert verdicts(frame) == ["Students will see it."]


def test_trouble_of_one_media_is_told_beside_it_and_the_others_are_checked(
    page: Page, context: BrowserContext, world: World, course_id: int
):
    frame = open_course(page, context, world, course_id)
    world.tell_studio("next", operation="show", garbage=True)
    frame.get_by_role("button", name="Check what students see").click()
    expect(frame.get_by_role("status")).to_have_text(
        "Checked 2 of 3. Beside the others it says why they could not be checked."
    )
    told = frame.locator("[data-verdict] [data-told]:not(:empty)")
    expect(told).to_have_count(1)
    trouble = "Studio gave an answer that this service does not understand."
    expect(told).to_contain_text(trouble)
    assert verdicts(frame) == ["Students will not see it yet.", "Students will not see it."]
    expect(frame.get_by_role("button", name="Check what students see")).to_be_visible()


def test_only_what_is_due_is_checked_and_each_media_once(
    page: Page, context: BrowserContext, world: World, course_id: int
):
    again = world.launch(world.marked(CELLS, "bare_embed"), course_id=course_id)
    assert again.status_code == 302
    frame = open_course(page, context, world, course_id)
    frame.get_by_role("button", name="Will students see it?").last.click()
    expect(frame.locator("[data-level]")).to_have_text("Students will not see it.")
    before = len(world.calls("show"))
    frame.get_by_role("button", name="Check what students see").click()
    expect(frame.get_by_role("status")).to_have_text("Checked 2 of 2.")
    assert len(world.calls("show")) - before == 2
    assert verdicts(frame) == [
        "Students will see it.",
        "Students will see it.",
        "Students will not see it yet.",
        "Students will not see it.",
    ]
    frame.get_by_role("button", name="Check what students see").click()
    none = "All of these were checked a short while ago."
    expect(frame.get_by_role("status")).to_have_text(none)
    assert len(world.calls("show")) - before == 2


def test_studio_in_trouble_is_told_beside_the_button_and_ends_checking_all(
    page: Page, context: BrowserContext, world: World, course_id: int
):
    frame = open_course(page, context, world, course_id)
    trouble = "Studio cannot be reached at the moment."
    world.tell_studio("next", operation="show", status=500, times=3)
    frame.get_by_role("button", name="Check what students see").click()
    expect(frame.get_by_role("status")).to_contain_text(trouble)
    expect(frame.locator("[data-verdict] [data-told]").first).to_contain_text(trouble)
    assert verdicts(frame) == []
    expect(frame.get_by_role("button", name="Check what students see")).to_be_visible()


def test_a_session_that_is_over_is_told_beside_the_button(
    page: Page, context: BrowserContext, world: World, course_id: int
):
    frame = open_course(page, context, world, course_id)
    frame.evaluate(SPOIL)
    frame.get_by_role("button", name="Will students see it?").first.click()
    expect(frame.get_by_role("status")).to_contain_text("This page was left open for too long.")


@pytest.mark.parametrize(
    ("button", "begins"),
    [("Copy the HTML", "<iframe class="), ("Copy the parameters", "media_id=260854\n")],
)
def test_what_is_put_elsewhere_is_copied(
    page: Page, context: BrowserContext, world: World, course_id: int, button: str, begins: str
):
    frame = open_course(page, context, world, course_id)
    frame.locator("summary").first.click()
    frame.get_by_role("button", name=button).first.click()
    expect(frame.get_by_role("status")).to_have_text("Copied.")
    page.evaluate("document.body.append(document.createElement('textarea'))")
    page.locator("body > textarea").focus()
    page.keyboard.press("Control+V")
    assert page.locator("body > textarea").input_value().startswith(begins)


def test_an_embed_that_was_made_anew_plays(
    page: Page, context: BrowserContext, world: World, course_id: int
):
    frame = open_course(page, context, world, course_id)
    before = len(world.calls("create_embed"))
    frame.locator("summary").first.click()
    frame.get_by_role("button", name="Repair it").first.click()
    shown = page.frame_locator("main iframe")
    shown.get_by_text("was repaired").wait_for()
    shown.get_by_role("button", name="Cell Division: Mitosis").click()
    assert play(page, await_player(page, world)) > 0.5
    assert len(world.calls("create_embed")) - before == 1


def test_without_scripts_the_buttons_do_the_same(
    playwright: Playwright, tmp_path: Path, world: World, course_id: int
):
    with set_chromium(playwright, tmp_path, without_scripts()) as context:
        become(context, "instructor")
        page = context.new_page()
        page.goto(f"{world.lms.settings.url}/courses/{course_id}/external_tools/tool")
        shown = page.frame_locator("main iframe")
        for form in ("/lti/login", "/lti/launch"):
            shown.locator(f"form[action*='{form}']").get_by_role("button", name="Continue").click()
        shown.get_by_role("button", name="Will students see it?").last.click()
        expect(shown.locator("[data-level]")).to_have_text("Students will not see it.")
        shown.get_by_role("button", name="Check what students see").click()
        expect(shown.get_by_text("Checked now: 2. Still to check: 0.")).to_be_visible()
        shown.locator("summary").first.click()
        expect(shown.get_by_label("For a page in Canvas (HTML)").first).to_be_visible()
        expect(shown.get_by_role("button", name="Copy the HTML")).to_have_count(0)


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_on_a_narrow_screen_nothing_is_cut_off(
    page: Page, context: BrowserContext, world: World, course_id: int, direction: str
):
    page.set_viewport_size({"width": 320, "height": 900})
    frame = open_course(page, context, world, course_id)
    frame.get_by_role("button", name="Check what students see").click()
    expect(frame.get_by_role("status")).to_have_text("Checked 3 of 3.")
    frame.evaluate("direction => { document.documentElement.dir = direction; }", direction)
    frame.locator("summary").first.click()
    wide = frame.evaluate(
        """() => [...document.querySelectorAll("main *")].filter((each) => {
            const box = each.getBoundingClientRect();
            return box.left < -1 || box.right > document.documentElement.clientWidth + 1;
        }).map((each) => each.outerHTML.slice(0, 80))"""
    )
    assert wide == []
