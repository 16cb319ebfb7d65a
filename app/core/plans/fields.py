"""What a plan's columns are, and what their cells mean. Not here: asking Studio (`library`).

A row names a media by `media_id`, else by `media_title` and `owner`, else by `tag`; a course by
`course_id`, else by `sis_course_id`. What it does not need for that, and columns that are not
ours, it keeps. Columns of results are left out, so that results are a plan again.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from app.core.plans.faults import Fault
from app.core.plans.library import Tagged, Titled
from app.core.plans.table import Row, Table
from app.inputs import printable, read_clock, read_positive
from app.studio.arguments import EMBED_TYPES

MEDIA = ("media_id", "media_title", "owner", "tag")
COURSE = ("course_id", "sis_course_id")
OURS = ("embed_type", "downloadable", "title", "start_at")
MODULE = "module"
ROW = "row"
"""Among what an item keeps: its row in the plan that it came from, as a number."""
KNOWN = frozenset({*MEDIA, *COURSE, *OURS, MODULE})
RESULTS = (
    ROW,
    "status",
    "made",
    "embed_id",
    "launch_url",
    "html",
    "content_item",
    "error",
    "what_happened",
    "what_to_do",
)
_INTO_ITEM = frozenset({"media_id", "course_id", *OURS})
LONGEST_TITLE = 255
YES = frozenset({"true", "yes", "1", "wahr", "ja", "verdadero", "sí"})
NO = frozenset({"", "false", "no", "0", "falsch", "nein", "falso"})
"""Spreadsheets write these words in their own language."""
_EXAMPLES = {"media_id": 260854, "course_id": 101}
_SHORTENED = re.compile(r"[\d.,]+E\+\d+", re.IGNORECASE)


@dataclass(frozen=True)
class Wanted:
    """What a row asks for; `more` is what is given back with its results."""

    row: int
    media: int | Titled | Tagged
    course_id: int
    embed_type: str
    downloadable: bool
    title: str | None
    start_at: int | None
    more: dict[str, str]


def check_heads(table: Table, *, with_courses: bool) -> list[Fault]:
    """See that there are columns for media and courses."""
    faults = []
    if not {"media_id", "tag"} & set(table.columns) and not {"media_title", "owner"} <= set(
        table.columns
    ):
        columns = "media_id, or media_title and owner, or tag"
        faults.append(_no_column(table, "media", MEDIA, columns))
    if not set(COURSE) & set(table.columns):
        faults.append(_no_column(table, "course", COURSE, "course_id or sis_course_id"))
    if "sis_course_id" in table.columns and "course_id" not in table.columns and not with_courses:
        problem = "SIS ids are no numbers of courses."
        remedy = "Name a file that has both: --courses FILE."
        faults.append(table.fault(1, "sis_course_id", problem, remedy))
    return faults


def notes_on_heads(table: Table) -> list[str]:
    """Say what somebody may not expect of some columns."""
    left_out = [column for column in table.columns if column in RESULTS]
    others = (column for column in table.columns if column not in KNOWN and column not in RESULTS)
    nearly = ((column, _meant(column, KNOWN)) for column in others)
    return note_on_left_out(left_out) + [
        f"The column {column} is kept as it is. If {meant} is meant, rename it."
        for column, meant in nearly
        if meant
    ]


def note_on_left_out(columns: Sequence[str]) -> list[str]:
    """Say which columns are left out, if any are."""
    told = f"Left out, because results have columns of these names: {', '.join(columns)}."
    return [told] if columns else []


def part_row(more: Mapping[str, Any]) -> tuple[int | None, dict[str, Any]]:
    """Part what an item keeps: its row in a plan, if it is a plan's, and its free columns.

    What a program calls so is a text, and a free column as any other.
    """
    row = more.get(ROW)
    if not isinstance(row, int):
        return None, dict(more)
    return row, {name: value for name, value in more.items() if name != ROW}


def read_row(table: Table, row: Row, courses: Mapping[str, int] | None) -> Wanted | list[Fault]:
    """Read a row, or say all that is wrong with it."""
    cells = _Cells(table, row)
    media, course_id = cells.read_media(), cells.read_course(courses)
    embed_type, downloadable = cells.read_type(), cells.read_downloadable()
    title, start_at = cells.read_title(media), cells.read_start()
    if row.surplus:
        told = "This row has more cells than there are columns."
        cells.faults.append(table.fault(row.number, None, told, "Put cells with commas in quotes."))
    if cells.faults or media is None or course_id is None:
        return cells.faults
    kept = (name for name in table.columns if name not in _INTO_ITEM and name not in RESULTS)
    more = {name: row.cells[name] for name in kept}
    return Wanted(row.number, media, course_id, embed_type, downloadable, title, start_at, more)


class _Cells:
    """The cells of one row, and what is wrong with them."""

    def __init__(self, table: Table, row: Row) -> None:
        self._table, self._row = table, row
        self.faults: list[Fault] = []

    def read_media(self) -> int | Titled | Tagged | None:
        if self._text("media_id"):
            return self._number("media_id")
        title, owner, tag = (self._text(name) for name in ("media_title", "owner", "tag"))
        if title and tag:
            self._refuse("tag", "A title and a tag are two ways to say which.", "Empty one cell.")
        elif title and not owner:
            told = "A title alone may be that of several people's media."
            self._refuse("owner", told, "Write the owner's e-mail address.")
        elif title:
            return Titled(title, owner)
        elif tag:
            return Tagged(tag)
        else:
            self._refuse(self._first(MEDIA), "The row names no media.", "Fill this cell.")
        return None

    def read_course(self, courses: Mapping[str, int] | None) -> int | None:
        if self._text("course_id"):
            return self._number("course_id")
        sis_id = self._text("sis_course_id")
        if not sis_id:
            self._refuse(self._first(COURSE), "The row names no course.", "Fill this cell.")
            return None
        if courses is None:
            told = "An SIS id is no number of a course."
            self._refuse("sis_course_id", told, "Name a file that has both: --courses FILE.")
            return None
        if sis_id not in courses:
            told = f"No course has the SIS id {sis_id}."
            self._refuse("sis_course_id", told, "Correct it, or add it to the file of --courses.")
        return courses.get(sis_id)

    def read_type(self) -> str:
        text = self._text("embed_type").lower() or EMBED_TYPES[0]
        if text not in EMBED_TYPES:
            remedy = f"Write {' or '.join(EMBED_TYPES)}."
            self._refuse("embed_type", f"“{text}” is no type.", remedy)
        return text

    def read_downloadable(self) -> bool:
        text = self._text("downloadable").lower()
        if text not in YES | NO:
            self._refuse("downloadable", f"“{text}” is neither yes nor no.", "Write true or false.")
        return text in YES

    def read_title(self, media: int | Titled | Tagged | None) -> str | None:
        title = " ".join(printable(self._text("title")).split())
        if title and isinstance(media, Tagged):
            told = "One title would be that of all media with the tag."
            self._refuse("title", told, "Empty this cell: each has its own.")
        if len(title) > LONGEST_TITLE:
            told = f"This title has {len(title)} characters."
            self._refuse("title", told, f"It may have {LONGEST_TITLE}.")
        return title or None

    def read_start(self) -> int | None:
        text = self._text("start_at")
        seconds = read_clock(text) if text else None
        if text and seconds is None:
            told = f"“{text}” is no time within a media."
            self._refuse("start_at", told, "Write seconds (90), or 1:30.")
        return seconds

    def _text(self, column: str) -> str:
        return self._row.cells.get(column, "").strip()

    def _number(self, column: str) -> int | None:
        text = self._text(column)
        number = read_positive(text)
        if number is None:
            remedy = f"Write a whole number, such as {_EXAMPLES[column]}."
            if _SHORTENED.fullmatch(text):
                remedy = "The spreadsheet shortened it: format the column as whole numbers."
            self._refuse(column, f"“{printable(text)[:40]}” is no number.", remedy)
        return number

    def _first(self, columns: tuple[str, ...]) -> str:
        return next(column for column in columns if column in self._table.columns)

    def _refuse(self, column: str, problem: str, remedy: str) -> None:
        self.faults.append(self._table.fault(self._row.number, column, problem, remedy))


def _no_column(table: Table, of: str, names: tuple[str, ...], columns: str) -> Fault:
    others = [column for column in table.columns if column not in KNOWN]
    meant = next((column for column in others if _meant(column, names)), None)
    guess = f" Is {meant} meant?" if meant else ""
    problem = f"No column says which {of} is meant."
    return table.fault(1, None, problem, f"Name one {columns}.{guess}")


def _meant(column: str, names: Iterable[str]) -> str | None:
    plain = column.strip().lower()
    return next(iter(get_close_matches(plain, sorted(names), n=1, cutoff=0.8)), None)
