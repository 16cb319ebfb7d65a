"""`flask embeds export`: each item with its embed or its error, safe for spreadsheets."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core import accounts, batch_making
from app.core.batch_making import NewItem
from tests import world as worlds
from tests.journeys.commanding import in_environment
from tests.journeys.planning import HEAD, MITOSIS, NONE, SAFETY, Said, plan, read_csv, run
from tests.world import ROOT, World

COURSE = 31_000
DONE = ("succeeded", "")
WORDS = "Correct the media in the plan (`flask media search` finds those that are there), and run "


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("exports")
    with worlds.world(folder, workers=1) as made, in_environment(made):
        yield made


@pytest.fixture(scope="module")
def number(world: World, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A batch of which one item failed."""
    text = (
        f"{HEAD}{MITOSIS},{COURSE},,,Week 1,=1+1\n"
        f'{SAFETY},{COURSE},"-Lab, “first”",1:30,Week 2,\n{NONE},{COURSE},,,Week 2,@x\n'
    )
    file = plan(tmp_path_factory.mktemp("plan"), text)
    return str(run("embeds", "batch", file, "--json").value["id"])


def test_a_table_has_each_row_with_its_embed_or_its_error(world: World, number: str):
    done = run("embeds", "export", number)
    rows = read_csv(done.out)
    assert (done.status, len(rows)) == (1, 3)
    assert list(rows[0]) == [
        *("row", "course_id", "media_id", "embed_type", "downloadable", "title", "start_at"),
        *("module", "note"),
        *("status", "made", "embed_id", "launch_url", "html", "content_item"),
        *("error", "what_happened", "what_to_do"),
    ]
    first, second, third = rows
    assert (first["row"], first["title"], first["note"], first["made"]) == (
        "2",
        "Cell Division: Mitosis in Six Minutes",
        "'=1+1",
        "true",
    )
    assert (second["title"], second["start_at"]) == ("'-Lab, “first”", "90")
    assert "custom_arc_start_at=90" in second["launch_url"]
    assert 'title="-Lab, “first”"' in second["html"]
    assert "custom_arc_start_at%3D90" in second["html"]
    link = json.loads(second["content_item"])
    assert (link["title"], link["custom"]["start_at"]) == ("-Lab, “first”", "90")
    assert {name: third[name] for name in list(third)[-9:]} == {
        "status": "failed",
        "made": "",
        "embed_id": "",
        "launch_url": "",
        "html": "",
        "content_item": "",
        "error": "media-not-found",
        "what_happened": "Studio has no such video: it may have been deleted.",
        "what_to_do": f"{WORDS}the plan again.",
    }
    assert third["note"] == "'@x"


def test_lines_of_json_say_the_same_without_an_apostrophe(number: str):
    done = run("embeds", "export", number, "--format", "jsonl")
    first, second, third = (json.loads(line) for line in done.out.splitlines())
    embed: dict[str, Any] = run("embeds", "show", str(first["embed_id"]), "--json").value
    assert {name: embed[name] for name in ("launch_url", "html", "content_item")} == {
        name: first[name] for name in ("launch_url", "html", "content_item")
    }
    assert (first["columns"], third["columns"]) == (
        {"module": "Week 1", "note": "=1+1"},
        {"module": "Week 2", "note": "@x"},
    )
    assert (second["title"], second["start_at"], third["embed_id"]) == ("-Lab, “first”", 90, None)


def test_what_failed_is_a_plan_again_once_it_is_mended(tmp_path: Path, number: str):
    file = tmp_path / "failed.csv"
    done = run("embeds", "export", number, "--status", "failed", "--output", file)
    ended = f"Batch {number} is done: 2 made, 1 failed.\n"
    assert done == Said(1, f"Saved {file}, with 1 embed.\n", ended)
    mended = file.read_text(encoding="utf-8").replace('"5"', f'"{SAFETY}"')
    file.write_text(mended, encoding="utf-8")
    again = run("embeds", "batch", file, "--json")
    assert (again.status, again.value["total"], again.value["succeeded"]) == (0, 1, 1)
    (row,) = read_csv(run("embeds", "export", str(again.value["id"])).out)
    assert (row["row"], row["module"], row["status"], row["error"]) == (
        "2",
        "Week 2",
        "succeeded",
        "",
    )


def test_a_file_that_is_there_is_replaced_only_when_that_is_said(tmp_path: Path, number: str):
    file = plan(tmp_path, "mine", "results.csv")
    order = ("embeds", "export", number, "--output", file)
    refused = run(*order)
    assert (refused.status, file.read_text()) == (2, "mine")
    assert "is there already. Replace it? There is no terminal to ask on: say --force." in (
        refused.err
    )
    before = tmp_path / "before.csv"
    before.hardlink_to(file)
    forced = run(*order, "--force")
    assert (forced.status, forced.out) == (1, f"Saved {file}, with 3 embeds.\n")
    assert len(read_csv(file.read_text(encoding="utf-8"))) == 3
    long = tmp_path / ("x" * 300)
    other = run("embeds", "export", number, "--output", long)
    assert other == Said(1, "", f"Error: {long} cannot be written: File name too long.\n")
    nowhere = tmp_path / "none" / "x.csv"
    other = run("embeds", "export", "--course", str(COURSE), "--output", nowhere)
    assert other == Said(1, "", f"Error: {nowhere} cannot be written: No such file or directory.\n")
    assert before.read_text() == "mine"  # it was replaced when the new one was whole
    assert {path.name for path in tmp_path.iterdir()} == {"results.csv", "before.csv"}


@pytest.fixture(scope="module")
def of_a_program(world: World) -> str:
    """A batch that a program began, with columns of its own that are named like ours."""
    more = {"row": "5", "status": "draft", "embed_id": "", "module": "Week 1", "note": "kept"}
    (account,) = accounts.list_accounts(world.database)
    items = [NewItem(SAFETY, COURSE + 2, more=more), NewItem(NONE, COURSE + 2, more=more)]
    begun, _ = batch_making.create_batch(world.database, account.id, items)
    run("batches", "watch", str(begun.id))
    return str(begun.id)


def test_a_row_of_a_programs_own_is_no_row_of_a_plan(of_a_program: str):
    done = run("embeds", "export", of_a_program, "--format", "jsonl")
    results = [json.loads(line) for line in done.out.splitlines()]
    assert [(result["row"], result["columns"]["row"]) for result in results] == [(None, "5")] * 2
    assert (
        f"  item 2: media {NONE} in course {COURSE + 2}: "
        in run("batches", "show", of_a_program).out
    )


def test_free_columns_that_are_named_like_results_are_left_out_and_told(of_a_program: str):
    told = (
        "Left out, because results have columns of these names: row, status, embed_id. "
        "--format jsonl has them.\n"
    )
    done = run("embeds", "export", of_a_program)
    assert done.err.startswith(told)
    (made, failed) = read_csv(done.out)
    assert [(row["row"], row["status"], row["module"]) for row in (made, failed)] == [
        ("", "succeeded", "Week 1"),
        ("", "failed", "Week 1"),
    ]
    assert run("embeds", "export", "--course", str(COURSE + 2)).err == told
    course = run("embeds", "export", "--course", str(COURSE + 2), "--format", "jsonl")
    assert course.err == ""
    assert json.loads(course.out)["columns"]["row"] == "5"


def test_results_may_go_behind_what_a_file_has(world: World, tmp_path: Path, number: str):
    file = tmp_path / "all.jsonl"
    file.write_text("before\n")
    order = ("export", number, "--format", "jsonl", "--output", "/dev/stdout")
    with file.open("a") as out:
        done = subprocess.run(
            [sys.executable, "-m", "flask", "embeds", *order],
            cwd=ROOT,
            env=world.environment,
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    first, *results = file.read_text().splitlines()
    assert (done.returncode, first) == (1, "before")
    assert "Saved /dev/stdout, with 3 embeds.\n" in done.stderr
    assert [json.loads(line)["row"] for line in results] == [2, 3, 4]


@pytest.mark.usefixtures("world")
def test_a_course_is_exported_with_what_its_plans_say(tmp_path: Path):
    course = COURSE + 1
    text = f"media_id,course_id,title,start_at,module,note\n{MITOSIS},{course},,90,Week 1,kept\n"
    run("embeds", "batch", plan(tmp_path, text))
    run("embeds", "create", str(SAFETY), "--course", str(course))
    done = run("embeds", "export", "--course", str(course))
    names = ("media_id", "title", "start_at", "module", "note", "status", "row")
    assert done.status == 0
    assert [tuple(row[name] for name in names) for row in read_csv(done.out)] == [
        (str(MITOSIS), "Cell Division: Mitosis in Six Minutes", "90", "Week 1", "kept", *DONE),
        (str(SAFETY), "Lab Safety Briefing", "", "", "", *DONE),
    ]
    assert read_csv(run("embeds", "export", "--course", "999999").out) == []
