"""An instructor at the picker in Chromium: when there is something to see, what it costs to get."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Frame,
    Page,
    Request,
    expect,
    sync_playwright,
)

from bench.places import Places
from tests.browser.chromium import chromium

EDIT = "/courses/101/pages/week-1/edit"
TYPED = ("mitosis", " in", " six", " min")
KEY_MS, PAUSE_MS = 80, 300
# Both moments count from 1970 by one clock: the click in the LMS's page, and what the frame shows.
# The second animation frame after a change begins once the change has been painted.
STOPWATCH = """(() => {
    const now = () => performance.timeOrigin + performance.now();
    addEventListener('click', () => { window.clickedAt ??= now(); }, true);
    const look = () => {
        if (!document.querySelector('.media, #code')) return requestAnimationFrame(look);
        requestAnimationFrame(() => requestAnimationFrame(() => { window.shownAt = now(); }));
    };
    requestAnimationFrame(look);
})()"""
SHOWN = "window.shownAt && performance.getEntriesByType('paint').length"
FIRST_PAINT = """performance.timeOrigin
    + performance.getEntriesByName('first-contentful-paint')[0].startTime"""


@dataclass(frozen=True)
class Opened:
    """How long after the click something was painted, and the first media (or what is instead)."""

    painted_seconds: float
    shown_seconds: float


@dataclass(frozen=True)
class Typed:
    """What came of typing: Studio's searches for each pause, and how many were given up."""

    searches: tuple[int, ...]
    given_up: int


@contextmanager
def browsing() -> Iterator[Browser]:
    """Start Chromium."""
    with sync_playwright() as playwright, chromium(playwright) as browser:
        yield browser


def open_picker(browser: Browser, places: Places, person: str = "instructor") -> Opened:
    """Open the tool from the LMS's editor, with nothing in the browser's cache.

    A student, to whom no LMS shows its editor, is refused after the same launch: that is the floor.
    """
    with _editor(browser, places) as page:
        _become(page.context, places, person)
        frame = _click(page)
        while not frame.evaluate(SHOWN):  # a wait within the page is against its policy
            page.wait_for_timeout(5)
        clicked = page.evaluate("window.clickedAt")
        painted, shown = frame.evaluate(FIRST_PAINT), frame.evaluate("window.shownAt")
        return Opened((painted - clicked) / 1000, (shown - clicked) / 1000)


def weigh(browser: Browser, places: Places) -> dict[str, int]:
    """Give the bytes that the tool sends until the picker is there, by kind; no thumbnails."""
    sent: list[Request] = []

    def see(request: Request) -> None:
        sent.append(request)

    with _editor(browser, places) as page:
        page.on("requestfinished", see)
        _click(page)
        page.wait_for_load_state("networkidle")
        bytes_of: dict[str, int] = {}
        for request in sent:
            if request.url.startswith(places.tool) and (answer := request.response()):
                kind, sizes = answer.headers.get("content-type", ""), request.sizes()
                size = sizes["responseHeadersSize"] + sizes["responseBodySize"]
                bytes_of[kind] = bytes_of.get(kind, 0) + size
        return bytes_of


def type_titles(browser: Browser, places: Places) -> Typed:
    """Type words with a pause after each; then one while Studio still looks for another."""
    with _editor(browser, places) as page:
        frame = _click(page)
        frame.locator("#title").focus()
        searches = []
        for word in TYPED:
            before = len(places.list_searches())
            _type(page, frame, word)
            searches.append(len(places.list_searches()) - before)
        return Typed(tuple(searches), _give_up(page, frame, places))


def _type(page: Page, frame: Frame, word: str) -> None:
    page.keyboard.type(word, delay=KEY_MS)
    page.wait_for_timeout(PAUSE_MS * 2)
    expect(frame.locator("#results:not([aria-busy])")).to_be_attached()


def _give_up(page: Page, frame: Frame, places: Places) -> int:
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.failure or ""))
    places.tell_studio("next", operation="search", hold=True)
    with page.expect_request("**/lti/picker"):
        frame.locator("#title").fill("lab")
    with page.expect_response(lambda answer: "lab+safety" in (answer.request.post_data or "")):
        frame.locator("#title").fill("lab safety")
    places.tell_studio("release")
    return failed.count("net::ERR_ABORTED")


@contextmanager
def _editor(browser: Browser, places: Places) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.add_init_script(STOPWATCH)
        _become(context, places, "instructor")
        page = context.new_page()
        page.goto(places.lms + EDIT, wait_until="networkidle")
        yield page


def _become(context: BrowserContext, places: Places, person: str) -> None:
    host = urlsplit(places.lms).hostname
    cookie: Any = {"name": "sandbox_lms_person", "value": person, "domain": host, "path": "/"}
    context.add_cookies([cookie | {"secure": True, "httpOnly": True, "sameSite": "None"}])


def _click(page: Page) -> Frame:
    page.get_by_role("link", name="Insert media").click()
    frame = page.locator("dialog iframe").element_handle().content_frame()
    assert frame is not None
    frame.locator("#picker, #code").first.wait_for()
    return frame
