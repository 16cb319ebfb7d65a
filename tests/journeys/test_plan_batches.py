"""`flask embeds batch`: a plan is shown, begun once, refused as a whole, and worked off."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.journeys.commanding import in_environment, rest
from tests.journeys.planning import HEAD, MITOSIS, NONE, SAFETY, Said, made, plan, run
from tests.world import World

IN_HAND = 5
"""As many items as Studio is called a second."""
_courses = itertools.count(30_000, 10)


@pytest.fixture(autouse=True)
def _environment(world: World) -> Iterator[None]:
    rest(world)
    with in_environment(world):
        yield


@pytest.fixture
def course() -> int:
    """The number of a course in which nothing is yet; so are the nine after it."""
    return next(_courses)


def newest() -> int:
    found = run("batches", "list", "--json").value
    return int(found[0]["id"]) if found else 0


def test_a_dry_run_says_what_would_be_made_and_makes_nothing(
    world: World, tmp_path: Path, course: int
):
    assert run("embeds", "create", str(MITOSIS), "--course", str(course)).status == 0
    there = run("embeds", "list", "--course", str(course), "--json").value[0]["id"]
    calls, last = made(world), newest()
    file = plan(
        tmp_path,
        f"{HEAD}{MITOSIS},{course},,,,\n{SAFETY},{course},Read first,1:30,,\n"
        f"{MITOSIS},{course},,,,\n",
    )
    assert run("embeds", "batch", file, "--dry-run") == Said(
        0,
        f"row 2: there already (embed {there}): media {MITOSIS} in course {course}, embed\n"
        f"row 3: make: media {SAFETY} in course {course}, embed, from 90 s, “Read first”\n"
        f"{file}: 3 rows, 2 embeds: 1 to make, 1 there already. Nothing was done.\n",
        "Rows that say the same count once: 4 is as 2.\n",
    )
    assert (made(world), newest()) == (calls, last)


def test_a_dry_run_tells_programs_the_same_and_all_faults(tmp_path: Path, course: int):
    file = plan(tmp_path, f"{HEAD}{SAFETY},{course},,,Week 1,n\nx,{course},,,,\n")
    done = run("embeds", "batch", file, "--dry-run", "--json")
    remedy = "Write a whole number, such as 260854."
    fault = {"file": str(file), "row": 3, "column": "media_id", "problem": "“x” is no number."}
    assert (done.status, done.value) == (
        1,
        {
            "file": str(file),
            "items": [
                {
                    "media_id": SAFETY,
                    "course_id": course,
                    "embed_type": "embed",
                    "downloadable": False,
                    "title": None,
                    "start_at": None,
                    "row": 2,
                    "embed_id": None,
                    "as_row": None,
                    "columns": {"module": "Week 1", "note": "n"},
                }
            ],
            "rows": 2,
            "to_make": 1,
            "there_already": 0,
            "as_above": 0,
            "folded": [],
            "folded_count": 0,
            "notes": [],
            "faults": [{**fault, "remedy": remedy}],
            "fault_count": 1,
            "cut_off": None,
            "trouble": None,
        },
    )
    assert done.err == f"{file}, row 3, column media_id: “x” is no number. {remedy}\n"
    empty = run("embeds", "batch", plan(tmp_path, HEAD), "--dry-run", "--json")
    assert (empty.status, empty.value["items"]) == (1, [])


def test_a_dry_run_counts_an_embed_once_that_several_rows_show(tmp_path: Path, course: int):
    file = plan(tmp_path, f"{HEAD}{SAFETY},{course},,,,\n{SAFETY},{course},,90,,\n")
    assert run("embeds", "batch", file, "--dry-run").out == (
        f"row 2: make: media {SAFETY} in course {course}, embed\n"
        f"row 3: as row 2: media {SAFETY} in course {course}, embed, from 90 s\n"
        f"{file}: 2 rows, 2 embeds: 1 to make, 0 there already, 1 as in rows above. "
        "Nothing was done.\n"
    )
    told = run("embeds", "batch", file, "--dry-run", "--json").value
    assert (told["to_make"], told["as_above"]) == (1, 1)
    assert [item["as_row"] for item in told["items"]] == [None, 2]


def test_a_dry_run_for_programs_is_whole_where_studio_fails_in_the_middle(
    world: World, tmp_path: Path, course: int
):
    text = f"media_id,tag,course_id\n{SAFETY},,{course}\nx,,{course}\n,biology,{course}\n"
    world.tell_studio("next", operation="search", status=403)
    done = run("embeds", "batch", plan(tmp_path, text), "--dry-run", "--json")
    assert done.status == 1
    assert ([item["row"] for item in done.value["items"]], done.value["fault_count"]) == ([2], 1)
    assert done.value["trouble"]["error"] == "studio-forbidden"
    assert done.value["trouble"]["what_happened"] in done.err
    assert "row 3, column media_id: “x” is no number." in done.err


def test_a_plan_is_worked_off_and_the_same_plan_again_is_the_same_batch(
    world: World, tmp_path: Path, course: int
):
    file = plan(tmp_path, HEAD + "".join(f"{MITOSIS},{course + n},,,,\n" for n in range(4)))
    calls = made(world)
    first = run("embeds", "batch", file)
    number = newest()
    done = f"Batch {number} is done: 4 made.\n"
    assert first == Said(0, f"Batch {number}: 4 embeds.\n{done}", "")
    again = f"This plan was begun before, as batch {number} (done). --again begins it once more.\n"
    assert run("embeds", "batch", file) == Said(0, again + done, "")
    assert (newest(), made(world)) == (number, calls + 4)
    once_more = run("embeds", "batch", file, "--again", "--json")
    assert (once_more.status, once_more.value["id"] > number) == (0, True)
    told = {name: once_more.value[name] for name in ("succeeded", "made", "failed", "pending")}
    assert told == {"succeeded": 4, "made": 0, "failed": 0, "pending": 0}
    assert made(world) == calls + 4


def test_a_plan_with_a_fault_is_refused_as_a_whole_or_runs_without_it(
    world: World, tmp_path: Path, course: int
):
    file = plan(tmp_path, f"{HEAD}{MITOSIS},{course},,,,\nx,{course},,,,\n,{course},,,,\n")
    calls, last = made(world), newest()
    refused = run("embeds", "batch", file)
    faults = (
        f"{file}, row 3, column media_id: “x” is no number. "
        "Write a whole number, such as 260854.\n"
        f"{file}, row 4, column media_id: The row names no media. Fill this cell.\n"
    )
    assert refused == Said(
        1,
        "",
        f"{faults}Error: The plan has 2 faults, so nothing was begun. Mend it and give the same "
        "command again, or leave what is wrong out: --skip-faulty.\n",
    )
    assert (made(world), newest()) == (calls, last)
    others = run("embeds", "batch", file, "--skip-faulty")
    number = newest()
    done = f"Batch {number} is done, without the rows of 2 faults: 1 made.\n"
    said = f"Batch {number}: 1 embed.\n{done}"
    assert others == Said(1, said, faults)
    assert (run("embeds", "batch", file).out, newest()) == ("", number)  # refused as before
    again = run("embeds", "batch", file, "--skip-faulty", "--no-wait")
    assert again == Said(
        1,
        f"This plan was begun before, as batch {number} (done), without the rows of 2 faults. "
        f"--again begins it once more.\n`flask batches show {number}` shows what came of it.\n",
        "",
    )
    assert run("batches", "watch", str(number)) == Said(1, done, "")
    assert "done, without the rows of 2 faults" in run("batches", "list").out
    assert run("batches", "retry", str(number)).status == 1
    assert run("batches", "retry", str(number), "--no-wait").status == 1
    assert run("embeds", "export", str(number)).status == 1


def test_where_a_plan_cannot_be_read_to_its_end_the_rest_is_not_left_out(
    world: World, tmp_path: Path, course: int
):
    file = tmp_path / "term.csv"
    rows = f"{MITOSIS},{course},,,,\n{MITOSIS},{course + 1},Caf\xe9,,,\n{SAFETY},{course},,,,\n"
    file.write_bytes((HEAD + rows).encode("latin-1"))
    calls, last = made(world), newest()
    refused = run("embeds", "batch", file, "--skip-faulty")
    problem = "Something here is not UTF-8."
    told = (
        f"{file}, row 3: {problem} In Excel: save it as “CSV UTF-8”. Nothing beyond it was read.\n"
    )
    assert refused == Said(
        1,
        "",
        f"{told}Error: The plan cannot be read to its end, so nothing was begun. --skip-faulty "
        "leaves out single rows. Mend what is told last, and give the same command again.\n",
    )
    plain = run("embeds", "batch", file)
    assert plain.err == refused.err.replace("--skip-faulty leaves out single rows. ", "")
    assert (made(world), newest()) == (calls, last)
    dry = run("embeds", "batch", file, "--dry-run")
    assert (dry.status, dry.err) == (1, told)
    cut_off = run("embeds", "batch", file, "--dry-run", "--json").value["cut_off"]
    assert (cut_off["row"], cut_off["problem"]) == (3, problem)


@pytest.mark.parametrize("how", ["--no-wait", "--dry-run"])
def test_a_plan_by_title_goes_on_where_studio_had_trouble_meanwhile(
    world: World, tmp_path: Path, course: int, how: str
):
    text = f"tag,course_id\nbiology,{course}\n"
    world.tell_studio("next", operation="search", status=503, times=3, retry_after=0)
    done = run("embeds", "batch", plan(tmp_path, text), how)
    assert done.status == 0
    assert "Held up, with 0 rows read: Studio cannot be reached at the moment. " in done.err
    assert "it goes on by itself." in done.err


def test_what_fails_is_told_with_its_row_and_tried_again_when_asked(
    world: World, tmp_path: Path, course: int
):
    file = plan(tmp_path, f"{HEAD}{MITOSIS},{course},,,,\n{NONE},{course},,,,\n")
    done = run("embeds", "batch", file)
    number = newest()
    end = (
        f"Batch {number} is done: 1 made, 1 failed.\n"
        f"  row 3: media 5 in course {course}: Studio has no such video: it may have been "
        "deleted. Correct the media in the plan (`flask media search` finds those that are "
        "there), and run the plan again.\n"
        f"`flask embeds export {number} --status failed` gives them all.\n"
    )
    assert done == Said(1, f"Batch {number}: 2 embeds.\n{end}", "")
    assert run("batches", "show", str(number)) == Said(0, end, "")
    again = (
        f"This plan was begun before, as batch {number} (done). --again begins it once more; "
        f"`flask batches retry {number}` tries what failed.\n"
    )
    assert run("embeds", "batch", file) == Said(1, again + end, "")
    shows = f"`flask batches show {number}` shows what came of it.\n"
    assert run("embeds", "batch", file, "--no-wait") == Said(1, again + shows, "")
    retried = run("batches", "retry", str(number))
    assert retried == Said(1, f"1 of batch {number} is tried again.\n{end}", "")
    assert len([call for call in world.calls("show") if call["path"].endswith("/media/5")]) == 2


def test_a_plan_that_is_begun_anew_is_from_then_on_the_newer_batch(tmp_path: Path, course: int):
    file = plan(tmp_path, f"{HEAD}{MITOSIS},{course},,,,\n")
    first = run("embeds", "batch", file, "--json").value["id"]
    anew = run("embeds", "batch", file, "--again", "--json").value["id"]
    assert anew != first
    assert run("embeds", "batch", file, "--json").value["id"] == anew


def test_a_key_is_good_for_one_plan(tmp_path: Path, course: int):
    file = plan(tmp_path, f"{HEAD}{MITOSIS},{course},,,,\n")
    other = plan(tmp_path, f"{HEAD}{SAFETY},{course},,,,\n", "other.csv")
    key = ("--key", f"night-{course}", "--json")
    first = run("embeds", "batch", file, *key).value["id"]
    again = run("embeds", "batch", file, *key)
    assert (again.value["id"], again.err) == (
        first,
        f"This plan was begun before, as batch {first} (done). "
        "Another --key begins it once more.\n",
    )
    refused = run("embeds", "batch", other, *key)
    assert (refused.status, refused.err) == (
        1,
        "Error: This key was used for another batch. "
        "Send what was sent with it before, or take a new key.\n",
    )


def test_a_plan_may_come_from_a_pipe_with_sis_ids_from_a_file(tmp_path: Path, course: int):
    courses = plan(tmp_path, f"canvas_course_id,course_id\n{course},BIO-1\n", "courses.csv")
    given = f"sis_course_id,media_id\nBIO-1,{SAFETY}\n"
    done = run("embeds", "batch", "-", "--courses", courses, "--json", given=given)
    assert (done.status, done.value["name"]) == (0, "standard input")
    (embed,) = run("embeds", "list", "--course", str(course), "--json").value
    assert embed["media_id"] == SAFETY


def test_a_batch_that_was_cancelled_leaves_the_rest_undone(
    world: World, tmp_path: Path, course: int
):
    world.tell_studio("next", operation="create_embed", hold=True, times=IN_HAND)
    file = plan(tmp_path, HEAD + "".join(f"{MITOSIS},{course + n},,,,\n" for n in range(40)))
    begun = run("embeds", "batch", file, "--no-wait")
    number = newest()
    assert begun.out == (
        f"Batch {number}: 40 embeds.\nA worker works at it if there is one (`flask worker` starts "
        f"one). `flask batches watch {number}` shows how it goes.\n"
    )
    world.await_held(IN_HAND)
    cancelled = run("batches", "cancel", str(number), "--json").value
    world.tell_studio("release")
    assert (cancelled["status"], cancelled["cancelled"] > 20) == ("cancelled", True)
    left = run("batches", "watch", str(number))
    assert (left.status, f"Batch {number} is cancelled: " in left.out) == (1, True)


def test_a_batch_is_forgotten_once_it_is_over_and_somebody_says_so(
    world: World, tmp_path: Path, course: int
):
    world.tell_studio("next", operation="create_embed", hold=True, times=1)
    file = plan(tmp_path, f"{HEAD}{MITOSIS},{course},,,,\n")
    run("embeds", "batch", file, "--no-wait")
    number = str(newest())
    world.await_held(1)
    early = run("batches", "forget", number, "--yes")
    world.tell_studio("release")
    told = f"Error: Batch {number} is not over. `flask batches cancel {number}` ends it.\n"
    assert early == Said(1, "", told)
    assert run("batches", "watch", number).status == 0
    asked = run("batches", "forget", number)
    question = f"Forget batch {number} and its results? Its embeds stay."
    assert asked.status == 2
    assert asked.err.endswith(f"Error: {question} There is no terminal to ask on: say --yes.\n")
    assert run("batches", "forget", number, "--yes") == Said(0, f"Forgot batch {number}.\n", "")
    assert run("batches", "show", number).status == 1
    (embed,) = run("embeds", "list", "--course", str(course), "--json").value
    assert embed["media_id"] == MITOSIS


def test_a_database_that_fails_is_told_in_one_line_without_its_password(
    world: World, tmp_path: Path, course: int, monkeypatch: pytest.MonkeyPatch
):
    file = plan(tmp_path, f"{HEAD}{MITOSIS},{course},,,,\n")
    number = str(run("embeds", "batch", file, "--json").value["id"])
    url = world.environment["DATABASE_URL"].replace("postgres@", "postgres:hidden@")
    monkeypatch.setenv("DATABASE_URL", url)
    with world.database.writing() as connection:
        connection.execute(sa.text("ALTER TABLE batch_item RENAME TO item_away"))
    try:
        for order in (
            ("batches", "show", number),
            ("batches", "retry", number),
            ("embeds", "batch", file, "--again"),
        ):
            said = run(*order)
            assert (said.status, said.out, said.err.count("\n")) == (1, "", 1), said
            assert said.err.startswith("Error: The database of DATABASE_URL failed: ")
            assert "batch_item" in said.err
            assert "hidden" not in said.err
    finally:
        with world.database.writing() as connection:
            connection.execute(sa.text("ALTER TABLE item_away RENAME TO batch_item"))


def test_what_is_no_batch_and_no_use_is_told(tmp_path: Path):
    file = plan(tmp_path, f"{HEAD}{MITOSIS},101,,,,\n")
    look = "`flask batches list` shows those that are there."
    missing = Said(1, "", f"Error: There is no batch 999999. {look}\n")
    assert run("batches", "show", "999999") == missing
    assert run("embeds", "batch", plan(tmp_path, HEAD)).err == (
        "Error: There is nothing in it to make. Give at least one.\n"
    )
    for wrong in (
        ("embeds", "batch"),
        ("embeds", "batch", tmp_path / "none.csv"),
        ("embeds", "batch", tmp_path),
        ("embeds", "batch", file, "--key", "k", "--again"),
        ("embeds", "export"),
        ("embeds", "export", "1", "--course", "1"),
        ("embeds", "export", "--course", "1", "--status", "failed"),
        ("batches", "watch", "x"),
    ):
        said = run(*wrong)
        assert (said.status, said.out, said.err[:6]) == (2, "", "Usage:"), said
