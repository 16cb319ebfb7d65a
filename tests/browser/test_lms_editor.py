"""The small LMS's editor in Chromium: the picker in a dialog, its answer, frames that resize."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Frame, FrameLocator, Page, Playwright, expect

from tests.browser.chromium import set_chromium, without_scripts
from tests.browser.watching import become
from tests.sandbox.lms_visitor import make_link
from tests.sandbox.small_tool import DEEP_LINKING, create_tool, lms_with_tool, shown_course
from tests.servers import serving

EDIT = "/courses/101/pages/week-1/edit"
LINK = {"type": "ltiResourceLink", "title": "Mitosis", "iframe": {"width": 640, "height": 360}}
RESIZE = "height => parent.postMessage({subject: 'lti.frameResize', height}, '*')"
HEAR = """() => { window.heard = new Promise(done => addEventListener(
    'message', ({ data }) => data === 'done' && done())) }"""


@pytest.fixture(scope="module")
def served() -> Iterator[Any]:
    """An LMS with a tool, and with a stranger whom its pages may frame too."""
    with (
        serving("127.0.0.4", create_tool) as stranger,
        lms_with_tool(studio_url=stranger.config["url"]) as lms,
    ):
        yield lms


@pytest.fixture
def lms(served: Any, context: BrowserContext) -> Any:
    served.state.reset()
    served.tool.extensions |= {"items": [LINK], "changes": {}}
    become(context, "instructor")
    return served


def open_picker(page: Page, button: str = "Insert media") -> FrameLocator:
    """Open the tool in the dialog, and wait until it is there."""
    page.get_by_role("link", name=button).click()
    expect(page.get_by_role("dialog", name="Studio Embed")).to_be_visible()
    tool = page.frame_locator("dialog iframe")
    expect(tool.get_by_role("button", name="Insert")).to_be_visible()
    return tool


def resize(page: Page, frame: Frame, height: int) -> None:
    """Let a frame ask for a height, and wait until the page has read that."""
    page.evaluate(HEAR)
    frame.evaluate(RESIZE, height)
    frame.evaluate("parent.postMessage('done', '*')")
    page.evaluate("window.heard")


def test_what_is_picked_appears_and_has_the_focus(page: Page, lms: Any):
    page.goto(lms.url + EDIT)
    expect(page.get_by_text("Nothing is embedded here yet.")).to_be_visible()
    lms.tool.extensions |= {
        "items": [LINK, {**LINK, "title": "Meiosis"}],
        "changes": {f"{DEEP_LINKING}/msg": "Two videos are in."},
    }
    open_picker(page).get_by_role("button").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("status")).to_have_text("Two videos are in.")
    expect(page.get_by_text("Nothing is embedded here yet.")).to_be_hidden()
    titles = page.locator("main iframe").evaluate_all("all => all.map(each => each.title)")
    assert titles == ["Mitosis", "Meiosis"]
    first = shown_course(lms)["pages"][0]["blocks"][0]["id"]
    assert page.evaluate("document.activeElement.id") == f"block-{first}"
    expect(page.frame_locator("main iframe >> nth=1").get_by_text("Meiosis")).to_be_visible()
    assert page.locator("dialog iframe").count() == 0


def test_a_second_picking_follows_the_first(page: Page, lms: Any):
    page.goto(lms.url + EDIT)
    for count in (1, 2):
        open_picker(page).get_by_role("button").click()
        expect(page.locator("main iframe")).to_have_count(count)


def test_the_dialog_closes_and_gives_the_focus_back(page: Page, lms: Any):
    page.goto(lms.url + EDIT)
    button = page.get_by_role("link", name="Insert media")
    for close in (
        lambda: page.get_by_role("button", name="Close").click(),
        lambda: page.keyboard.press("Escape"),
    ):
        open_picker(page)
        page.get_by_role("button", name="Close").focus()
        close()
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(button).to_be_focused()
    assert shown_course(lms)["pages"][0]["blocks"] == []


def test_nothing_picked_says_what_the_tool_says(page: Page, lms: Any):
    lms.tool.extensions |= {"items": [], "changes": {f"{DEEP_LINKING}/msg": "Nothing was picked."}}
    page.goto(lms.url + EDIT)
    open_picker(page).get_by_role("button").click()
    expect(page.get_by_role("status")).to_have_text("Nothing was picked.")
    expect(page.get_by_role("link", name="Insert media")).to_be_focused()


def test_a_refused_answer_is_read_in_the_dialog(page: Page, lms: Any):
    lms.tool.extensions["items"] = [{"type": "odd"}]
    page.goto(lms.url + EDIT)
    tool = open_picker(page)
    tool.get_by_role("button").click()
    expect(page.frame_locator("dialog iframe").get_by_text("'odd' is none of")).to_be_visible()


@pytest.mark.parametrize(
    ("button", "heading"),
    [("Add one video", "To begin with"), ("Add several", "New content from an app")],
)
def test_a_module_gets_what_is_picked(page: Page, lms: Any, button: str, heading: str):
    page.goto(f"{lms.url}/courses/101/modules")
    open_picker(page, button).get_by_role("button").click()
    module = page.get_by_role("region", name=heading)
    module.get_by_role("link", name="Mitosis").click()
    expect(page.frame_locator("main iframe").get_by_text("Mitosis")).to_be_visible()


def test_strangers_cannot_say_that_something_was_placed(page: Page, lms: Any):
    page.goto(lms.url + EDIT)
    open_picker(page)
    (tool,) = [frame for frame in page.frames if frame.url.startswith(lms.tool.config["url"])]
    tool.evaluate("parent.postMessage({subject: 'sandbox.placed', ids: '', said: 'Ha'}, '*')")
    page.evaluate("postMessage({subject: 'sandbox.placed', ids: '', said: 'Ha'}, '*')")
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.locator("#said")).to_be_empty()


def test_frames_are_as_high_as_the_tool_asks_within_limits(page: Page, lms: Any):
    make_link(lms)
    make_link(lms)
    for path in ("pages/week-1", "external_tools/tool"):
        page.goto(f"{lms.url}/courses/101/{path}")
        page.frame_locator("main iframe >> nth=0").locator("p").wait_for()
        first, *others = page.locator("main iframe").all()
        before = [frame.bounding_box() for frame in others]
        element = first.element_handle()
        assert element is not None
        frame = element.content_frame()
        assert frame is not None
        for asked, got in ((777, 777), (1, 150), ("410", 410), (10**6, 5000), (-1, 5000)):
            frame.evaluate(RESIZE, asked)
            expect(first).to_have_js_property("offsetHeight", got)
        assert [one["height"] for one in before if one] == [
            one["height"] for one in (frame.bounding_box() for frame in others) if one
        ]


def test_the_dialog_does_not_resize(page: Page, lms: Any):
    page.goto(lms.url + EDIT)
    open_picker(page)
    (tool,) = [one for one in page.frames if one.url.startswith(lms.tool.config["url"])]
    resize(page, tool, 200)
    assert page.locator("dialog iframe").evaluate("one => one.style.height") == ""


def test_a_stranger_in_a_frame_cannot_resize_it(page: Page, lms: Any):
    page.goto(f"{lms.url}/courses/101/external_tools/tool")
    page.frame_locator("main iframe").locator("p").wait_for()
    element = page.locator("main iframe").element_handle()
    assert element is not None
    frame = element.content_frame()
    assert frame is not None
    frame.goto(f"{lms.state.settings.studio_url}/lti/jwks.json")
    before = element.evaluate("one => one.offsetHeight")
    resize(page, frame, before + 100)
    assert element.evaluate("one => one.offsetHeight") == before


def test_without_scripts_the_picker_is_a_page_that_leads_back(
    playwright: Playwright, lms: Any, tmp_path: Any
):
    with set_chromium(playwright, tmp_path / "profile", without_scripts()) as context:
        become(context, "instructor")
        page = context.new_page()
        page.goto(lms.url + EDIT)
        page.get_by_role("link", name="Insert media").click()
        for button in ("Continue", "Continue", "Insert"):
            page.get_by_role("button", name=button).click()
        page.get_by_role("link", name="Back to the course").click()
        assert page.url.startswith(f"{lms.url}{EDIT}#block-")
        expect(page.locator("main iframe")).to_have_count(1)


@pytest.mark.parametrize("width", [1280, 320])
def test_the_editor_fits_and_its_dialog_too(page: Page, lms: Any, width: int):
    page.set_viewport_size({"width": width, "height": 800})
    make_link(lms)
    for path in (EDIT, "/", "/courses/101", "/courses/101/modules", "/courses/101/pages/week-1"):
        page.goto(lms.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(lms.url + EDIT)
    open_picker(page)
    box = page.locator("dialog").bounding_box()
    assert box is not None
    expected = (900, 700) if width == 1280 else (320, 800)
    assert (box["width"], box["height"]) == expected
