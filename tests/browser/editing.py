"""How an instructor puts videos into a page of the sandbox LMS, and what stands there then."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Frame, Page, expect

from tests.browser.picking import wait_for_list
from tests.browser.watching import await_player, become, play
from tests.world import World

EDIT = "/courses/101/pages/week-1/edit"
MODULES = "/courses/101/modules"
ARRIVED = "#picker, form[action='/lti/picker/cancel']"


def open_dialog(
    page: Page, world: World, path: str = EDIT, button: str | re.Pattern[str] = "Insert media"
) -> Frame:
    """Open the tool in the dialog of the editor, or of the modules; gives its frame."""
    become(page.context, "instructor")
    page.goto(world.lms.settings.url + path)
    page.get_by_role("link", name=button).click()
    return dialog_frame(page)


def dialog_frame(page: Page) -> Frame:
    """The frame in the dialog, when the tool is there."""
    page.frame_locator("dialog iframe").locator(ARRIVED).wait_for()
    element = page.locator("dialog iframe").element_handle()
    frame = element.content_frame()
    assert frame is not None
    return frame


def search(frame: Frame, title: str) -> None:
    """Type a title, and wait until nothing else is listed."""
    frame.locator("#title").fill(title)
    expect(frame.locator(".media h3").filter(has_not_text=re.compile(title, re.I))).to_have_count(0)
    wait_for_list(frame)


def options(frame: Frame, media_id: str, choose: Callable[[Any], object]) -> None:
    """Open the options of what was picked, and choose."""
    item = frame.locator(f".picked[data-media='{media_id}']")
    item.locator("summary").click()
    choose(item)


def wait_until_closed(page: Page, said: str) -> None:
    """Wait until the dialog is gone and the LMS says what the tool said."""
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("#said")).to_have_text(said)


def blocks(world: World, slug: str = "week-1") -> list[dict[str, Any]]:
    """What stands on a page, as the LMS keeps it."""
    pages = world.http.get(f"{world.lms.settings.url}/_sandbox/courses/101").json()["pages"]
    (found,) = (page["blocks"] for page in pages if page["slug"] == slug)
    blocks: list[dict[str, Any]] = found
    return blocks


def frames(world: World) -> list[tuple[str, str, str, str]]:
    """Of each iframe that Canvas writes itself: title, size, kind of player, where it starts."""
    return [_read(block["attributes"]) for block in blocks(world)]


def _read(attributes: dict[str, str]) -> tuple[str, str, str, str]:
    query = parse_qs(urlsplit(parse_qs(urlsplit(attributes["src"]).query)["url"][0]).query)
    return (
        attributes["title"],
        f"{attributes['width']} x {attributes['height']}",
        query["custom_arc_launch_type"][0],
        query["custom_arc_start_at"][0],
    )


def watch(page: Page, world: World, path: str = "/courses/101/pages/week-1") -> None:
    """Let the student open a page, and see that its only video plays."""
    become(page.context, "student")
    page.goto(world.lms.settings.url + path)
    assert play(page, await_player(page, world)) > 0.5
