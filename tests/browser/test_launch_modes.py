"""In launch modes `lti11` and `lti13` the service itself launches Studio, and the video plays."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Page, Playwright

from tests import world as worlds
from tests.browser.chromium import set_chromium, without_scripts
from tests.browser.watching import await_player, become, launches, play, put_link
from tests.world import World

VERSIONS = {"lti11": "1.1", "lti13": "1.3"}


@pytest.fixture(scope="module", params=VERSIONS)
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    with worlds.world(tmp_path_factory.mktemp("world"), mode=request.param) as built:
        yield built


def _version(world: World) -> str:
    return VERSIONS[world.environment["STUDIO_LAUNCH_MODE"]]


@pytest.mark.parametrize(
    ("embed_type", "downloadable", "tabs", "downloads"),
    [("embed", False, 1, 0), ("bare_embed", False, 0, 0), ("embed", True, 1, 1)],
)
def test_a_students_click_plays_the_video(
    page: Page,
    context: BrowserContext,
    world: World,
    embed_type: str,
    downloadable: bool,
    tabs: int,
    downloads: int,
):
    link = world.marked(260854, embed_type=embed_type, downloadable=downloadable)
    address = put_link(world, f"plays-{embed_type}-{downloadable}".lower().replace("_", "-"), link)
    before = len(launches(world))
    become(context, "student")
    page.goto(address)
    frame = await_player(page, world)
    assert play(page, frame) > 0.5
    assert frame.locator("[role=tablist]").count() == tabs
    assert frame.locator("a[download]").count() == downloads
    (launch,) = launches(world)[before:]
    found = {name: launch[name] for name in ("version", "media_id", "launch_type", "course_id")}
    assert found == {
        "version": _version(world),
        "media_id": 260854,
        "launch_type": embed_type,
        "course_id": 101,
    }


def test_who_watches_is_who_launched(page: Page, context: BrowserContext, world: World):
    address = put_link(world, "who", world.marked(260854))
    become(context, "student")
    page.goto(address)
    await_player(page, world)
    launch = launches(world)[-1]
    sub = "27b6c5a8-0d3f-4b9e-a7c2-6f15e84d9012"
    legacy_id = "86157096483e6b3a50bfedc6bac902c0b20a824f"
    assert launch["user_id"] == {"1.1": legacy_id, "1.3": sub}[launch["version"]]


def test_two_videos_on_one_page_both_arrive(page: Page, context: BrowserContext, world: World):
    put_link(world, "two", world.marked(260854))
    address = put_link(world, "two", world.marked(260861, embed_type="bare_embed"))
    become(context, "student")
    page.goto(address)
    for number in range(2):
        page.frame_locator("main iframe").nth(number).locator("video").wait_for()


def test_a_student_plays_from_the_course_page(page: Page, context: BrowserContext, world: World):
    world.launch(world.marked(260854), course_id=101)
    become(context, "student")
    page.goto(f"{world.lms.settings.url}/courses/101/external_tools/tool")
    page.frame_locator("main iframe").get_by_role("button", name="Cell Division").first.click()
    assert play(page, await_player(page, world)) > 0.5


def test_without_scripts_a_button_goes_on(playwright: Playwright, tmp_path: Path, world: World):
    address = put_link(world, "plain", world.marked(260854))
    with set_chromium(playwright, tmp_path, without_scripts()) as context:
        become(context, "student")
        page = context.new_page()
        page.goto(address)
        _press_on(page.frame_locator("main iframe"))


def _press_on(frame: FrameLocator) -> None:
    """Press what a browser without scripts shows, until the player is there."""
    for form, button in (
        ("/lti/login", "Continue"),
        ("/lti/launch", "Continue"),
        ("127.0.0.2", "Go on"),
    ):
        frame.locator(f"form[action*='{form}']").get_by_role("button", name=button).click()
    frame.locator("video").wait_for(state="attached")


def _in_form(name: str) -> Callable[[str, str], tuple[str, str]]:
    """Alter the first letter of a field's value."""

    def alter(url: str, body: str) -> tuple[str, str]:
        fields = dict(parse_qsl(body, keep_blank_values=True))
        first = "A" if fields[name][0] != "A" else "B"
        return url, urlencode(fields | {name: first + fields[name][1:]})

    return alter


def _in_address(name: str) -> Callable[[str, str], tuple[str, str]]:
    def alter(url: str, body: str) -> tuple[str, str]:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        return urlunsplit(parts._replace(query=urlencode(query | {name: "x" + query[name]}))), body

    return alter


ALTERED: dict[str, dict[str, Callable[[str, str], tuple[str, str]]]] = {
    "lti11": {
        "a person": _in_form("user_id"),
        "a role": _in_form("roles"),
        "a course": _in_form("custom_canvas_course_id"),
        "a signature": _in_form("oauth_signature"),
        "a media": _in_address("custom_arc_media_id"),
    },
    "lti13": {"a token": _in_form("id_token"), "a state": _in_form("state")},
}


def test_whatever_is_altered_on_the_last_way_plays_nothing(
    page: Page, context: BrowserContext, world: World
):
    """Addresses before the last are altered in the journeys: a browser follows redirects alone."""
    become(context, "student")
    address = put_link(world, "altered", world.marked(260854))
    before = len(launches(world))
    for what, alter in ALTERED[world.environment["STUDIO_LAUNCH_MODE"]].items():
        assert _see_altered(page, address, alter) == 0, what
        assert launches(world)[before:] == [], what


def _see_altered(page: Page, address: str, alter: Callable[[str, str], tuple[str, str]]) -> int:
    """Open a page while the last form on the way is altered once; gives how many videos show."""
    altered = []

    def change(route: Any) -> None:
        url, body = alter(route.request.url, route.request.post_data)
        altered.append(url)
        route.continue_(url=url, post_data=body)

    pattern = re.compile(r"http://127\.0\.0\.2:\d+/lti(13)?/launch(\?.*)?$")
    page.route(pattern, change)
    page.goto(address)
    frame = page.frame_locator("main iframe")
    frame.locator("h1:not(:text-is('Almost there'))").wait_for()
    page.unroute(pattern)
    assert len(altered) == 1
    return frame.locator("video").count()
