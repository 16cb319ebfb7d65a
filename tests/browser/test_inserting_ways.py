"""The way from the editor to the page: by keyboard, in other languages, without scripts."""

import gettext
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Frame, Page, Playwright, expect

from app.models import picker_choice
from tests.browser.chromium import set_chromium, without_cookies, without_scripts
from tests.browser.editing import EDIT, dialog_frame, frames, open_dialog, wait_until_closed
from tests.browser.watching import become
from tests.world import ROOT, World

MITOSIS = "260854"
TITLE = "Cell Division: Mitosis in Six Minutes"
FOCUSED = """() => {
    const { id, name, localName } = document.activeElement;
    return [id || name || localName, getComputedStyle(document.activeElement).outlineStyle];
}"""


@pytest.fixture(autouse=True)
def _fresh(world: World) -> None:
    """Let every test begin with empty pages, and with nothing remembered of the course."""
    world.tell_lms("reset")
    with world.database.writing() as connection:
        connection.execute(sa.delete(picker_choice))


def test_all_of_it_goes_by_keyboard(page: Page, world: World):
    become(page.context, "instructor")
    page.goto(world.lms.settings.url + EDIT)
    page.get_by_role("link", name="Insert media").focus()
    page.keyboard.press("Enter")
    frame = dialog_frame(page)
    _tab_to(page, frame, "title")
    page.keyboard.type("mitosis")
    expect(frame.locator(".media")).to_have_count(1)
    passed = _tab_to(page, frame, f"pick-{MITOSIS}")
    assert passed == ["search", "summary", "sort", f"preview-{MITOSIS}", f"pick-{MITOSIS}"]
    page.keyboard.press("Space")
    _tab_to(page, frame, f"embed_type-embed-{MITOSIS}", press_on="summary")
    page.keyboard.press("ArrowDown")
    expect(frame.locator(f"#embed_type-bare_embed-{MITOSIS}")).to_be_checked()
    _tab_to(page, frame, f"start_at-{MITOSIS}")
    page.keyboard.type("0:02")
    passed = _tab_to(page, frame, "insert")
    assert passed == [f"title-{MITOSIS}", f"size-{MITOSIS}", "button", "insert"]
    page.keyboard.press("Enter")
    wait_until_closed(page, "Inserted 1 video.")
    expect(page.locator("main .block")).to_be_focused()
    assert frames(world) == [(TITLE, "720 x 405", "bare_embed", "2")]


def test_it_is_cancelled_by_keyboard(page: Page, world: World):
    become(page.context, "instructor")
    page.goto(world.lms.settings.url + EDIT)
    page.get_by_role("link", name="Insert media").focus()
    page.keyboard.press("Enter")
    frame = dialog_frame(page)
    frame.locator("#insert").evaluate("button => button.previousElementSibling.focus()")
    page.keyboard.press("Enter")
    wait_until_closed(page, "Nothing was picked.")
    expect(page.get_by_role("link", name="Insert media")).to_be_focused()


def _tab_to(page: Page, frame: Frame, wanted: str, press_on: str = "") -> list[str]:
    """Press Tab until the focus is there, and see that it shows; gives what it passed."""
    passed: list[str] = []
    for _ in range(30):
        page.keyboard.press("Tab")
        name, outline = frame.evaluate(FOCUSED)
        if name == "body":
            continue  # it is on the dialog's own button
        assert outline == "solid" or name.startswith("show-"), (name, outline)
        passed.append(name)
        if name == wanted:
            return passed
        if name == press_on:
            page.keyboard.press("Enter")
    raise AssertionError(f"no focus on {wanted}: {passed}")


@pytest.mark.parametrize(("language", "name"), [("de", "Deutsch"), ("es", "Español")])
def test_it_goes_in_the_language_that_the_lms_names(
    page: Page, world: World, language: str, name: str
):
    say = gettext.translation("messages", ROOT / "app" / "translations", [language]).gettext
    become(page.context, "instructor")
    page.goto(world.lms.settings.url + EDIT)
    page.get_by_role("button", name=name).click()
    frame = open_dialog(page, world)
    assert frame.evaluate("document.documentElement.lang") == language
    frame.get_by_label(say("Search by title")).fill("mitosis")
    row = frame.locator(f".media[data-media='{MITOSIS}']")
    row.get_by_role("button", name=say("Pick")).click()
    expect(frame.locator("#status")).to_contain_text(say("Picked: {title}").format(title=TITLE))
    frame.get_by_role("button", name=say("Insert"), exact=True).click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("#said")).not_to_be_empty()
    assert frames(world) == [(TITLE, "800 x 880", "embed", "0")]


def test_without_scripts_all_of_it_works(playwright: Playwright, tmp_path: Path, world: World):
    with set_chromium(playwright, tmp_path / "profile", without_scripts()) as context:
        become(context, "instructor")
        page = context.new_page()
        page.goto(world.lms.settings.url + EDIT)
        page.get_by_role("link", name="Insert media").click()
        for action in ("/lti/login", "/lti/launch"):
            page.locator(f"form[action*='{action}']").get_by_role("button").click()
        page.get_by_label("Search by title").fill("mitosis")
        page.get_by_role("button", name="Search", exact=True).click()
        page.locator(f"#pick-{MITOSIS}").click()
        page.locator(".picked summary").click()
        page.get_by_label("Player only").check()
        page.locator("#insert").click()
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("link", name="Back to the course").click()
        expect(page.locator("main iframe")).to_have_count(1)
    assert frames(world) == [(TITLE, "720 x 405", "bare_embed", "0")]


@pytest.mark.parametrize("storage", ["forwarding", "off"])
def test_where_our_cookies_are_kept_back_it_needs_no_further_click(
    playwright: Playwright, tmp_path: Path, world: World, storage: str
):
    world.tell_lms("behaviour", storage=storage)
    setting = without_cookies(world.environment["PUBLIC_URL"], world.lms.settings.url)
    with set_chromium(playwright, tmp_path / "profile", setting) as context:
        page = context.new_page()
        frame = open_dialog(page, world)
        frame.locator("#title").fill("mitosis")
        frame.locator(f"#pick-{MITOSIS}").click()
        frame.locator("#insert").click()
        wait_until_closed(page, "Inserted 1 video.")
        names = [cookie.get("name", "") for cookie in context.cookies()]
        assert [name for name in names if name.startswith("__Host-lti")] == []
    assert frames(world) == [(TITLE, "800 x 880", "embed", "0")]
