"""What the REST API was asked to make once: links to it are the service's own, marked or not.

Whoever builds pages with what the API answered may write a link by hand, or lose the mark on the
way; a copy of that course mends itself all the same. It outlives the embed: forgetting one, or
another course, changes nothing. What was only listed does not count: reading allows nobody more.
"""

import sqlalchemy as sa

from app.core.embeds import EmbedKey
from app.db import Database, insert_into
from app.models import returned_embed

_PARTS = ("account_id", "media_id", "embed_type", "downloadable")
_BY_PARTS = sa.select(returned_embed).where(
    *(returned_embed.c[name] == sa.bindparam(name) for name in _PARTS)
)


def note_returned(db: Database, key: EmbedKey) -> None:
    """Remember that the API returned this, whatever the course."""
    if not was_returned(db, key):
        with db.writing() as connection:
            insert = insert_into(connection, returned_embed).values(_parts(key))
            connection.execute(insert.on_conflict_do_nothing())


def was_returned(db: Database, key: EmbedKey) -> bool:
    """Whether the API returned this once, for any course."""
    with db.reading() as connection:
        return connection.execute(_BY_PARTS, _parts(key)).one_or_none() is not None


def _parts(key: EmbedKey) -> dict[str, object]:
    return {name: getattr(key, name) for name in _PARTS}
