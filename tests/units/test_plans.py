"""Plans as spreadsheets write them: what is read, and every fault by its place. No Studio here."""

import io
import json
import subprocess
import sys
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, BinaryIO, cast

import pytest

from app.cli.batches.dry_run import show_plan_as_json
from app.cli.batches.formats import write_csv
from app.core.batch_making import MOST_ITEMS, NewItem
from app.core.plans.faults import MOST_TOLD, UnreadableError
from app.core.plans.plan import Plan
from app.core.plans.sources import MOST_BYTES, Source, copied
from app.db import Database
from app.errors import BatchError
from app.outside import Outside
from app.studio.client import ANYTHING, StudioClient
from app.studio.search import MediaSearch
from app.studio.shapes import Media
from tests.world import ROOT

NO_STUDIO = cast("StudioClient", None)
"""Rows with a number ask Studio nothing, so there is none."""
HEAD = "media_id,course_id"


def source(text: str | bytes, name: str = "term.csv") -> Source:
    data = text if isinstance(text, bytes) else text.encode()
    return Source(name, cast("BinaryIO", io.BytesIO(data)), "")


def read(text: str | bytes, courses: str | bytes | None = None) -> tuple[list[NewItem], Plan]:
    mapping = None if courses is None else source(courses, "courses.csv")
    plan = Plan(source(text), mapping, NO_STUDIO)
    return list(plan.read()), plan


def faults(text: str | bytes, courses: str | bytes | None = None) -> list[str]:
    return [str(fault) for fault in read(text, courses)[1].faults.told]


def asked(items: Iterable[NewItem]) -> list[tuple[int, int]]:
    return [(item.media_id, item.course_id) for item in items]


def test_every_column_is_read_and_further_ones_are_kept_in_order():
    text = (
        "row,Zone,course_id,media_id,embed_type,downloadable,title,start_at,module,owner\n"
        "9,north,101,7,bare_embed,yes, A “title” ,1:30,Week 1,ines@school.example\n"
        ",,102,8,,,,,,\n"
    )
    items, plan = read(text)
    assert items == [
        NewItem(
            7,
            101,
            "bare_embed",
            True,
            "A “title”",
            90,
            {"row": 2, "Zone": "north", "module": "Week 1", "owner": "ines@school.example"},
        ),
        NewItem(8, 102, more={"row": 3, "Zone": "", "module": "", "owner": ""}),
    ]
    assert list(items[0].more) == ["row", "Zone", "module", "owner"]
    assert (plan.rows, plan.faults.count) == (2, 0)
    assert plan.notes == ["Left out, because results have columns of these names: row."]


@pytest.mark.parametrize(
    "text",
    [
        "media_id,course_id\n7,101\n8,102\n",
        "\ufeffmedia_id,course_id\n7,101\n8,102\n",
        "media_id;course_id\r\n7;101\r\n8;102\r\n",
        "sep=;\r\nmedia_id;course_id\r\n7;101\r\n8;102",
        "media_id\tcourse_id\n7\t101\n8\t102\n",
        "media_id,course_id\r7,101\r8,102\r",
        '"Media ID","Course-ID"\n" 7 ","101"\n"8","102"\n',
        " COURSE  ID ,Media_Id\n101,7\n\n , \n102,8\n",
        'media_id,course_id,note\n7,101,"a\r\nb, ""c"""\n8,102,\n',
    ],
)
def test_a_plan_is_read_as_any_spreadsheet_writes_it(text: str):
    items, plan = read(text)
    assert (asked(items), plan.faults.told) == ([(7, 101), (8, 102)], [])


def test_a_row_is_named_as_the_spreadsheet_shows_it():
    text = 'media_id,course_id,note\n7,101,"two\nlines"\n\nx,102,\n'
    assert faults(text) == [
        "term.csv, row 4, column media_id: “x” is no number. Write a whole number, such as 260854."
    ]


def test_all_that_is_wrong_is_told_at_once_by_row_and_the_columns_own_head():
    text = (
        "Media ID;course_id;embed_type;downloadable;title;start_at\n"
        f"2,6E+05;0;frame;perhaps;{'t' * 256};soon\n"
        ";101;;;;\n"
        "7;;;;;\n"
        "8;101;;;;;beyond\n"
    )
    assert faults(text) == [
        "term.csv, row 2, column Media ID: “2,6E+05” is no number. "
        "The spreadsheet shortened it: format the column as whole numbers.",
        "term.csv, row 2, column course_id: “0” is no number. Write a whole number, such as 101.",
        "term.csv, row 2, column embed_type: “frame” is no type. Write embed or bare_embed.",
        "term.csv, row 2, column downloadable: “perhaps” is neither yes nor no. "
        "Write true or false.",
        "term.csv, row 2, column title: This title has 256 characters. It may have 255.",
        "term.csv, row 2, column start_at: “soon” is no time within a media. "
        "Write seconds (90), or 1:30.",
        "term.csv, row 3, column Media ID: The row names no media. Fill this cell.",
        "term.csv, row 4, column course_id: The row names no course. Fill this cell.",
        "term.csv, row 5: This row has more cells than there are columns. "
        "Put cells with commas in quotes.",
    ]


def test_ways_to_name_a_media_that_cannot_be_are_told():
    text = (
        "media_title,owner,tag,course_id,title\n"
        "Mitosis,,,101,\n"
        "Mitosis,ines@school.example,biology,101,\n"
        ",,biology,101,The same for all\n"
    )
    assert faults(text) == [
        "term.csv, row 2, column owner: A title alone may be that of several people's media. "
        "Write the owner's e-mail address.",
        "term.csv, row 3, column tag: A title and a tag are two ways to say which. Empty one cell.",
        "term.csv, row 4, column title: One title would be that of all media with the tag. "
        "Empty this cell: each has its own.",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "term.csv: There is nothing in it. Its first row names the columns."),
        (
            "mediaid,course_id\n7,101\n",
            "term.csv, row 1: No column says which media is meant. Name one media_id, or "
            "media_title and owner, or tag. Is mediaid meant?",
        ),
        (
            "media_title,course_id\nx,101\n",
            "term.csv, row 1: No column says which media is meant. Name one media_id, or "
            "media_title and owner, or tag.",
        ),
        (
            "media_id,curse_id\n7,101\n",
            "term.csv, row 1: No column says which course is meant. Name one course_id or "
            "sis_course_id. Is curse_id meant?",
        ),
        (
            "media_id,Media ID,course_id\n7,7,101\n",
            "term.csv, row 1, column Media ID: This column is there twice. Rename or remove one.",
        ),
        (
            "media_id,sis_course_id\n7,BIO\n",
            "term.csv, row 1, column sis_course_id: SIS ids are no numbers of courses. Name a "
            "file that has both: --courses FILE.",
        ),
        (
            "media_id,course_id\n7,101\n8,102".encode("utf-16"),
            "term.csv: This is UTF-16 and not UTF-8. In Excel: save it as “CSV UTF-8”.",
        ),
        (
            b"PK\x03\x04\x14\x00\x06",
            "term.csv: This is a workbook and no CSV file. In Excel: save it as “CSV UTF-8”.",
        ),
        (
            "media_id,course_id,title\n7,101,\n8,102,Zürich\n".encode("latin-1"),
            "term.csv, row 3: Something here is not UTF-8. In Excel: save it as “CSV UTF-8”.",
        ),
        (
            "média_id,course_id\n".encode("latin-1"),
            "term.csv, row 1: Something here is not UTF-8. In Excel: save it as “CSV UTF-8”.",
        ),
        (
            'media_id,course_id,title\n7,101,"open\n8,102,x\n',
            "term.csv, row 2: This cannot be read as CSV: unexpected end of data. A quotation "
            "mark in a cell is written twice, and such a cell in marks.",
        ),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_what_to_do(text: str | bytes, told: str):
    assert faults(text) == [told]


def test_rows_that_say_the_same_count_once():
    text = (
        "media_id,course_id,title,start_at,module,note\n"
        "7,101,,,A,first\n7,101,,,A,first\n7,101,,90,A,\n7,101,,,B,\n7,101,,1:30,A,\n"
    )
    items, plan = read(text)
    assert [item.more["row"] for item in items] == [2, 4, 5]
    assert (plan.folded, plan.folded_count) == ([(3, 2), (6, 4)], 2)


def test_a_row_whose_own_columns_say_something_else_keeps_its_results():
    items, plan = read("media_id,course_id,page\n7,101,welcome\n7,101,syllabus\n")
    assert [item.more["page"] for item in items] == ["welcome", "syllabus"]
    assert plan.folded_count == 0


@pytest.mark.parametrize("text", ["- Week 1", "=1+1", "+49", "@x", "'=x", "'", "'90s", "it's"])
def test_what_results_guard_against_formulas_is_read_as_it_was(text: str):
    table = io.StringIO()
    result = {"media_id": 7, "course_id": 101, "title": text, "columns": {text: text}}
    write_csv([result], [text], table)
    items, _ = read(table.getvalue())
    assert (items[0].title, items[0].more) == (text, {"row": 2, text: text})


class _Abundant(StudioClient):
    """A Studio with twice the media that a plan may have."""

    def __init__(self) -> None:
        self.given = 0

    def list_media(self, wanted: MediaSearch = ANYTHING, *, limit: int | None = None) -> Any:
        assert wanted.query() == {"tag": "biology"}
        for number in range(1, 2 * MOST_ITEMS)[:limit]:
            self.given += 1
            yield Media.model_validate({"id": number, "title": "x"})


def test_a_tag_of_too_many_media_is_told_without_listing_them_all():
    studio = _Abundant()
    plan = Plan(source("tag,course_id\nbiology,101\n"), None, studio)
    assert sum(1 for _ in plan.read()) == MOST_ITEMS
    assert [str(fault) for fault in plan.faults.told] == [
        "term.csv, row 2: A plan may have 10,000 embeds. Make several of it."
    ]
    assert studio.given == MOST_ITEMS + 1


def test_a_column_that_is_nearly_ours_is_named():
    assert read("media_id,course_id,downloadble,colour\n7,101,yes,red\n")[1].notes == [
        "The column downloadble is kept as it is. If downloadable is meant, rename it."
    ]


@pytest.mark.parametrize(
    "courses",
    [
        "sis_course_id,course_id\nBIO-1,101\nBIO-2,102\n,103\n",
        "canvas_course_id;course_id;short_name\r\n101;BIO-1;Bio\r\n102;BIO-2;\r\n103;;\r\n",
    ],
)
def test_courses_are_found_by_their_sis_ids(courses: str):
    text = "media_id,sis_course_id,course_id\n7,BIO-2,\n8,BIO-1,\n9,unknown,104\n9,BIO-3,\n"
    items, plan = read(text, courses)
    assert asked(items) == [(7, 102), (8, 101), (9, 104)]
    assert items[0].more == {"row": 2, "sis_course_id": "BIO-2"}
    assert [str(fault) for fault in plan.faults.told] == [
        "term.csv, row 5, column sis_course_id: No course has the SIS id BIO-3. Correct it, or "
        "add it to the file of --courses."
    ]


def test_what_is_wrong_with_the_courses_is_told_with_what_is_wrong_with_the_plan():
    courses = "sis_course_id,course_id\nA,x\nB,101\nB,102\n"
    assert faults("media_id,sis_course_id\ny,B\n", courses) == [
        "courses.csv, row 2, column course_id: “x” is no number of a course. Write a whole number.",
        "courses.csv, row 4, column course_id: B is course 101 in a row above, and 102 here. "
        "Remove the wrong row.",
        "term.csv, row 2, column media_id: “y” is no number. Write a whole number, such as 260854.",
    ]
    assert faults("media_id,sis_course_id\n7,B\n", "id,name\n1,x\n")[0] == (
        "courses.csv, row 1: The columns for SIS ids and numbers of courses are not there. Name "
        "them sis_course_id and course_id, or take Canvas's provisioning report."
    )


def test_of_many_faults_the_first_hundred_are_told_and_all_are_counted():
    _, plan = read("media_id,course_id\n" + "x,101\n" * 250)
    assert (len(plan.faults.told), plan.faults.count) == (MOST_TOLD, 250)


def test_a_plan_with_a_fault_gives_its_error_at_the_end_and_what_is_good_before():
    plan = Plan(source(f"{HEAD}\n7,101\nx,101\n9,101\n"), None, NO_STUDIO)
    given = []
    with pytest.raises(BatchError) as error:
        given.extend(plan.read_faultless())
    assert (error.value.slug, error.value.status) == ("plan-faulty", 422)
    assert plan.rows == 3


def test_a_plan_that_asks_for_too_much_is_told_where_it_does():
    rows = "".join(f"{number},101\n" for number in range(1, MOST_ITEMS + 2))
    items, plan = read(f"{HEAD}\n{rows}")
    assert (len(items), plan.faults.count) == (MOST_ITEMS, 1)
    assert str(plan.faults.told[0]) == (
        f"term.csv, row {MOST_ITEMS + 2}: A plan may have 10,000 embeds. Make several of it."
    )


@pytest.mark.parametrize(
    ("text", "courses"),
    [
        (f"{HEAD}\n7,101\n8,10\xe9\n9,101\n", None),
        (f'{HEAD}\n7,101\n8,"102\n9,101\n', None),
        (f"{HEAD}\n" + "".join(f"{n},101\n" for n in range(1, MOST_ITEMS + 2)), None),
        ("media_id,sis_course_id\n7,A\n8,B\n", "sis_course_id,course_id\nA,1\n\xe9,2\nB,3\n"),
    ],
    ids=["no UTF-8", "an open quotation mark", "too many", "the file of courses"],
)
def test_what_stands_beyond_an_unreadable_place_is_not_left_out_as_faulty(
    text: str, courses: str | None
):
    mapping = None if courses is None else source(courses.encode("latin-1"), "courses.csv")
    plan = Plan(source(text.encode("latin-1")), mapping, NO_STUDIO)
    with pytest.raises(BatchError) as error:
        list(plan.read_but_faulty())
    assert error.value.slug == "plan-faulty"
    assert plan.cut_off == plan.faults.told[-1]


def test_rows_that_can_be_read_are_left_out_where_something_is_wrong():
    plan = Plan(source(f"{HEAD}\n7,101\nx,101\n9,101\n"), None, NO_STUDIO)
    assert asked(plan.read_but_faulty()) == [(7, 101), (9, 101)]
    assert (plan.faults.count, plan.cut_off) == (1, None)


def test_a_dry_run_for_programs_that_is_interrupted_says_so(
    db: Database, capsys: pytest.CaptureFixture[str]
):
    def interrupt(rows: int) -> None:
        if rows == 2:
            raise KeyboardInterrupt

    plan = Plan(source(f"{HEAD}\n7,101\n8,101\n"), None, NO_STUDIO, on_row=interrupt)
    outside = cast("Outside", SimpleNamespace(db=db))
    with pytest.raises(KeyboardInterrupt):
        show_plan_as_json(outside, 1, plan)
    told = json.loads(capsys.readouterr().out)
    assert len(told["items"]) == 1
    assert told["trouble"] == {"error": "interrupted", "what_happened": "KeyboardInterrupt"}


PEAK = """
import tracemalloc
from tests.units.test_plans import MOST_ITEMS, NO_STUDIO, Plan, source

rows = (f"{number},101,{'x' * 2000}\\n" for number in range(1, MOST_ITEMS + 1))
plan = Plan(source("media_id,course_id,note\\n" + "".join(rows)), None, NO_STUDIO)
tracemalloc.start()
assert sum(1 for _ in plan.read()) == MOST_ITEMS
print(tracemalloc.get_traced_memory()[1])
"""


def test_a_plan_of_ten_thousand_long_rows_takes_little_memory():
    """In a process of its own: what other threads need meanwhile would count too."""
    command = [sys.executable, "-c", PEAK]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 3_000_000  # its text alone is 20 MB


def test_a_copy_is_what_was_there_and_knows_its_digest():
    with copied("x", cast("BinaryIO", io.BytesIO(b"abc"))) as first:
        assert (first.file.read(), first.digest[:8]) == (b"abc", "ba7816bf")


def test_a_file_beyond_all_measure_is_refused():
    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            return b"x" * size

    assert MOST_BYTES < 100_000_000
    with pytest.raises(UnreadableError) as error, copied("big.csv", cast("BinaryIO", Endless())):
        pass
    assert str(error.value) == "big.csv: A file may have 64 MB. Make several of it."
