"""A browser that keeps our cookies back in frames plays the video all the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright

from tests import world as worlds
from tests.browser.chromium import set_chromium, shut_own_storage, without_cookies
from tests.browser.watching import await_player, become, launches, play, put_link
from tests.world import World


@pytest.fixture(scope="module", params=["canvas", "lti13"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    with worlds.world(tmp_path_factory.mktemp("world"), mode=request.param) as built:
        yield built


@pytest.fixture
def strict(playwright: Playwright, tmp_path: Path, world: World) -> Iterator[BrowserContext]:
    """A browser in which the service has no cookie in frames of the LMS."""
    setting = without_cookies(world.environment["PUBLIC_URL"], world.lms.settings.url)
    with set_chromium(playwright, tmp_path, setting) as context:
        become(context, "student")
        yield context


def set_storage(world: World, storage: str) -> None:
    world.tell_lms("behaviour", storage=storage)


def open_link(world: World, context: BrowserContext, name: str) -> tuple[Page, list[str]]:
    """Open a page with a video; gives the page, and the launches that are posted, as they are."""
    page = context.new_page()
    page.set_default_timeout(15_000)
    posted: list[str] = []
    launch = world.environment["PUBLIC_URL"] + "/lti/launch"
    page.on(
        "request", lambda sent: posted.append(sent.post_data or "") if sent.url == launch else None
    )
    page.goto(put_link(world, name, world.marked(260854)))
    return page, posted


def proven(posted: list[str]) -> list[bool]:
    """Of each posted launch, whether a proof was with it."""
    return ["storage_proof=" in body for body in posted]


def service_cookies(context: BrowserContext) -> list[str]:
    names = [cookie.get("name", "") for cookie in context.cookies()]
    return [name for name in names if name.startswith("__Host-lti")]


def test_with_the_partitioned_cookie_it_plays_without_a_further_page(
    page: Page, context: BrowserContext, world: World
):
    set_storage(world, "off")
    become(context, "student")
    page, posted = open_link(world, context, "by-cookie")
    assert play(page, await_player(page, world)) > 0.5
    assert proven(posted) == [False]


@pytest.mark.parametrize("storage", ["forwarding", "parent"])
def test_without_the_cookie_it_plays_by_the_platforms_storage(
    strict: BrowserContext, world: World, storage: str
):
    set_storage(world, storage)
    shut_own_storage(strict, world.environment["PUBLIC_URL"])
    page, posted = open_link(world, strict, f"by-{storage}")
    assert play(page, await_player(page, world)) > 0.5
    assert proven(posted) == [False, True]
    assert service_cookies(strict) == []
    assert page.evaluate("Object.keys(localStorage)") == [], "left behind at the platform"


@pytest.mark.parametrize("storage", ["off", "foreign"])
def test_without_that_it_plays_by_our_own_storage(
    strict: BrowserContext, world: World, storage: str
):
    set_storage(world, storage)
    page, posted = open_link(world, strict, f"own-{storage}")
    assert play(page, await_player(page, world)) > 0.5
    assert proven(posted) == [False, True]
    assert service_cookies(strict) == []


@pytest.mark.parametrize("storage", ["off", "foreign"])
def test_without_any_of_them_a_new_window_is_offered_and_plays(
    strict: BrowserContext, world: World, storage: str
):
    set_storage(world, storage)
    shut_own_storage(strict, world.environment["PUBLIC_URL"])
    before = len(launches(world))
    page, posted = open_link(world, strict, f"window-{storage}")
    link = page.frame_locator("main iframe").get_by_role("link", name="Open in a new window")
    link.wait_for()
    assert posted == []
    with strict.expect_page() as opened:
        link.click()
    window = opened.value
    window.locator("video").wait_for()
    assert window.url.startswith(world.studio.settings.url)
    assert play(window, window) > 0.5
    assert len(launches(world)) - before == 1


def test_five_videos_on_one_page_all_arrive_by_the_platforms_storage(
    strict: BrowserContext, world: World
):
    set_storage(world, "forwarding")
    shut_own_storage(strict, world.environment["PUBLIC_URL"])
    for _ in range(4):
        put_link(world, "five", world.marked(260854))
    page, _ = open_link(world, strict, "five")
    for number in range(5):
        page.frame_locator("main iframe").nth(number).locator("video").wait_for()
