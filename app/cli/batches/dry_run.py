"""What a plan would do, and that nothing of it is done."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import click

from app.cli.batches import words
from app.core import embeds
from app.core.batch_making import NewItem
from app.core.embeds import EmbedKey
from app.core.plans.fields import ROW
from app.core.plans.plan import Plan
from app.errors import ServiceError
from app.inputs import printable
from app.outside import Outside

_PARTS = ("media_id", "course_id", "embed_type", "downloadable")


def show_plan(outside: Outside, account_id: int, plan: Plan) -> None:
    """Print a line for each embed, and how many there are."""
    look = _Look(outside, account_id)
    for seen in look.at(plan):
        click.echo(printable(f"row {seen.item.more[ROW]}: {_what(seen)}: {_name(seen.item)}"))
    rows = "1 row" if plan.rows == 1 else f"{plan.rows:,} rows"
    told = f"{look.to_make:,} to make, {look.there:,} there already"
    told += f", {look.as_above:,} as in rows above" if look.as_above else ""
    faults = f" {plan.faults.counted}." if plan.faults.count else ""
    name, count = plan.source.name, words.embeds(look.to_make + look.there + look.as_above)
    click.echo(f"{name}: {rows}, {count}: {told}.{faults} Nothing was done.")


def show_plan_as_json(outside: Outside, account_id: int, plan: Plan) -> None:
    """Print one JSON value, an embed as soon as it is read; a whole one also if that breaks off."""
    click.echo(f'{{"file": {_dump(plan.source.name)}, "items": [', nl=False)
    look, between, trouble = _Look(outside, account_id), "\n", None
    try:
        for seen in look.at(plan):
            click.echo(f"{between}{_dump(_describe(seen))}", nl=False)
            between = ",\n"
    except ServiceError as error:
        trouble = {"error": error.slug, "what_happened": error.title}
        raise
    except BaseException as error:
        trouble = {"error": "interrupted", "what_happened": type(error).__name__}
        raise
    finally:
        told = {
            "rows": plan.rows,
            "to_make": look.to_make,
            "there_already": look.there,
            "as_above": look.as_above,
            "folded": [{"row": row, "same_as": first} for row, first in plan.folded],
            "folded_count": plan.folded_count,
            "notes": plan.notes,
            "faults": [vars(fault) for fault in plan.faults.told],
            "fault_count": plan.faults.count,
            "cut_off": plan.cut_off and vars(plan.cut_off),
            "trouble": trouble,
        }
        click.echo(f"],\n{_dump(told)[1:]}")


@dataclass(frozen=True)
class _Seen:
    """An item, the embed that is there for it, and the row above that asks for the same one."""

    item: NewItem
    embed_id: int | None
    as_row: int | None


class _Look:
    """What is there of a plan's embeds; each that is not there yet is made once."""

    def __init__(self, outside: Outside, account_id: int) -> None:
        self._db, self._account_id = outside.db, account_id
        self._rows: dict[EmbedKey, int] = {}
        self.there = self.as_above = 0

    @property
    def to_make(self) -> int:
        return len(self._rows)

    def at(self, plan: Plan) -> Iterator[_Seen]:
        for item in plan.read():
            key = EmbedKey(self._account_id, *(getattr(item, part) for part in _PARTS))
            embed = embeds.find_embed(self._db, key)
            as_row = self._rows.get(key)
            if embed is not None:
                self.there += 1
            elif as_row is not None:
                self.as_above += 1
            else:
                self._rows[key] = item.more[ROW]
            yield _Seen(item, None if embed is None else embed.id, as_row)


def _what(seen: _Seen) -> str:
    if seen.embed_id is not None:
        return f"there already (embed {seen.embed_id})"
    return "make" if seen.as_row is None else f"as row {seen.as_row}"


def _describe(seen: _Seen) -> dict[str, Any]:
    row = {**vars(seen.item), "row": seen.item.more[ROW]}
    row |= {"embed_id": seen.embed_id, "as_row": seen.as_row}
    row["columns"] = {name: value for name, value in row.pop("more").items() if name != ROW}
    return row


def _name(item: NewItem) -> str:
    told = f"media {item.media_id} in course {item.course_id}, {item.embed_type}"
    told += ", downloadable" if item.downloadable else ""
    told += "" if item.start_at is None else f", from {item.start_at} s"
    return told if item.title is None else f"{told}, “{item.title}”"


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
