"""A media as a row of the picker shows it: what is known of it, and whether it can be picked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from app.core import media_facts
from app.core.media_facts import Facts
from app.inputs import may_be_loaded
from app.lti.captions import say_captions
from app.studio.shapes import Media
from app.texts import Said, clock, say


@dataclass(frozen=True)
class Row:
    """One media. `hindrance` says why it cannot be picked; None where it can.

    `captions` is None where nobody asked Studio yet, `title` where there is none.
    """

    media_id: int
    title: str | None
    thumbnail_url: str | None
    clock: str | None
    created_at: datetime | None
    owner: str | None
    captions: Said | None
    in_course: bool
    hindrance: Said | None


def make_rows(
    media: Iterable[Media],
    facts: dict[int, Facts],
    in_course: frozenset[int],
    *,
    insecure: bool,
) -> list[Row]:
    """Give the rows of some media; `insecure` lets pictures come over http."""
    return [
        Row(
            media_id=each.id,
            title=each.title or None,
            thumbnail_url=_picture(each.thumbnail_url, insecure=insecure),
            clock=None if each.duration is None else clock(each.duration),
            created_at=_moment(each.created_at),
            owner=None if each.owner is None else each.owner.display_name or each.owner.full_name,
            captions=say_captions(facts.get(each.id)),
            in_course=each.id in in_course,
            hindrance=find_hindrance(each),
        )
        for each in media
    ]


def find_hindrance(media: Media) -> Said | None:
    """Find why a media cannot be put into a course: students would see nothing."""
    if media_facts.is_archived(media):
        return say("Archived")
    match media_facts.find_state(media.transcoding_status):
        case "failed":
            return say("Studio could not prepare it")
        case "preparing":
            return say("Still being prepared")
    return None


def _picture(url: str | None, *, insecure: bool) -> str | None:
    return url if may_be_loaded(url, insecure=insecure) else None


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
