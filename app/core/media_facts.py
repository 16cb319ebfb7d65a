"""What is known of a media beyond its embeds: will students see it, with captions or without.

Studio is asked when somebody wants to know, and what it said is kept: a page that shows many
media asks for none of it again.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict

from app.db import Database, insert_into
from app.models import media_fact
from app.studio.client import StudioClient
from app.studio.shapes import Media

READY = frozenset({"complete", "completed", "done", "ready", "transcoded", "transcoding_finished"})
"""Words of Studio's for a media that plays; the reference page does not list them, the vendor's
own scripts name the last one."""


class Facts(BaseModel):
    """What Studio said of a media at `asked_at`; None where it did not tell.

    `captions` are the languages of those that viewers see. `owner_active` says whether Studio
    still knows the owner.
    """

    model_config = ConfigDict(frozen=True)
    title: str | None
    thumbnail_url: str | None
    duration_seconds: float | None
    transcoding_status: str | None
    archived: bool
    captions: tuple[str, ...]
    owner_name: str | None
    owner_active: bool | None
    asked_at: datetime

    @property
    def is_transcoded(self) -> bool | None:
        """Whether it plays already; None where Studio did not tell."""
        return is_transcoded(self.transcoding_status)


def find_facts(db: Database, account_id: int, media_ids: Iterable[int]) -> dict[int, Facts]:
    """Find what is known of some media, by their numbers."""
    wanted = sa.select(media_fact).where(
        media_fact.c.account_id == account_id, media_fact.c.media_id.in_(tuple(media_ids))
    )
    with db.reading() as connection:
        rows = connection.execute(wanted).all()
    return {row.media_id: Facts.model_validate_json(row.facts) for row in rows}


def ask_facts(db: Database, studio: StudioClient, account_id: int, media_id: int) -> Facts:
    """Ask Studio, at most three calls, and keep what it says; raises `StudioError`."""
    media = studio.get_media(media_id)
    files = studio.list_caption_files(media_id)
    owner = media.owner
    email = None if owner is None else owner.email
    facts = Facts(
        title=media.title,
        thumbnail_url=media.thumbnail_url,
        duration_seconds=media.duration,
        transcoding_status=media.transcoding_status,
        archived=is_archived(media),
        captions=tuple(file.srclang or "?" for file in files if file.status == "published"),
        owner_name=None if owner is None else owner.display_name or owner.full_name,
        owner_active=None if email is None else studio.find_user(email) is not None,
        asked_at=datetime.now(UTC),
    )
    row = {"facts": facts.model_dump_json(), "asked_at": facts.asked_at}
    with db.writing() as connection:
        insert = insert_into(connection, media_fact)
        insert = insert.values(account_id=account_id, media_id=media_id, **row)
        keys = ["account_id", "media_id"]
        connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=row))
    return facts


def is_transcoded(status: str | None) -> bool | None:
    """Whether a media of this status plays already; None where Studio did not tell."""
    return None if status is None else status.lower() in READY


def is_archived(media: Media) -> bool:
    """Whether Studio says, in a field that the reference page does not have, that it is."""
    told = media.model_extra or {}
    return bool(told.get("archived") or told.get("is_archived") or told.get("archived_at"))
