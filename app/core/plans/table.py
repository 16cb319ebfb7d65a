"""A file of separated values as spreadsheets write it, a row at a time.

UTF-8 with or without a mark, commas, semicolons or tabs, any line ends, cells of several lines.
Rows have the numbers that a spreadsheet shows: the heads are row 1, blank rows count.
Cells that our own tables guard against formulas are freed. Not here: what a cell means (`fields`).
"""

import csv
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from app.core.plans.faults import Fault, UnreadableError
from app.core.plans.sources import Source

NO_UTF8 = "Something here is not UTF-8."
AS_UTF8 = "In Excel: save it as “CSV UTF-8”."
_DELIMITERS = ",;\t"
_SEPARATOR = re.compile(r'"?sep=(.)"?\s*')
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_AFTER_RETURN = re.compile(r"(?<=\r)(?!\n)")
_NO_TEXT = {
    b"PK\x03\x04": "This is a workbook and no CSV file.",
    b"\xd0\xcf\x11\xe0": "This is a workbook and no CSV file.",
    b"\xff\xfe": "This is UTF-16 and not UTF-8.",
    b"\xfe\xff": "This is UTF-16 and not UTF-8.",
}


@dataclass(frozen=True)
class Row:
    """A row that is not blank: its cells by column; `surplus` cells stand beyond the heads."""

    number: int
    cells: dict[str, str]
    surplus: bool


class Table:
    """The rows of a file; a column has its known name, or the one that the file gives it.

    Raises `UnreadableError`, as `rows` does.
    """

    def __init__(self, source: Source, known: Collection[str]) -> None:
        self.name = source.name
        self._lines = _decode(source)
        first = self._read_line()
        separator = _SEPARATOR.fullmatch(first)
        if separator is not None:
            first = self._read_line()
        self._first = first
        delimiter = separator[1] if separator else _find_delimiter(first, known)
        self._cells = csv.reader(self._all_lines(), delimiter=delimiter, strict=True)
        self._number = 0
        heads = self._next() or []
        self.written = dict(self._name(heads, known))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in their order."""
        return tuple(self.written)

    def rows(self) -> Iterator[Row]:
        """Give row after row, once."""
        columns = self.columns
        while (cells := self._next()) is not None:
            if any(map(str.strip, cells)):
                padded = [*map(_free, cells), *[""] * (len(columns) - len(cells))]
                surplus = any(map(str.strip, cells[len(columns) :]))
                yield Row(self._number, dict(zip(columns, padded, strict=False)), surplus)

    def fault(self, row: int | None, column: str | None, problem: str, remedy: str) -> Fault:
        """Give a fault at a place of this file."""
        written = None if column is None else self.written.get(column, column)
        return Fault(self.name, row, written, problem, remedy)

    def _next(self) -> list[str] | None:
        self._number += 1
        try:
            return next(self._cells, None)
        except UnicodeDecodeError:
            problem, remedy = NO_UTF8, AS_UTF8
        except csv.Error as error:
            problem = f"This cannot be read as CSV: {error}."
            remedy = "A quotation mark in a cell is written twice, and such a cell in marks."
        raise UnreadableError(Fault(self.name, self._number, None, problem, remedy))

    def _read_line(self) -> str:
        try:
            line = next(self._lines, "")
        except UnicodeDecodeError:
            raise UnreadableError(Fault(self.name, 1, None, NO_UTF8, AS_UTF8)) from None
        if not line:
            remedy = "Its first row names the columns."
            raise UnreadableError(Fault(self.name, None, None, "There is nothing in it.", remedy))
        return line

    def _all_lines(self) -> Iterator[str]:
        yield self._first
        yield from self._lines

    def _name(self, heads: list[str], known: Collection[str]) -> Iterator[tuple[str, str]]:
        seen = set()
        for place, head in enumerate(heads, start=1):
            written = _free(head).strip() or f"column {place}"
            name = _plain(written)
            name = name if name in known else written
            if name in seen:
                told = "This column is there twice."
                raise UnreadableError(Fault(self.name, 1, written, told, "Rename or remove one."))
            seen.add(name)
            yield name, written


def guard(text: str) -> str:
    """Give a text that no spreadsheet takes for a formula: an apostrophe stands before it."""
    return f"'{text}" if _FORMULA.match(text) else text


def _free(text: str) -> str:
    """Give a text as it was before `guard`."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _decode(source: Source) -> Iterator[str]:
    start = source.file.read(4)
    source.file.seek(0)
    for mark, problem in _NO_TEXT.items():
        if start.startswith(mark):
            raise UnreadableError(Fault(source.name, None, None, problem, AS_UTF8))
    for number, line in enumerate(source.file):
        text = line.decode("utf-8" if number else "utf-8-sig")
        yield from filter(None, _AFTER_RETURN.split(text))


def _find_delimiter(first: str, known: Collection[str]) -> str:
    """Find what parts the heads: with it, most of them are known."""

    def count(delimiter: str) -> tuple[int, int]:
        heads = next(csv.reader([first], delimiter=delimiter), [])
        return sum(_plain(head) in known for head in heads), len(heads)

    return max(_DELIMITERS, key=count)


def _plain(head: str) -> str:
    """Give a head as our names are written: `Course ID` is `course_id`."""
    return re.sub(r"[\s_-]+", "_", head.strip().lower())
