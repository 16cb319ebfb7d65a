"""Results as files: CSV that is safe for spreadsheets, and JSON lines."""

import csv
import json
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from app.core.plans import fields
from app.core.plans.table import guard

FIRST = ("row", "course_id", "media_id", "embed_type", "downloadable", "title", "start_at")
LAST = fields.RESULTS[1:]
OURS = frozenset(FIRST + LAST)
_BYTE_ORDER_MARK = "\ufeff"
"""By it Excel knows UTF-8."""


class Writer(Protocol):
    """Where text goes."""

    def write(self, text: str, /) -> object:
        """Write some."""


def write_csv(results: Iterable[dict[str, Any]], columns: Sequence[str], out: Writer) -> int:
    """Write a row for each result, and count them.

    `columns` are the free ones, between ours; those that are named like ours are left out. Every
    cell is in quotes, and one that a spreadsheet would take for a formula begins with an
    apostrophe.
    """
    free = [column for column in columns if column not in OURS]
    out.write(_BYTE_ORDER_MARK)
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    table.writerow([guard(head) for head in (*FIRST, *free, *LAST)])
    count = 0
    for count, result in enumerate(results, start=1):  # noqa: B007 (the last is how many)
        given = {**result["columns"], **result}
        table.writerow([guard(_text(given.get(name))) for name in (*FIRST, *free, *LAST)])
    return count


def write_jsonl(results: Iterable[dict[str, Any]], out: Writer) -> int:
    """Write an object for each result, a line each, and count them."""
    count = 0
    for count, result in enumerate(results, start=1):  # noqa: B007 (the last is how many)
        out.write(json.dumps(result, ensure_ascii=False) + "\n")
    return count


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)
