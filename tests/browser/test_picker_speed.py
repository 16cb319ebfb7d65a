"""What the picker asks for: little over the wire, and of Studio one search for each pause."""

from playwright.sync_api import Page, Request, expect

from tests.browser.picking import open_picker, wait_for_list
from tests.world import World

MOST_BYTES = 100_000
KEY_MS = 15  # so quick that no machine, however busy, makes a pause of it


def test_the_first_page_without_thumbnails_is_less_than_100_kb(page: Page, world: World):
    sent: list[Request] = []

    def see(request: Request) -> None:
        sent.append(request)

    page.on("requestfinished", see)
    frame = open_picker(page, world)
    page.wait_for_load_state("networkidle")
    assert frame.locator(".media").count() == 25
    mine = [each for each in sent if each.url.startswith(world.environment["PUBLIC_URL"])]
    kinds = {each.resource_type for each in mine}
    assert kinds == {"document", "stylesheet", "script", "image"}
    sizes = [each.sizes() for each in mine]
    size = sum(each["responseHeadersSize"] + each["responseBodySize"] for each in sizes)
    assert 30_000 < size < MOST_BYTES


def test_studio_is_asked_once_a_pause_and_not_once_a_key(page: Page, world: World):
    frame = open_picker(page, world)
    before = len(world.calls("search"))
    frame.locator("#title").focus()
    for word, found in (("photo", "2 videos found"), ("synthesis", "2 videos found")):
        with page.expect_response("**/lti/picker"):
            page.keyboard.type(word, delay=KEY_MS)
        wait_for_list(frame)
        expect(frame.locator("#status")).to_have_text(found)
    assert [call["query"].partition("&")[0] for call in world.calls("search")[before:]] == [
        "title=photo",
        "title=photosynthesis",
    ]
