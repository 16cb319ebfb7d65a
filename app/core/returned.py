"""Embeds that programs ask for, by REST or command: links to them are our own, marked or not.

Whoever builds pages with what was answered may write a link by hand, or lose the mark on the
way; a copy of that course mends itself all the same. It outlives the embed: forgetting one, or
another course, changes nothing. What was only listed does not count; its link item has a mark.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import sqlalchemy as sa

from app.core import embeds
from app.core.embeds import Embed, EmbedKey
from app.db import Database, insert_into
from app.errors import EmbedError
from app.locks import BusyError
from app.models import returned_embed
from app.studio.client import StudioClient
from app.texts import say

_PARTS = ("account_id", "media_id", "embed_type", "downloadable")
_BY_PARTS = sa.select(returned_embed).where(
    *(returned_embed.c[name] == sa.bindparam(name) for name in _PARTS)
)


def ensure_embed(
    db: Database,
    open_studio: Callable[[], AbstractContextManager[StudioClient]],
    key: EmbedKey,
    wait_seconds: float,
    made_by: str,
    title: str | None = None,
) -> tuple[Embed, bool]:
    """Find or make an embed, and say whether it had to be made; `title` is a new one's.

    It waits for its turn before it takes the embed's lock, so that no launch waits for that; what
    a launch met meanwhile does not count, because this is asked for from then on.
    Security: the caller has seen that this program may have embeds made. Raises `EmbedError` where
    another still makes it after `wait_seconds`, and `StudioError`.
    """
    asked: list[StudioClient] = []
    embed = embeds.find_embed(db, key)
    if embed is None:
        with open_studio() as studio:
            client = studio.in_turn()
            try:
                embed = embeds.ensure_embed(
                    db,
                    client,
                    key,
                    asked.append,
                    made_by=made_by,
                    since=datetime.now(UTC),
                    wait_seconds=wait_seconds,
                    title=title,
                )
            except BusyError:
                raise _busy() from None
    note_returned(db, key)
    return embed, bool(asked)


def note_returned(db: Database, key: EmbedKey) -> None:
    """Remember that a program was given this, whatever the course."""
    if not was_returned(db, key):
        with db.writing() as connection:
            insert = insert_into(connection, returned_embed).values(_parts(key))
            connection.execute(insert.on_conflict_do_nothing())


def was_returned(db: Database, key: EmbedKey) -> bool:
    """Whether a program was given this once, for any course."""
    with db.reading() as connection:
        return connection.execute(_BY_PARTS, _parts(key)).one_or_none() is not None


def _parts(key: EmbedKey) -> dict[str, object]:
    return {name: getattr(key, name) for name in _PARTS}


def _busy() -> EmbedError:
    return EmbedError(
        "embed-busy",
        503,
        say("This embed is being made just now."),
        say("Please try again in a few seconds."),
        5,
    )
