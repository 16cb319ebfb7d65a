"""`flask media archive|unarchive|grant|delete`: they ask, they do it, or say that nobody knows."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests import world as worlds
from tests.journeys.commanding import (
    ask_studio,
    fail,
    in_environment,
    on_terminal,
    refuse,
    rest,
    say,
    say_json,
)
from tests.world import World

CELLS, LECTURE, ODD, SOUND = 260854, 260861, 261533, 262118
CHEMIST, BIOLOGY = 4268, 880


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("changes")
    with worlds.world(folder, workers=1) as made, in_environment(made):
        yield made


@pytest.fixture
def world(built: World) -> World:
    rest(built)
    return built


def test_a_media_is_archived_and_taken_back_into_a_collection(world: World):
    odd = ask_studio(world, f"media/{ODD}")["media"]["title"]
    assert say("media", "archive", str(ODD), "--yes") == f"Archived media {ODD}, “{odd}”.\n"
    title = ["media", "search", "--title", "matière"]
    assert say_json(*title) == []
    said = say("media", "unarchive", str(ODD), "--collection", "50012")
    assert said == f"Unarchived media {ODD}, “{odd}”.\n"
    assert [one["id"] for one in say_json(*title)] == [ODD]
    assert ask_studio(world, f"media/{ODD}")["media"]["collection"]["id"] == 50012
    assert say_json("media", "unarchive", str(ODD))["id"] == ODD
    assert refuse("media", "unarchive", str(ODD), "--collection", "5") == (
        "Error: Studio has no such video, or no such collection. One of them may have been "
        "deleted. unarchive: Studio answered 404.\n"
    )


def test_a_media_is_shared_with_people_by_number_or_address_and_with_groups(world: World):
    order = ["media", "grant", str(SOUND), "--permission", "view", "--yes"]
    head, *rows = say(*order, "--user", str(CHEMIST), "--group", str(BIOLOGY)).splitlines()
    assert head.split() == ["id", "type", "name", "e-mail", "permission"]
    assert [row.split()[0] for row in rows] == [str(CHEMIST), str(BIOLOGY)]
    shared = say_json(*order, "--user", "omar.other@sandbox.test")
    assert shared == ask_studio(world, f"media/{SOUND}/permissions")["permissions"]
    assert [one["id"] for one in shared] == [CHEMIST, BIOLOGY, 4112]
    assert refuse(*order, "--user", str(CHEMIST)) == (
        "Error: Studio does not share this video like that. Somebody is not known to Studio, or "
        "has this permission already. add_permissions: Studio answered 400.\n"
    )
    assert refuse(*order, "--user", "nobody@sandbox.test") == (
        "Error: Studio knows nobody with the address nobody@sandbox.test. "
        "Their number may do: --user N.\n"
    )


def test_what_changes_studio_asks_first_and_shows_what_is_meant(world: World):
    say("embeds", "create", str(LECTURE), "--course", "4712")
    asked = f"media {LECTURE}, “Week 3 Lecture – Photosynthesis”"
    status, lines = on_terminal(world, "media", "delete", str(LECTURE), answer="n\n", columns=200)
    question = f"Delete {asked} for good? It is embedded in course 4712. [y/N]: n"
    assert (status, lines[-2:]) == (1, [question, "Aborted!"])
    status, lines = on_terminal(world, "media", "archive", str(LECTURE), answer="\n", columns=200)
    assert status == 1
    assert lines[-2].startswith(f"Archive {asked}? It is embedded in course 4712. [y/N]:")
    order = ["--user", str(CHEMIST), "--group", "880", "--permission", "edit"]
    status, lines = on_terminal(
        world, "media", "grant", str(LECTURE), *order, answer="n\n", columns=200
    )
    assert (status, lines[-2]) == (1, f"Let 4268 and group 880 edit {asked}? [y/N]: n")
    assert ask_studio(world, f"media/{LECTURE}")["media"]["id"] == LECTURE
    assert ask_studio(world, f"media/{LECTURE}/permissions")["permissions"] == []
    status, lines = on_terminal(world, "media", "delete", str(LECTURE), answer="y\n", columns=200)
    assert (status, lines[-1]) == (0, f"Deleted {asked}.")
    assert "404" in refuse("media", "show", str(LECTURE))


@pytest.mark.parametrize(
    ("operation", "order"),
    [
        ("delete", f"delete {CELLS}"),
        ("archive", f"archive {CELLS}"),
        ("add_permissions", f"grant {CELLS} --user 4268 --permission view"),
    ],
)
def test_without_a_terminal_nothing_is_changed_unasked(world: World, operation: str, order: str):
    said = fail(world, "media", *order.split(), status=2)
    assert "“Cell Division: Mitosis in Six Minutes”" in said
    assert said.endswith("There is no terminal to ask on: say --yes.\n")
    assert [one for one in world.calls(operation) if f"/{CELLS}" in one["path"]] == []


@pytest.mark.parametrize(
    ("operation", "arguments", "told"),
    [
        (
            "delete",
            ("delete", "262590"),
            "media 262590 was deleted. `flask media show 262590` tells: it fails where the media "
            "is gone. delete: the connection broke.",
        ),
        (
            "archive",
            ("archive", "262590"),
            "media 262590 was archived. The same again does no harm. "
            "archive: the connection broke.",
        ),
        (
            "add_permissions",
            ("grant", "262590", "--group", "881", "--permission", "view"),
            "media 262590 was shared. `flask media permissions 262590` tells. "
            "add_permissions: the connection broke.",
        ),
    ],
)
def test_where_studio_does_not_answer_it_is_told_how_to_find_out(
    world: World, operation: str, arguments: tuple[str, ...], told: str
):
    world.tell_studio("next", operation=operation, reset=True, times=3)
    said = refuse("media", *arguments, "--yes")
    world.tell_studio("reset")
    assert said == f"Error: It is not known whether {told}\n"


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"status": 502}, "Studio answered 502"),
        ({"html": True, "after": True}, "the answer is no JSON"),
    ],
)
def test_an_answer_that_does_not_say_so_leaves_it_unknown(
    world: World, how: dict[str, Any], why: str
):
    world.tell_studio("next", operation="delete", **how)
    assert refuse("media", "delete", "262590", "--yes") == (
        "Error: It is not known whether media 262590 was deleted. `flask media show 262590` "
        f"tells: it fails where the media is gone. delete: {why}.\n"
    )
    world.tell_studio("reset")
