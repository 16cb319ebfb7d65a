"""Lists of embeds that are ready, newest first: all of them, or page by page."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from app.core.embeds import Embed, read_embed
from app.db import Database
from app.models import embed

_NEWEST_FIRST = embed.c.id.desc()


def list_embeds(db: Database, limit: int | None = 500, **wanted: Any) -> list[Embed]:
    """Give the newest embeds whose columns are as `wanted`; None there means any."""
    query = sa.select(embed).where(_fitting(wanted)).order_by(_NEWEST_FIRST).limit(limit)
    with db.reading() as connection:
        return [read_embed(row) for row in connection.execute(query)]


def list_embeds_page(
    db: Database, page: int, per_page: int, **wanted: Any
) -> tuple[list[Embed], int]:
    """Give a page of the embeds whose columns are as `wanted`, and how many they are."""
    query = sa.select(embed).where(_fitting(wanted)).order_by(_NEWEST_FIRST)
    counting = sa.select(sa.func.count()).select_from(embed).where(_fitting(wanted))
    with db.reading() as connection:
        rows = connection.execute(query.limit(per_page).offset((page - 1) * per_page))
        return [read_embed(row) for row in rows], connection.execute(counting).scalar_one()


def list_embedded(
    db: Database, account_id: int, course_id: int, media_ids: Iterable[int]
) -> frozenset[int]:
    """Give those of some media, by their numbers, that are in a course already."""
    mine = _fitting({"account_id": account_id, "course_id": course_id})
    query = sa.select(embed.c.media_id).where(mine, embed.c.media_id.in_(tuple(media_ids)))
    with db.reading() as connection:
        return frozenset(connection.execute(query).scalars())


def _fitting(wanted: dict[str, Any]) -> sa.ColumnElement[bool]:
    same = (embed.c[name] == value for name, value in wanted.items() if value is not None)
    return sa.and_(embed.c.launch_url.is_not(None), *same)
