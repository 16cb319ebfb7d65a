"""Find or make an embed, once however many ask. Launches, API and commands meet here.

1. An embed that is there is given to everyone.
2. Else one holder of a lock makes it, for all threads, processes and machines.
3. The holder sees that the person may cause it, claims a row, calls Studio, finishes the row.
   No transaction spans a call to Studio.
4. A row that was claimed and neither finished nor failed had a holder who died, or whom
   Studio kept waiting: before another call it is found out whether the embed was made.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy import Connection

from app import locks, metrics
from app.core.memory import changing
from app.db import Database
from app.errors import EmbedError, keep_error, read_error
from app.models import embed
from app.studio.client import StudioClient
from app.studio.errors import (
    MediaNotFoundError,
    StudioAnswerError,
    StudioError,
    StudioForbiddenError,
    StudioHeldBackError,
    StudioLostError,
    StudioRejectedError,
    StudioUnavailableError,
)
from app.studio.protocol import EmbedWish
from app.studio.trying import may_have_been_obeyed
from app.texts import say

LEASE_SECONDS = 45.0
MAKING_SECONDS = 25.0
CREATE_TRIES = 3
CLOCKS_DIFFER = timedelta(minutes=1)
"""How far those of two machines may be apart."""
_IDENTITY = ("account_id", "media_id", "course_id", "embed_type", "downloadable")
_TELLS_NOTHING = (StudioForbiddenError, MediaNotFoundError, StudioRejectedError, StudioAnswerError)
log = structlog.get_logger()
_BY_KEY = sa.select(embed).where(*(embed.c[name] == sa.bindparam(name) for name in _IDENTITY))


@dataclass(frozen=True)
class EmbedKey:
    """What tells one embed from another."""

    account_id: int
    media_id: int
    course_id: int
    embed_type: str
    downloadable: bool

    @property
    def lock_name(self) -> str:
        """The lock under which it is made."""
        return "embed-" + "-".join(str(part) for part in vars(self).values())

    @property
    def wish(self) -> EmbedWish:
        """The same, as Studio is asked for it."""
        return EmbedWish(self.media_id, self.course_id, self.embed_type, self.downloadable)


@dataclass(frozen=True)
class Embed:
    """An embed that Studio made; `made_by` says on whose behalf, None where nobody kept it."""

    id: int
    key: EmbedKey
    title: str
    launch_url: str
    created_at: datetime
    made_at: datetime
    made_by: str | None


def find_embed(db: Database, key: EmbedKey) -> Embed | None:
    """Find an embed that is ready."""
    row = _find_row(db, key)
    return read_embed(row) if row is not None and row.launch_url else None


def find_embed_by_id(db: Database, embed_id: int) -> Embed | None:
    """Find a ready embed by its number; one that is larger than any is nobody's."""
    same = embed.c.id == sa.literal(embed_id, sa.BigInteger)
    with db.reading() as connection:
        row = connection.execute(sa.select(embed).where(same)).one_or_none()
    return read_embed(row) if row is not None and row.launch_url else None


def get_embed(db: Database, embed_id: int) -> Embed:
    """Give a ready embed by its number; raises `EmbedError`."""
    if (found := find_embed_by_id(db, embed_id)) is None:
        raise EmbedError(
            "embed-not-found",
            404,
            say("There is no embed {number}.", number=embed_id),
            say("`flask embeds list` shows those that are there."),
        )
    return found


def forget_embed(db: Database, embed_id: int) -> None:
    """Forget an embed, so that the next permitted launch makes it again; raises `EmbedError`."""
    get_embed(db, embed_id)
    with changing(db) as connection:
        connection.execute(sa.delete(embed).where(embed.c.id == embed_id))


def ensure_embed(
    db: Database,
    studio: StudioClient,
    key: EmbedKey,
    check_permitted: Callable[[StudioClient], None],
    *,
    made_by: str,
    since: datetime,
    wait_seconds: float,
    title: str | None = None,
) -> Embed:
    """Find an embed, or make it, or wait for the one who makes it.

    A new one gets `title`; without one Studio is asked for the media's.
    `check_permitted` raises where this person may not cause it to be made; it is asked before
    anything is made, under the lock, so that only one asks Studio at a time.
    Those who asked `since` before an attempt failed get its error instead of one more attempt;
    one that failed minutes from now was noted by a wrong clock.
    Raises `BusyError` where it is still being made after `wait_seconds`; `StudioError`.
    """

    def find() -> Embed | None:
        row = _find_row(db, key)
        if row is None:
            return None
        if row.launch_url:
            return read_embed(row)
        latest = datetime.now(UTC) + CLOCKS_DIFFER
        if row.failed_at is not None and since <= row.failed_at <= latest:
            raise read_error(row.failure)
        return None

    def make() -> Embed:
        client = studio.within(MAKING_SECONDS)
        check_permitted(client)
        return _make(db, client, key, made_by, title)

    return locks.one_for_all(
        db, key.lock_name, find, make, lease_seconds=LEASE_SECONDS, wait_seconds=wait_seconds
    )


def remake_embed(
    db: Database, studio: StudioClient, key: EmbedKey, seen_made_at: datetime
) -> Embed:
    """Make an embed anew that Studio no longer has; the old one counts until the new is there.

    One that was made after `seen_made_at`, when the person saw it, is anew already.
    Raises `BusyError` where somebody else is at it, and `StudioError`: `MediaNotFoundError`
    where the media itself is gone.
    """
    holder = locks.acquire(db, key.lock_name, LEASE_SECONDS)
    if holder is None:
        raise locks.BusyError(key.lock_name)
    try:
        current = find_embed(db, key)
        if current is not None and current.made_at > seen_made_at:
            return current
        client = studio.within(MAKING_SECONDS)
        title = client.get_media(key.media_id).title
        launch_url = client.create_embed(key.wish)
        metrics.EMBEDS_MADE.labels(key.embed_type).inc()
        with changing(db) as connection:
            return _finish(connection, key, title, launch_url, made_by="repair")
    finally:
        locks.release(db, key.lock_name, holder)


def _make(
    db: Database, studio: StudioClient, key: EmbedKey, made_by: str, title: str | None
) -> Embed:
    uncertain = _claim(db, key)
    try:
        if title is None:
            title = studio.get_media(key.media_id).title
        tries = 1
        while True:
            try:
                launch_url = _find_or_create(studio, key, look_first=uncertain)
                break
            except (StudioLostError, StudioUnavailableError) as error:
                if tries == CREATE_TRIES or not _may_look_at_once(error):
                    raise
                tries, uncertain = tries + 1, True
    except StudioError as error:
        _note_failure(db, key, error, uncertain=uncertain or may_have_been_obeyed(error))
        raise
    with db.writing() as connection:
        return _finish(connection, key, title, launch_url, made_by)


def _find_or_create(studio: StudioClient, key: EmbedKey, *, look_first: bool) -> str:
    """Create the embed, unless it is there when it is looked for first."""
    if look_first and (made := _find_made(studio, key)) is not None:
        return made
    launch_url = studio.create_embed(key.wish)
    metrics.EMBEDS_MADE.labels(key.embed_type).inc()
    return launch_url


def _may_look_at_once(error: StudioError) -> bool:
    """Whether a creation may have been obeyed, and Studio did not ask to be left alone."""
    asked = error.asked_seconds if isinstance(error, StudioUnavailableError) else None
    return may_have_been_obeyed(error) and not asked


def _find_made(studio: StudioClient, key: EmbedKey) -> str | None:
    """Find out whether Studio made the embed unheard; where it does not tell, it did not."""
    try:
        return studio.find_launch_url(key.wish)
    except _TELLS_NOTHING as error:
        where = {"media": key.media_id, "course": key.course_id}
        log.warning("embed-not-looked-for", **where, code=error.slug, why=error.log)
        return None


def _claim(db: Database, key: EmbedKey) -> bool:
    """Claim the row; gives whether an earlier claim may have made the embed at Studio."""
    with db.writing() as connection:
        row = connection.execute(sa.select(embed).where(_is(key))).one_or_none()
        if row is None:
            now = datetime.now(UTC)
            claim = {**vars(key), "created_at": now, "uncertain": True}
            connection.execute(sa.insert(embed).values(claim))
            return False
        claimed = {"failure": None, "failed_at": None, "uncertain": True}
        connection.execute(sa.update(embed).where(_is(key)).values(claimed))
        return bool(row.uncertain)


def _finish(
    connection: Connection, key: EmbedKey, title: str | None, launch_url: str, made_by: str
) -> Embed:
    values = {
        "title": title,
        "launch_url": launch_url,
        "made_at": datetime.now(UTC),
        "made_by": made_by,
        "failure": None,
        "failed_at": None,
        "uncertain": False,
    }
    row = connection.execute(
        sa.update(embed).where(_is(key)).values(values).returning(*embed.c)
    ).one_or_none()
    if row is None:
        claim = {**vars(key), **values, "created_at": values["made_at"]}
        row = connection.execute(sa.insert(embed).values(claim).returning(*embed.c)).one()
    return read_embed(row)


def _note_failure(db: Database, key: EmbedKey, error: StudioError, *, uncertain: bool) -> None:
    values = {
        "failure": keep_error(error),
        "uncertain": uncertain,
        # What was held back was not tried: a launch that waited for it may try, and does.
        "failed_at": None if isinstance(error, StudioHeldBackError) else datetime.now(UTC),
    }
    with db.writing() as connection:
        connection.execute(sa.update(embed).where(_is(key)).values(values))


def _find_row(db: Database, key: EmbedKey) -> Any:
    with db.reading() as connection:
        return connection.execute(_BY_KEY, vars(key)).one_or_none()


def _is(key: EmbedKey) -> Any:
    return sa.and_(*(embed.c[name] == value for name, value in vars(key).items()))


def read_embed(row: Any) -> Embed:
    """Read a row of an embed that is ready."""
    key = EmbedKey(
        row.account_id, row.media_id, row.course_id, row.embed_type, bool(row.downloadable)
    )
    title = row.title or f"Media {row.media_id}"
    return Embed(row.id, key, title, row.launch_url, row.created_at, row.made_at, row.made_by)
