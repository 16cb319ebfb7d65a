"""A student opens a course page, clicks play, and the video plays."""

import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.watching import await_player, become, launches, play, put_link
from tests.world import World


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
    seen_launches = launches(world)[before:]
    seen = [
        (one["media_id"], one["launch_type"], one["downloadable"], one["course_id"])
        for one in seen_launches
    ]
    assert seen == [(260854, embed_type, downloadable, 101)]


def test_a_student_of_a_copied_course_plays_the_video_that_nobody_embedded_there(
    page: Page, context: BrowserContext, world: World
):
    link = world.marked(260861)
    address = put_link(world, "copied", link, course_id=102)
    copy = world.tell_lms("courses/102/copy").json()["course_id"]
    before = len(launches(world))
    become(context, "student")
    page.goto(address.replace("/courses/102/", f"/courses/{copy}/"))
    assert play(page, await_player(page, world)) > 0.5
    assert [one["course_id"] for one in launches(world)[before:]] == [copy]


def test_a_test_student_without_name_or_email_plays_the_video(
    page: Page, context: BrowserContext, world: World
):
    address = put_link(world, "student-view", world.marked(260854))
    become(context, "test-student")
    page.goto(address)
    assert play(page, await_player(page, world)) > 0.5


def test_two_videos_on_one_page_both_arrive(page: Page, context: BrowserContext, world: World):
    put_link(world, "two", world.marked(260854))
    address = put_link(world, "two", world.marked(260861, embed_type="bare_embed"))
    become(context, "student")
    page.goto(address)
    for number in range(2):
        page.frame_locator("main iframe").nth(number).locator("video").wait_for()


def test_one_altered_parameter_shows_no_video(page: Page, context: BrowserContext, world: World):
    link = world.marked(260854)
    address = put_link(world, "altered", link)
    before = len(launches(world))
    pattern = re.compile(re.escape(world.studio.settings.url) + r"/lti/launch.*")

    def alter(route: Any) -> None:
        body = route.request.post_data.replace("user_id=", "user_id=x", 1)
        route.continue_(post_data=body)

    page.route(pattern, alter)
    become(context, "student")
    page.goto(address)
    frame = page.frame_locator("main iframe")
    frame.get_by_role("heading", level=1).wait_for()
    assert page.frames[1].url.startswith(world.studio.settings.url)
    assert frame.locator("video").count() == 0
    assert launches(world)[before:] == []
