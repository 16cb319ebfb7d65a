"""How an instructor comes to the picker in the sandbox LMS."""

from urllib.parse import parse_qsl

from playwright.sync_api import Frame, Page, Request, expect

from tests.browser.watching import become
from tests.world import World

Sent = list[tuple[str, str]]


def open_picker(page: Page, world: World, person: str = "instructor") -> Frame:
    """Open the picker as the editor does; gives its frame."""
    become(page.context, person)
    page.goto(f"{world.lms.settings.url}/courses/101/external_tools/picker")
    frame = page.locator("main iframe").element_handle().content_frame()
    assert frame is not None
    frame.locator("#picker").wait_for()
    return frame


def searches(page: Page) -> list[Request]:
    """The searches that go out from now on."""
    found: list[Request] = []

    def see(request: Request) -> None:
        if request.url.endswith("/lti/picker"):
            found.append(request)

    page.on("request", see)
    return found


def press_insert(page: Page, frame: Frame) -> Sent:
    """Click "Insert"; gives what the form sent."""
    with page.expect_request("**/lti/picker/insert") as caught:
        frame.locator("#insert").click()
    return parse_qsl(caught.value.post_data or "", keep_blank_values=True)


def fields(sent: Sent, *names: str) -> Sent:
    """Those of the fields that begin so."""
    return [pair for pair in sent if pair[0].startswith(names)]


def wait_for_list(frame: Frame) -> None:
    """Wait until no search is under way."""
    expect(frame.locator("#results:not([aria-busy])")).to_be_attached()


def said(frame: Frame) -> str:
    """What is announced."""
    return frame.locator("#status").text_content() or ""
