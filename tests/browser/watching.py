"""How somebody comes to a video in the sandbox LMS, and plays it."""

from typing import Any

from playwright.sync_api import BrowserContext, Frame, Page

from tests.world import World


def become(context: BrowserContext, person: str) -> None:
    """Log in to the sandbox LMS."""
    _remember(context, "person", person)


def choose_language(context: BrowserContext, language: str) -> None:
    """Choose which language the sandbox LMS names to tools."""
    _remember(context, "language", language)


def _remember(context: BrowserContext, what: str, value: str) -> None:
    cookie: Any = {
        "name": f"sandbox_lms_{what}",
        "value": value,
        "domain": "127.0.0.1",
        "path": "/",
        "secure": True,
        "httpOnly": True,
        "sameSite": "None",
    }
    context.add_cookies([cookie])


def put_link(world: World, slug: str, custom: dict[str, str], course_id: int = 101) -> str:
    """Put a link to the tool on a page of the LMS; gives the page's address."""
    answer = world.tell_lms(
        "links", course_id=course_id, page=slug, title=f"Video on {slug}", custom=custom
    )
    found: str = answer.json()["page_url"]
    return found


def await_player(page: Page, world: World) -> Frame:
    """Wait until the frame of the page's only link has arrived at Studio's player."""
    page.frame_locator("main iframe").locator("video").wait_for()
    element = page.locator("main iframe").element_handle()
    assert element is not None
    frame = element.content_frame()
    assert frame is not None
    assert frame.url.startswith(world.studio.settings.url)
    return frame


def play(page: Page, frame: Frame | Page) -> float:
    """Click the video with the mouse; gives how far it came."""
    video = frame.locator("video")
    video.scroll_into_view_if_needed()
    box = video.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    reached: float = video.evaluate(
        """video => new Promise(done => video.addEventListener(
               'timeupdate', () => video.currentTime > 0.5 && done(video.currentTime)))"""
    )
    return reached


def launches(world: World) -> list[dict[str, Any]]:
    """The launches that Studio verified."""
    url = f"{world.studio.settings.url}/_sandbox/launches"
    found: list[dict[str, Any]] = world.http.get(url).json()
    return found
