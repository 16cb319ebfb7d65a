"""What is known of a media beyond its embeds: is it ready, has it captions, where is it.

Studio is asked when somebody wants to know, and what it said is kept: a page that shows many
media asks for none of it again. Not here: what that means for students (`verdicts`).
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict

from app.db import Database, insert_into
from app.models import media_fact
from app.studio.client import StudioClient
from app.studio.errors import (
    MediaNotFoundError,
    StudioAnswerError,
    StudioArgumentError,
    StudioForbiddenError,
    StudioRejectedError,
)
from app.studio.shapes import Media, User

State = Literal["ready", "preparing", "failed"]
STATES: dict[str, State] = {
    "transcoding_finished": "ready",
    "finished": "ready",
    "complete": "ready",
    "completed": "ready",
    "done": "ready",
    "ready": "ready",
    "transcoded": "ready",
    "transcoding_started": "preparing",
    "transcoding_requested": "preparing",
    "started": "preparing",
    "requested": "preparing",
    "queued": "preparing",
    "pending": "preparing",
    "processing": "preparing",
    "transcoding": "preparing",
    "transcoding_failed": "failed",
    "failed": "failed",
}
"""What Studio's words mean. Only the first is known from the vendor; any other word is unknown."""


class Facts(BaseModel):
    """What Studio said of a media at `asked_at`; None where it did not tell.

    `captions` are the languages of those that viewers see, `course_ids` the courses that have
    it. `owner_active` says whether Studio still knows the owner. `missing` says whether Studio
    had no such media any more (`gone`), or did not let us see it (`forbidden`); the rest is then
    what it said before.
    """

    model_config = ConfigDict(frozen=True)
    title: str | None = None
    thumbnail_url: str | None = None
    duration_seconds: float | None = None
    transcoding_status: str | None = None
    archived: bool = False
    captions: tuple[str, ...] = ()
    course_ids: tuple[int, ...] | None = None
    owner_name: str | None = None
    owner_active: bool | None = None
    missing: Literal["gone", "forbidden"] | None = None
    asked_at: datetime

    @property
    def state(self) -> State | None:
        """How far Studio is with it; None where it did not tell, or in a word of its own."""
        return find_state(self.transcoding_status)

    @property
    def is_transcoded(self) -> bool | None:
        """Whether it plays already; None where that is not known."""
        return None if self.state is None else self.state == "ready"


def find_facts(db: Database, account_id: int, media_ids: Iterable[int]) -> dict[int, Facts]:
    """Find what is known of some media, by their numbers."""
    wanted = sa.select(media_fact).where(
        media_fact.c.account_id == account_id, media_fact.c.media_id.in_(tuple(media_ids))
    )
    with db.reading() as connection:
        rows = connection.execute(wanted).all()
    return {row.media_id: Facts.model_validate_json(row.facts) for row in rows}


def ask_facts(db: Database, studio: StudioClient, account_id: int, media_id: int) -> Facts:
    """Ask Studio, at most four calls, and keep what it says; raises `StudioError`.

    A media that Studio no longer has, or no longer shows, is no error: `missing` says so. The
    facts are as old as the question: an embed that is made meanwhile is later than they are.
    """
    asked_at = datetime.now(UTC)
    try:
        media = studio.get_media(media_id)
    except MediaNotFoundError:
        facts = _missing(db, account_id, media_id, "gone")
    except StudioForbiddenError:
        facts = _missing(db, account_id, media_id, "forbidden")
    else:
        facts = _read(studio, media, asked_at)
    row = {"facts": facts.model_dump_json(), "asked_at": facts.asked_at}
    with db.writing() as connection:
        insert = insert_into(connection, media_fact)
        insert = insert.values(account_id=account_id, media_id=media_id, **row)
        keys = ["account_id", "media_id"]
        connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=row))
    return facts


def is_archived(media: Media) -> bool:
    """Whether Studio says, in a field that the reference page does not have, that it is."""
    told = media.model_extra or {}
    return bool(told.get("archived") or told.get("is_archived") or told.get("archived_at"))


def find_state(transcoding_status: str | None) -> State | None:
    """Find what Studio's word for a media's state means; None where it is not known."""
    return STATES.get((transcoding_status or "").lower())


def _read(studio: StudioClient, media: Media, asked_at: datetime) -> Facts:
    files, owner = studio.list_caption_files(media.id), media.owner
    return Facts(
        title=media.title,
        thumbnail_url=media.thumbnail_url,
        duration_seconds=media.duration,
        transcoding_status=media.transcoding_status,
        archived=is_archived(media),
        captions=tuple(file.srclang or "?" for file in files if file.status == "published"),
        course_ids=_list_course_ids(studio, media.id),
        owner_name=None if owner is None else owner.display_name or owner.full_name,
        owner_active=_is_active(studio, owner),
        asked_at=asked_at,
    )


def _list_course_ids(studio: StudioClient, media_id: int) -> tuple[int, ...] | None:
    """List the courses that have a media; None where Studio does not tell, or numbers of its own.

    Only `course_id` is certainly the course's number in the LMS (`shapes.Course`).
    """
    try:
        found = [course.course_id for course in studio.list_courses(media_id)]
    except (MediaNotFoundError, StudioForbiddenError, StudioRejectedError, StudioAnswerError):
        return None
    known = tuple(course_id for course_id in found if course_id is not None)
    return known if len(known) == len(found) else None


def _is_active(studio: StudioClient, owner: User | None) -> bool | None:
    """Whether Studio finds the owner; None where it does not tell, as it tells admins only."""
    if owner is None or owner.email is None:
        return None
    try:
        return studio.find_user(owner.email) is not None
    except (StudioForbiddenError, StudioArgumentError):
        return None


def _missing(
    db: Database, account_id: int, media_id: int, how: Literal["gone", "forbidden"]
) -> Facts:
    now = datetime.now(UTC)
    before = find_facts(db, account_id, [media_id]).get(media_id, Facts(asked_at=now))
    return before.model_copy(update={"missing": how, "asked_at": now})
