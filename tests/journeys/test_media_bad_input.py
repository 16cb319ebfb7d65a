"""`flask media` with what cannot be asked, and with answers of Studio that cannot be used."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests import world as worlds
from tests.journeys.commanding import fail, in_environment, refuse, rest
from tests.world import World

CELLS, OMARS = "260854", "263940"
NO_SUCH = (
    "Studio has no such video: it may have been deleted. "
    "`flask media search` finds those that are there."
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("bad")
    with worlds.world(folder, workers=1) as made, in_environment(made):
        yield made


@pytest.fixture
def world(built: World) -> World:
    rest(built)
    built.tell_studio("caller", email="ada.admin@sandbox.test")
    return built


@pytest.mark.parametrize(
    ("command", "operation"),
    [
        ("show 5", "show"),
        ("courses 5", "courses"),
        ("permissions 5", "permissions"),
        ("perspectives 5", "perspectives"),
        ("sources 5", "sources"),
        ("users 5", "users"),
        ("delete 5 --yes", "delete"),
        ("delete 5", "show"),
        ("archive 5 --yes", "archive"),
        ("grant 5 --user 4268 --permission view --yes", "add_permissions"),
    ],
)
def test_a_media_that_is_not_there_is_told_with_where_to_look(
    world: World, command: str, operation: str
):
    said = refuse("media", *command.split())
    assert said == f"Error: {NO_SUCH} {operation}: Studio answered 404.\n"


@pytest.mark.parametrize(
    "command",
    [
        f"show {OMARS}",
        f"users {OMARS}",
        f"delete {OMARS} --yes",
        f"archive {OMARS} --yes",
        f"download {OMARS}",
    ],
)
def test_a_media_of_others_is_told_with_who_can_help(world: World, command: str):
    world.tell_studio("caller", email="ines.instructor@sandbox.test")
    assert refuse("media", *command.split()).startswith(
        "Error: Studio does not allow this service to use this video. "
        "Its owner can share it with whoever connected the account. "
    )


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("show abc", "Invalid value for 'MEDIA_ID': 'abc' is not a valid integer range."),
        ("show 0", "Invalid value for 'MEDIA_ID': 0 is not in the range"),
        ("show -- -5", "Invalid value for 'MEDIA_ID': -5 is not in the range"),
        (f"show {2**63}", f"Invalid value for 'MEDIA_ID': {2**63} is not in the range"),
        ("show", "Missing argument 'MEDIA_ID'."),
        ("search --per-page 1000", "'--per-page': 1000 is not in the range 1<=x<=50."),
        ("search --page 0", "Invalid value for '--page': 0 is not in the range"),
        ("search --limit 0", "Invalid value for '--limit': 0 is not in the range"),
        ("search --title=", "--title: must not be blank"),
        ("search --title=\x1b[2J", "--title: must be a text on one line"),
        ("search --start-date 2026-02-30", "--start-date: must be a date such as 2026-03-01"),
        ("search --end-date yesterday", "--end-date: must be a date such as 2026-03-01"),
        ("search --min-size big", "--min-size: input should be a valid integer"),
        ("search --max-size -5", "--max-size: input should be greater than or equal to 0"),
        ("search --owner ines", "--owner: must be an e-mail address"),
        ("search --source a/b", "--source: string should match pattern"),
        (
            "search --all --limit 5",
            "--page and --per-page, --limit, and --all exclude one another.",
        ),
        ("search --all --page 2", "--page and --per-page, --limit, and --all exclude one another."),
        ("search osmosis in cells", "options: --title 'osmosis in cells'"),
        (f"users {CELLS} --min-permission see", "'--min-permission': 'see' is not one of"),
        (f"grant {CELLS} --user 4268", "Missing option '--permission'"),
        (f"grant {CELLS} --permission view", "Say with whom: --user or --group."),
        (f"grant {CELLS} --user x --permission view", "--user: 'x' is neither a number nor an"),
        (f"grant {CELLS} --group x --permission view", "Invalid value for '--group': 'x' is not"),
        (f"unarchive {CELLS} --collection x", "Invalid value for '--collection': 'x' is not"),
        (f"download {CELLS} --quality=", "--quality: must be a text that is not empty"),
        (f"download {CELLS} --to /nowhere/x", "--to: there is no folder /nowhere."),
        (f"download {CELLS} --to {256 * 'x'}", "--to: File name too long."),
    ],
)
def test_what_cannot_be_asked_is_wrong_use_that_names_the_option_and_calls_nothing(
    world: World, command: str, told: str
):
    before = world.http.get(f"{world.studio.settings.url}/_sandbox/calls").json()
    said = refuse("media", *command.split(" "), status=2)
    usage, hint, _, error, *_ = said.splitlines()
    assert usage.startswith(f"Usage: flask media {command.split(maxsplit=1)[0]} [OPTIONS]")
    assert hint.startswith("Try 'flask media ")
    assert (error.startswith("Error: "), told in error) == (True, True), error
    after = world.http.get(f"{world.studio.settings.url}/_sandbox/calls").json()
    assert [one["operation"] for one in after[len(before) :]] == []


def test_every_filter_that_is_wrong_is_named_at_once(world: World):
    said = fail(world, "media", "search", "--title=", "--end-date", "x", "--min-size=-1", status=2)
    assert said.splitlines()[-1] == (
        "Error: --title: must not be blank; "
        "--min-size: input should be greater than or equal to 0; "
        "--end-date: must be a date such as 2026-03-01"
    )


ODD = "Studio gave an answer that this service does not understand."


@pytest.mark.parametrize(
    ("operation", "command", "how", "told"),
    [
        ("search", "search", {"html": True}, f"{ODD} search: the answer is no JSON."),
        ("search", "search --all", {"garbage": True}, f"{ODD} search: the answer is no JSON."),
        (
            "search",
            "search",
            {"change": {"media.0.size": "big"}},
            f"{ODD} search: media.0.size: Input should be a valid integer.",
        ),
        ("search", "search", {"drop": ["media"]}, f"{ODD} search: media: is not there."),
        (
            "search",
            "search",
            {"redirect": "https://elsewhere.example/?token=secret"},
            f"{ODD} search: Studio answered 302.",
        ),
        ("show", f"show {CELLS}", {"body": []}, f"{ODD} show: media: is not there."),
        ("users", f"users {CELLS}", {"body": {"users": 5}}, f"{ODD} users: users: no list."),
        (
            "download",
            f"download {CELLS}",
            {"redirect": "ftp://files.example/?token=secret"},
            f"{ODD} download: the redirect leads to no http(s) URL.",
        ),
        ("download", f"download {CELLS}", {"html": True}, f"{ODD} download: Studio answered 200."),
        (
            "search",
            "search",
            {"status": 422},
            "Studio does not take what it was asked. search: Studio answered 422.",
        ),
        (
            "search",
            "search",
            {"status": 403},
            "Studio does not let this service see that. Connect the account as one of its admins. "
            "search: Studio answered 403.",
        ),
        (
            "search",
            "search",
            {"status": 503, "times": 3},
            "Studio cannot be reached at the moment. Please try again in a little while. "
            "search: Studio answered 503.",
        ),
        (
            "search",
            "search",
            {"cut": True, "times": 3},
            "Studio cannot be reached at the moment. Please try again in a little while. "
            "search: ProtocolError.",
        ),
    ],
)
def test_an_answer_that_cannot_be_used_is_told_without_what_stood_in_it(
    world: World, operation: str, command: str, how: dict[str, Any], told: str
):
    world.tell_studio("next", operation=operation, **how)
    assert refuse("media", *command.split()) == f"Error: {told}\n"


def test_an_answer_that_breaks_off_once_is_asked_for_again(world: World):
    world.tell_studio("next", operation="show", cut=True)
    assert world.flask("media", "show", CELLS).stdout.startswith(f"id: {CELLS}\n")
