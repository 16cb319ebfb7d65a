"""`flask media`: every operation seen working from the command, as text and as JSON."""

import json
import unicodedata
from collections.abc import Iterator

import pytest
import requests

from tests import world as worlds
from tests.journeys.commanding import ask_studio, in_environment, on_terminal, refuse, say, say_json
from tests.world import World

CELLS, LECTURE, LAB = 260854, 260861, 261007
INES = "Ines Instructor"
FILTERS = [
    ("--title", "LECTURE", "title=LECTURE"),
    ("--min-size", "400000000", "min_size=400000000"),
    ("--max-size", "4000000", "max_size=4000000"),
    ("--start-date", "2026-01-01", "start_date=2026-01-01"),
    ("--end-date", "2024-10-01", "end_date=2024-10-01"),
    ("--last-viewed-start-date", "2025-09-01", "last_viewed_start_date=2025-09-01"),
    ("--last-viewed-end-date", "2025-01-20", "last_viewed_end_date=2025-01-20"),
    (
        "--last-viewed-by-student-start-date",
        "2025-08-29",
        "last_viewed_by_student_start_date=2025-08-29",
    ),
    (
        "--last-viewed-by-student-end-date",
        "2025-01-20",
        "last_viewed_by_student_end_date=2025-01-20",
    ),
    ("--owner", "omar.other@sandbox.test", "owner=omar.other@sandbox.test"),
    ("--tag", "biology", "tag=biology"),
    ("--source", "vimeo", "source=vimeo"),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    settings = {"STUDIO_CALLS_PER_SECOND": "1000"}
    folder = tmp_path_factory.mktemp("media")
    with worlds.world(folder, workers=1, **settings) as built, in_environment(built):
        yield built


def searches(world: World, since: int) -> list[str]:
    return [call["query"] for call in world.calls("search")[since:]]


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def test_a_page_of_media_says_how_many_there_are_and_how_to_see_more(world: World):
    before = len(world.calls("search"))
    head, first, *_, last = say("media", "search", "--per-page", "3").splitlines()
    assert head.split() == ["id", "title", "duration", "size", "created", "owner"]
    assert first.split("  ") == [
        str(CELLS),
        "Cell Division: Mitosis in Six Minutes",
        *first.split("  ")[2:],
    ]
    assert first.split()[-6:] == ["0:06", "48.2", "MB", "2024-09-02", *INES.split()]
    total = ask_studio(world, "media/search")["meta"]["total_count"]
    assert last == f"3 of {total}; --page 2 shows the next, --all shows them all."
    assert len(world.calls("search")) - before == 2  # ours, and this test's own


def test_the_last_page_has_no_next_and_one_beyond_says_so(world: World):
    assert say("media", "search", "--owner", "omar.other@sandbox.test", "--title", "Lab").endswith(
        "\n1 of 1.\n"
    )
    assert (
        say("media", "search", "--page", "9999") == "Page 9999 is empty; --page 1 is the first.\n"
    )
    nothing = say("media", "search", "--title", "no such title")
    assert nothing == "No media fits. Fewer filters may find some.\n"
    assert say_json("media", "search", "--title", "no such title") == []


@pytest.mark.parametrize(("option", "value", "query"), FILTERS)
def test_every_filter_is_an_option_and_finds_what_studio_finds(
    world: World, option: str, value: str, query: str
):
    found = say_json("media", "search", option, value, "--all")
    expected = ask_studio(world, f"media/search?{query}&per_page=50")
    assert len(found) == expected["meta"]["total_count"] > 0
    assert found[:50] == expected["media"]


def test_filters_count_together(world: World):
    options = ["--title", "week", "--owner", "ines.instructor@sandbox.test"]
    both = say_json("media", "search", *options)
    owners = {one["owner"]["email"] for one in both}
    assert (owners, LECTURE in {one["id"] for one in both}) == ({options[3]}, True)
    assert 0 < len(both) < len(say_json("media", "search", *options[:2]))


def test_no_more_is_loaded_than_is_shown(world: World):
    before = len(world.calls("search"))
    assert len(say_json("media", "search", "--limit", "7")) == 7
    said = say("media", "search", "--limit", "60").splitlines()
    assert (len(said), said[-1]) == (62, "The first 60; --all shows all.")
    sizes = [query.rpartition("per_page=")[2] for query in searches(world, before)]
    assert sizes == ["7", "30", "30"]


def test_all_are_all_of_every_page(world: World):
    total = ask_studio(world, "media/search")["meta"]["total_count"]
    assert say("media", "search", "--all").splitlines()[-1] == f"{total} media."
    assert len({one["id"] for one in say_json("media", "search", "--all")}) == total > 100


def test_tables_fit_a_terminal_and_are_whole_elsewhere(world: World):
    for columns in (60, 100):
        status, lines = on_terminal(world, "media", "search", "--per-page", "20", columns=columns)
        assert status == 0
        *table, last = lines
        assert last.startswith("20 of ")
        assert len(table) == 21
        assert {len(line.split()[0]) for line in table[1:]} == {6}
        assert max(width(line) for line in table) <= columns
        assert any("…" in line for line in table)
    whole = say("media", "search", "--title", "(sound only)")
    assert "Podcast: The Voyage of the Beagle (sound only)" in whole
    assert "…" not in whole


def test_a_media_is_shown(world: World):
    assert say("media", "show", str(CELLS)).splitlines() == [
        f"id: {CELLS}",
        "title: Cell Division: Mitosis in Six Minutes",
        "description: The phases of mitosis, with micrographs.",
        "owner: Ines Instructor <ines.instructor@sandbox.test>",
        "duration: 0:06",
        "size: 48.2 MB",
        "source: upload",
        "transcoding: transcoding_finished",
        "created: 2024-09-02 08:15 UTC",
        "last viewed: 2025-01-20",
        "last viewed by a student: 2025-01-20",
        "collection: 50011 Biology 101 – Lectures",
    ]
    assert say_json("media", "show", str(CELLS)) == ask_studio(world, f"media/{CELLS}")["media"]


def test_what_studio_says_does_not_steer_the_terminal(world: World):
    world.tell_studio("next", operation="show", change={"media.description": "a\x1b[2Jb\nid: 5"})
    assert "description: a [2Jb id: 5\n" in say("media", "show", str(CELLS))
    world.tell_studio("next", operation="sources", change={"sources.0.definition": "x\x1b]0;y"})
    assert "\x1b" not in say("media", "sources", str(CELLS))


def test_what_belongs_to_a_media_is_listed(world: World):
    number = str(LAB)
    assert say("media", "courses", number) == (
        f"Media {LAB} is in no course; `flask embeds create` puts it into one.\n"
    )
    say("embeds", "create", number, "--course", "4711")
    head, row = say("media", "courses", number).splitlines()
    assert (head.split(), row.split(maxsplit=1)) == (["course", "name"], ["4711", "Course 4711"])
    head, *rows = say("media", "perspectives", number).splitlines()
    assert head.split() == ["perspective", "title", "collection", "type", "name", "course"]
    assert rows[-1].split()[-1] == "4711"
    head, *rows = say("media", "sources", number).splitlines()
    assert head.split() == ["quality", "type", "size"]
    assert [row.split()[:2] for row in rows] == [["low", "video/webm"], ["medium", "video/webm"]]
    assert world.studio.settings.url not in "".join(rows)
    head, *rows = say("media", "permissions", number).splitlines()
    assert head.split() == ["id", "type", "name", "e-mail", "permission"]
    assert rows[0].split() == [
        "4071",
        "user",
        *INES.split(),
        "ines.instructor@sandbox.test",
        "edit",
    ]
    head, *rows = say("media", "users", number, "--min-permission", "edit").splitlines()
    assert head.split() == ["id", "name", "e-mail", "permission"]
    assert [row.split()[0] for row in rows] == ["4112", "4071"]


@pytest.mark.parametrize("what", ["courses", "perspectives", "permissions", "users"])
def test_what_belongs_to_a_media_is_given_as_studio_gives_it(world: World, what: str):
    assert say_json("media", what, str(LAB)) == ask_studio(world, f"media/{LAB}/{what}")[what]


def test_the_addresses_of_files_are_in_the_json(world: World):
    found = say_json("media", "sources", str(CELLS))
    assert [one["definition"] for one in found] == ["low", "medium", "high"]
    assert all(requests.get(one["url"], timeout=10).ok for one in found)


def test_people_are_shown_up_to_fifty_or_all(world: World):
    people = [{"id": number, "full_name": f"P {number}"} for number in range(1, 81)]
    pages = [people[:50], people[50:]]
    meta = {"last_page": 2, "total_count": 80}
    for page in (pages[0], *pages):
        world.tell_studio("next", operation="users", body={"users": page, "meta": meta})
    said = say("media", "users", str(CELLS)).splitlines()
    assert (len(said), said[-1]) == (52, "The first 50; --all shows all.")
    assert say_json("media", "users", str(CELLS), "--all") == people


def test_collections_are_listed(world: World):
    head, *rows = say("media", "collections", "--all").splitlines()
    assert head.split() == ["id", "name", "type", "owner", "course"]
    (lectures,) = [row for row in rows if row.startswith("50011 ")]
    assert lectures.split() == f"50011 Biology 101 – Lectures custom {INES} -".split()
    assert say_json("media", "collections") == ask_studio(world, "collections")["collections"]


def test_the_account_is_named_by_number_or_host(world: World):
    host = world.studio.settings.url.removeprefix("http://")
    for named in ("1", host, world.studio.settings.url):
        assert say_json("media", "show", str(CELLS), "--studio", named)["id"] == CELLS
    assert refuse("media", "show", str(CELLS), "--studio", "9") == (
        "Error: There is no Studio account 9. `flask studio list` shows those that are there.\n"
    )


def test_json_of_many_is_one_value_that_comes_piece_by_piece(world: World):
    lines = say("media", "search", "--all", "--json").splitlines()
    assert (lines[0], lines[-1]) == ("[", "]")
    assert json.loads(lines[1].removesuffix(","))["id"] == CELLS
