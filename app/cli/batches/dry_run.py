"""What a plan would do, and that nothing of it is done."""

import json
from collections.abc import Iterator
from typing import Any

import click

from app.cli.batches import words
from app.core import embeds
from app.core.batch_making import NewItem
from app.core.batch_results import ROW
from app.core.embeds import EmbedKey
from app.core.plans.plan import Plan
from app.inputs import printable
from app.outside import Outside

_PARTS = ("media_id", "course_id", "embed_type", "downloadable")


def show_plan(outside: Outside, account_id: int, plan: Plan) -> None:
    """Print a line for each embed, and how many there are."""
    there = items = 0
    for item, embed_id in _look(outside, account_id, plan):
        items += 1
        there += embed_id is not None
        what = "make" if embed_id is None else f"there already (embed {embed_id})"
        click.echo(printable(f"row {item.more[ROW]}: {what}: {_name(item)}"))
    rows = "1 row" if plan.rows == 1 else f"{plan.rows:,} rows"
    told = f"{rows}, {words.embeds(items)}: {items - there:,} to make, {there:,} there already."
    faults = f" {plan.faults.counted}." if plan.faults.count else ""
    click.echo(f"{plan.source.name}: {told}{faults} Nothing was done.")


def show_plan_as_json(outside: Outside, account_id: int, plan: Plan) -> None:
    """Print one JSON value, an embed as soon as it is read."""
    click.echo(f'{{"file": {_dump(plan.source.name)}, "items": [', nl=False)
    between, there, items = "\n", 0, 0
    for item, embed_id in _look(outside, account_id, plan):
        items += 1
        there += embed_id is not None
        row = {**vars(item), "row": item.more[ROW], "embed_id": embed_id}
        row["columns"] = {name: value for name, value in row.pop("more").items() if name != ROW}
        click.echo(f"{between}{_dump(row)}", nl=False)
        between = ",\n"
    told = {
        "rows": plan.rows,
        "to_make": items - there,
        "there_already": there,
        "folded": [{"row": row, "same_as": first} for row, first in plan.folded],
        "folded_count": plan.folded_count,
        "notes": plan.notes,
        "faults": [vars(fault) for fault in plan.faults.told],
        "fault_count": plan.faults.count,
    }
    click.echo(f"],\n{_dump(told)[1:]}")


def _look(outside: Outside, account_id: int, plan: Plan) -> Iterator[tuple[NewItem, int | None]]:
    for item in plan.read():
        key = EmbedKey(account_id, *(getattr(item, part) for part in _PARTS))
        embed = embeds.find_embed(outside.db, key)
        yield item, None if embed is None else embed.id


def _name(item: NewItem) -> str:
    told = f"media {item.media_id} in course {item.course_id}, {item.embed_type}"
    told += ", downloadable" if item.downloadable else ""
    told += "" if item.start_at is None else f", from {item.start_at} s"
    return told if item.title is None else f"{told}, “{item.title}”"


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
