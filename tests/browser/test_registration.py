"""An admin adds the tool to an LMS in a real browser, and its first launch plays."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.test_accessibility import WIDE_ELEMENTS
from tests.browser.watching import await_player, play, put_link
from tests.journeys.registering import Admin, forget_all, unknown_lms
from tests.world import World

MEDIA = 260854
HEAR = """address => {
    addEventListener("message", ({ data, origin }) => { window.told = [data, origin]; });
    window.open(address);
}"""


@pytest.fixture(scope="module")
def _lms(world: World) -> Iterator[Admin]:
    with unknown_lms(world) as admin:
        yield admin


@pytest.fixture
def admin(_lms: Admin) -> Admin:
    forget_all(_lms)
    return _lms


def _link(admin: Admin) -> str:
    """The link that an admin is given."""
    url = admin.world.environment["PUBLIC_URL"]
    return f"{url}/lti/register?invite={admin.invite()}"


@pytest.mark.parametrize("width", [1280, 400])
def test_an_admin_pastes_one_link_and_a_student_watches(
    page: Page, context: BrowserContext, admin: Admin, width: int
):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(admin.issuer)
    page.get_by_role("link", name="Add a tool by registration").click()
    page.get_by_label("The tool’s link").fill(_link(admin))
    page.get_by_role("button", name="Open").click()
    tool = page.frame_locator("main iframe")
    expect(tool.get_by_role("heading", name="Add Studio Embed to your LMS")).to_be_visible()
    expect(tool.get_by_text(admin.issuer)).to_be_visible()
    assert tool.locator("body").evaluate(WIDE_ELEMENTS) == []
    assert admin.platforms() == []

    tool.get_by_role("button", name="Register").click()
    page.wait_for_url("**/registration/approval")
    (found,) = admin.platforms()
    expect(page.get_by_text(found.client_id)).to_be_visible()
    assert page.evaluate(WIDE_ELEMENTS) == []
    page.get_by_role("button", name="Turn it on").click()
    page.wait_for_url(f"{admin.issuer}/")

    address = put_link(admin.world, f"registered-{width}", admin.world.marked(MEDIA))
    page.get_by_role("button", name="Sam Student").click()
    page.goto(address)
    assert play(page, await_player(page, admin.world)) > 0.5
    assert admin.deployments() == [admin.world.lms.settings.deployment_id]


def test_an_lms_that_opens_a_window_is_told_too(page: Page, context: BrowserContext, admin: Admin):
    page.goto(admin.issuer)
    public = admin.world.environment["PUBLIC_URL"]
    with context.expect_page() as opened:
        page.evaluate(HEAR, public + admin.address(admin.invite()))
    window = opened.value
    window.get_by_role("button", name="Register").click()
    expect(window.get_by_role("heading", name="Studio Embed is registered")).to_be_visible()
    page.wait_for_function("window.told")
    assert page.evaluate("window.told") == [{"subject": "org.imsglobal.lti.close"}, public]
    assert len(admin.platforms()) == 1


def test_a_second_click_on_the_button_does_nothing(page: Page, admin: Admin):
    page.goto(admin.world.environment["PUBLIC_URL"] + admin.address(admin.invite()))
    button = page.get_by_role("button", name="Register")
    assert button.evaluate("button => { button.click(); return button.disabled; }")
    expect(page.get_by_role("heading", name="Studio Embed is registered")).to_be_visible()


def test_a_page_that_fails_says_so_in_the_frame_and_the_same_link_works_later(
    page: Page, admin: Admin
):
    link = _link(admin)
    admin.fail(status=422)
    for _ in range(2):
        page.goto(f"{admin.issuer}/registration/")
        page.get_by_label("The tool’s link").fill(link)
        page.get_by_role("button", name="Open").click()
        tool = page.frame_locator("main iframe")
        tool.get_by_role("button", name="Register").click()
        if admin.world.lms.behaviour.registration.status is None:
            page.wait_for_url("**/registration/approval")
        else:
            expect(tool.locator("#code")).to_have_text("platform-declined")
            admin.fail()
    assert len(admin.platforms()) == 1


def test_neither_token_nor_invite_stay_in_an_address(page: Page, admin: Admin):
    """Of the page that follows the button, which is what a history or a referrer would keep."""
    page.goto(admin.world.environment["PUBLIC_URL"] + admin.address(admin.invite()))
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", name="Studio Embed is registered")).to_be_visible()
    assert page.url == admin.world.environment["PUBLIC_URL"] + "/lti/register"
    assert page.evaluate("document.referrer") == ""
