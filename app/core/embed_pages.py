"""The embeds of one Studio account, page by page, for those who read them by program."""

import sqlalchemy as sa

from app.core.embeds import Embed, read_embed
from app.db import Database
from app.models import embed


def list_embeds_page(
    db: Database,
    account_id: int,
    *,
    page: int,
    per_page: int,
    course_id: int | None = None,
    media_id: int | None = None,
    embed_type: str | None = None,
) -> tuple[list[Embed], int]:
    """Give a page of the ready embeds that fit all filters, newest first, and how many fit."""
    wanted = {"course_id": course_id, "media_id": media_id, "embed_type": embed_type}
    conditions = [embed.c[name] == value for name, value in wanted.items() if value is not None]
    fitting = sa.and_(
        embed.c.account_id == account_id, embed.c.launch_url.is_not(None), *conditions
    )
    query = sa.select(embed).where(fitting).order_by(embed.c.id.desc())
    with db.reading() as connection:
        count = connection.execute(sa.select(sa.func.count()).where(fitting)).scalar_one()
        rows = connection.execute(query.limit(per_page).offset((page - 1) * per_page))
        return [read_embed(row) for row in rows], count
