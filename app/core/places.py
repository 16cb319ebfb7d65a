"""Where the embeds of a course stand in it, by the plans that asked for them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.core import embed_lists
from app.core.batches import read_key
from app.core.embeds import Embed, EmbedKey
from app.core.plans.fields import MODULE, part_row
from app.db import Database
from app.models import batch, batch_item


@dataclass(frozen=True)
class Place:
    """As what an embed stands somewhere, and from which second it plays.

    Without a title it has the embed's own. `columns` are the free ones of its row in the plan.
    """

    key: EmbedKey
    title: str | None = None
    start_at: int | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)

    @property
    def module(self) -> str:
        """In which module, or nothing."""
        return str(self.columns.get(MODULE) or "")


def list_placed(db: Database, account_id: int, course_id: int) -> list[tuple[Embed, Place]]:
    """List the embeds of a course at their places; those without one come last, oldest first."""
    found = embed_lists.list_embeds(db, None, account_id=account_id, course_id=course_id)
    return list(arrange(found[::-1], find_places(db, account_id, course_id)))


def find_places(db: Database, account_id: int, course_id: int) -> list[Place]:
    """Find where the embeds of a course belong, in the order in which batches asked for them.

    Of each embed the last batch counts that gave it a module or a start; else the last that had it.
    """
    items = (
        sa.select(batch_item)
        .join(batch, batch.c.id == batch_item.c.batch_id)
        .where(
            batch.c.account_id == account_id,
            batch_item.c.course_id == course_id,
            batch_item.c.status == "succeeded",
        )
        .order_by(batch.c.id, batch_item.c.number)
    )
    with db.reading() as connection:
        said = [(row.batch_id, _read(account_id, row)) for row in connection.execute(items)]
    counts: dict[EmbedKey, tuple[bool, int]] = {}
    for batch_id, place in said:
        rank = (bool(place.module) or place.start_at is not None, batch_id)
        counts[place.key] = max(rank, counts.get(place.key, rank))
    return [place for batch_id, place in said if batch_id == counts[place.key][1]]


def arrange(embeds: Iterable[Embed], places: Iterable[Place]) -> Iterator[tuple[Embed, Place]]:
    """Give each embed at each of its places, in their order; those without one come last."""
    without = {embed.key: embed for embed in embeds}
    there = dict(without)
    for place in places:
        if place.key in there:
            without.pop(place.key, None)
            yield there[place.key], place
    for embed in without.values():
        yield embed, Place(embed.key)


def _read(account_id: int, row: Any) -> Place:
    _, columns = part_row({} if row.more is None else json.loads(row.more))
    return Place(read_key(account_id, row), row.title, row.start_at, columns)
