"""The body that begins a batch: JSON or CSV, read whole, and refused whole with all its faults.

Rows of CSV are numbered as a spreadsheet shows them: the columns' names are row 1. Not here: the
plans of commands, which name media by title and courses by SIS id.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from flask import request
from pydantic import ValidationError
from pydantic_core import from_json

from app.api.batch_shapes import BatchItemWish, Folded
from app.api.problem import FieldFault, FieldsError, odd_fields
from app.api.reading import point_to, read_faults
from app.api.shapes import MOST_FIELDS, Wish
from app.core import batch_making
from app.core.batch_making import MOST_ITEMS, NewItem
from app.errors import ApiError
from app.inputs import read_positive

JSON, CSV = "application/json", "text/csv"
MOST_BYTES = 8 * 1024 * 1024
MOST_ROWS = 10 * MOST_ITEMS
MOST_COLUMNS = MOST_FIELDS
MOST_CELLS = 50 * MOST_ITEMS
"""Of all rows together: each costs the process time and memory, however little stands in it."""
MOST_BRACKETS = 250_000
"""Of both kinds, in texts too: JSON needs 20,002 for as many items as a batch may have."""
MOST_TOLD = 1000
FIELDS = frozenset(BatchItemWish.model_fields) - {"more"}
NEEDED = ("media_id", "course_id")
_TRUTHS = {"true": True, "false": False}

Place = tuple[str, int]
Placed = tuple[Place, Any]
"""A place in the body, and what stands there, not checked yet."""


@dataclass(frozen=True)
class Sent:
    """What was sent: items that differ, the first of those that do not, and a hash of it all."""

    items: list[NewItem]
    folded_count: int
    folded: list[Folded]
    body_hash: str


class _Outer(Wish):
    items: list[Any]


def read_body() -> Sent:
    """Read the body of this request; raises `ServiceError` (400, 413, 415, 422)."""
    request.max_content_length = MOST_BYTES
    kind = request.mimetype
    if kind not in (JSON, CSV):
        raise ApiError("media-type", 415, f"The body must be {JSON} or {CSV}.", "")
    body = request.get_data(cache=False)
    placed = _read_json(body) if kind == JSON else _read_csv(body)
    if not placed:
        raise batch_making.empty()
    return _fold(_check(placed), sha256(kind.encode() + b"\n" + body).hexdigest())


def _read_json(body: bytes) -> list[Placed]:
    if body.count(b"[") + body.count(b"{") > MOST_BRACKETS:
        raise _odd([_at((), f"must not have more than {MOST_BRACKETS:,} opening brackets")])
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError:
        raise _unreadable("JSON") from None
    try:
        outer = _Outer.model_validate(value)
    except ValidationError as error:
        raise _odd(read_faults(error, in_body=True)) from None
    if len(outer.items) > MOST_ITEMS:
        raise batch_making.too_large()
    return [(("items", number), item) for number, item in enumerate(outer.items)]


def _read_csv(body: bytes) -> list[Placed]:
    try:
        text = body.decode("utf-8-sig")
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        heads = next(rows, [])
        _check_heads(heads)
        filled = _read_rows(rows)
    except (UnicodeDecodeError, csv.Error):
        raise _unreadable("CSV") from None
    if surplus := [row for row, cells in filled if any(map(str.strip, cells[len(heads) :]))]:
        told = "has more cells than there are columns"
        raise _odd([_at(("rows", row), told) for row in surplus])
    return [(("rows", row), _read_row(heads, cells)) for row, cells in filled]


def _check_heads(heads: list[str]) -> None:
    if len(heads) > MOST_COLUMNS:
        raise _odd([_at(("rows", 1), f"has more than {MOST_COLUMNS} columns")])
    counts = Counter(filter(None, heads))
    faults = [_at(("rows", 1, name), "is missing") for name in NEEDED if not counts[name]]
    faults += [
        _at(("rows", 1, name), "is there twice") for name in sorted(counts) if counts[name] > 1
    ]
    if faults:
        raise _odd(faults)


def _read_rows(rows: Iterable[list[str]]) -> list[tuple[int, list[str]]]:
    """Give the rows in which something stands, by their numbers, but not more than a batch has."""
    filled, count = [], 0
    for row, cells in enumerate(rows, start=2):
        if any(map(str.strip, cells)):
            filled.append((row, cells))
            count += len(cells)
        if len(filled) > MOST_ITEMS or row > MOST_ROWS:
            raise batch_making.too_large()
        if count > MOST_CELLS:
            told = f"goes beyond {MOST_CELLS:,} cells in all"
            raise _odd([_at(("rows", row), f"{told}: send fewer columns, or several batches")])
    return filled


def _read_row(heads: list[str], cells: list[str]) -> dict[str, Any]:
    """Read a row as JSON would have it; an empty cell of a field is left out."""
    more = dict(zip(heads, cells, strict=False))
    more.pop("", None)
    fields = {name: more.pop(name, "").strip() for name in FIELDS}
    return {
        **{name: _read_cell(name, text) for name, text in fields.items() if text},
        "more": more,
    }


def _read_cell(name: str, text: str) -> Any:
    match name:
        case "media_id" | "course_id":
            return read_positive(text) or text
        case "start_at":
            return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else text
        case "downloadable":
            return _TRUTHS.get(text.lower(), text)
    return text


def _check(placed: list[Placed]) -> list[tuple[Place, NewItem]]:
    """Check every item; raises `FieldsError` with the first thousand faults."""
    checked, faults = [], list[FieldFault]()
    for place, item in placed:
        try:
            checked.append((place, NewItem(**dict(BatchItemWish.model_validate(item)))))
        except ValidationError as error:
            faults += read_faults(error, in_body=True, at=place)
            if len(faults) >= MOST_TOLD:
                break
    if faults:
        raise _odd(faults)
    return checked


def _fold(checked: Iterable[tuple[Place, NewItem]], body_hash: str) -> Sent:
    """Let items that are the same in everything be one."""
    first: dict[tuple[Any, ...], Place] = {}
    items, again = list[NewItem](), list[tuple[Place, Place]]()
    for place, item in checked:
        if (earlier := first.setdefault(_sameness(item), place)) == place:
            items.append(item)
        else:
            again.append((place, earlier))
    folded = [
        Folded(pointer=point_to(*place), same_as=point_to(*earlier))
        for place, earlier in again[:MOST_TOLD]
    ]
    return Sent(items, len(again), folded, body_hash)


def _sameness(item: NewItem) -> tuple[Any, ...]:
    return (*(vars(item) | {"more": json.dumps(item.more, sort_keys=True)}).values(),)


def _at(location: tuple[str | int, ...], detail: str) -> FieldFault:
    return FieldFault(pointer=point_to(*location), detail=detail)


def _odd(faults: list[FieldFault]) -> FieldsError:
    return odd_fields(*faults[:MOST_TOLD])


def _unreadable(form: str) -> ApiError:
    return ApiError("body-unreadable", 400, f"The body is no {form} that can be read.", "")
