"""An admin connects Studio in a real browser: over two sites, with the cookie that comes back."""

import json

from playwright.sync_api import BrowserContext, Page

from tests.browser.watching import become
from tests.world import World


def _link(world: World) -> str:
    found: str = json.loads(world.flask("studio", "connect", "--json").stdout)["url"]
    return found


def test_an_admin_connects_studio_by_two_clicks(page: Page, context: BrowserContext, world: World):
    world.flask("studio", "disconnect", "--yes")
    page.goto(_link(world))
    assert page.locator("h1").inner_text() == "Connect Studio"
    page.get_by_role("button", name="Go to Studio").click()
    page.wait_for_url(f"{world.studio.settings.url}/api/public/oauth/authorize?*")
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(f"{world.environment['PUBLIC_URL']}/studio/callback?*")
    assert page.locator("h1").inner_text() == "Studio is connected"
    assert "A first try went well" in page.locator("main").inner_text()
    assert context.cookies() == []
    page.reload()
    assert page.locator("#code").inner_text() == "connect-not-begun"


def test_an_admin_of_the_lms_gets_there_from_a_course(
    page: Page, context: BrowserContext, world: World
):
    world.flask("studio", "disconnect", "--yes")
    become(context, "admin")
    lms = world.lms.settings.url
    page.goto(f"{lms}/courses/101/external_tools/tool")
    assert world.launch(world.marked(260854)).status_code == 502
    with context.expect_page() as opened:
        page.frame_locator("main iframe").get_by_role("button", name="Connect Studio").click()
    linked = opened.value
    linked.get_by_role("button", name="Go to Studio").click()
    linked.get_by_role("button", name="Allow").click()
    linked.wait_for_url(f"{world.environment['PUBLIC_URL']}/studio/callback?*")
    assert linked.locator("h1").inner_text() == "Studio is connected"
    assert world.launch(world.marked(260854)).status_code == 302


def test_who_does_not_allow_it_comes_back_to_a_page_that_says_how_to_go_on(
    page: Page, world: World
):
    page.goto(_link(world))
    page.get_by_role("button", name="Go to Studio").click()
    page.get_by_role("button", name="Deny").click()
    page.wait_for_url(f"{world.environment['PUBLIC_URL']}/studio/callback?error=access_denied")
    assert page.locator("#code").inner_text() == "connect-denied"


def test_a_code_from_somebody_else_does_nothing_in_a_browser_that_began_nothing(
    page: Page, context: BrowserContext, world: World
):
    page.goto(_link(world))
    page.get_by_role("button", name="Go to Studio").click()
    page.route("**/studio/callback?*", lambda route: route.abort())
    with page.expect_request("**/studio/callback?*") as caught:
        page.get_by_role("button", name="Allow").click()
    browser = context.browser
    assert browser is not None
    with browser.new_context() as other:
        victim = other.new_page()
        victim.goto(caught.value.url)
        assert victim.locator("#code").inner_text() == "connect-not-begun"
