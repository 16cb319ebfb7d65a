"""`flask embeds create`: the same embeds as those of launches, made once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.journeys.commanding import in_environment, refuse, say, say_json
from tests.world import World

MEDIA, OTHER, FROM_VIMEO, UNMARKED = 260854, 260861, 263968, 261007


@pytest.fixture(autouse=True)
def _environment(world: World) -> Any:
    with in_environment(world):
        yield


def made(world: World, media_id: int) -> int:
    calls = world.calls("create_embed")
    return len([call for call in calls if f"/{media_id}/" in call["path"]])


def test_an_embed_is_made_once_and_launches_find_it(world: World):
    order = ["embeds", "create", str(MEDIA), "--course", "101"]
    first, launch_url = say(*order).splitlines()
    (listed,) = say_json("embeds", "list", "--media", str(MEDIA))
    what = f"embed {listed['id']}: “Cell Division: Mitosis in Six Minutes” in course 101"
    assert (first, launch_url) == (f"Made {what}.", listed["launch_url"])
    assert say(*order) == f"There is {what} already.\n{launch_url}\n"
    assert say_json(*order) == {**listed, "made": False}
    assert listed == {
        "id": listed["id"],
        "media_id": MEDIA,
        "course_id": 101,
        "embed_type": "embed",
        "downloadable": False,
        "title": "Cell Division: Mitosis in Six Minutes",
        "launch_url": launch_url,
        "html": listed["html"],
        "content_item": listed["content_item"],
        "studio": world.studio.settings.url,
        "created_at": listed["created_at"],
        "made_at": listed["made_at"],
    }
    assert world.launch({"media_id": str(MEDIA)}).status_code == 302
    assert made(world, MEDIA) == 1


def test_a_link_without_a_mark_to_what_was_made_by_command_mends_a_copied_course(world: World):
    link = {"media_id": str(UNMARKED)}
    assert world.launch(link, course_id=world.lms.copy_course(103).id).status_code == 403
    assert say_json("embeds", "create", str(UNMARKED), "--course", "103")["made"]
    assert world.launch(link, course_id=world.lms.copy_course(103).id).status_code == 302


def test_another_type_or_account_is_another_embed_and_lists_tell_them_apart(world: World):
    order = ["embeds", "create", str(OTHER), "--course", "102"]
    host = world.studio.settings.url.removeprefix("http://")
    more = ["--embed-type", "bare_embed", "--downloadable", "--studio", host]
    plain, bare = say_json(*order), say_json(*order, *more)
    assert (plain["made"], bare["made"], bare["downloadable"]) == (True, True, True)
    assert (bare["embed_type"], plain["id"] == bare["id"]) == ("bare_embed", False)
    found = say_json("embeds", "list", "--course", "102", "--media", str(OTHER), "--studio", host)
    assert [one["id"] for one in found] == [bare["id"], plain["id"]]
    assert say_json("embeds", "list", "--course", "102", "--media", "5") == []


def test_commands_at_once_make_it_once(world: World):
    order = ["embeds", "create", str(FROM_VIMEO), "--course", "103", "--json"]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: world.flask(*order).stdout, range(4)))
    assert sorted('"made": true' in text for text in done) == [False, False, False, True]
    assert made(world, FROM_VIMEO) == 1


def test_what_cannot_be_embedded_says_why(world: World):
    order = ["embeds", "create", "5", "--course", "101"]
    assert refuse(*order) == (
        "Error: Studio has no such video: it may have been deleted. `flask media search` finds "
        "those that are there. show: Studio answered 404.\n"
    )
    assert refuse(*order, "--studio", "nowhere").startswith("Error: There is no Studio account")
    world.tell_studio("next", operation="create_embed", status=422)
    assert refuse("embeds", "create", str(MEDIA), "--course", "9") == (
        "Error: Studio cannot put this video into this course. create_embed: Studio answered 422.\n"
    )
    for wrong in ("create", "create 5", "create x --course 5", "create 5 --course 0"):
        assert "Usage: flask embeds create" in refuse("embeds", *wrong.split(), status=2)
