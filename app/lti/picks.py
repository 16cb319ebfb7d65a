"""What an instructor picked, in order, and how each is to be shown, as the picker's form says it.

The form carries it from page to page and from search to search, so nothing of it is kept here,
and the picker works without a script. Nothing in it is believed: whether somebody may use a media
is asked when it is put into the course.
"""

from collections.abc import Iterator

from flask import request
from pydantic import BaseModel, ConfigDict

from app.core.content_items import SIZES
from app.inputs import printable, read_clock, read_positive
from app.lti.claims import LONGEST_TITLE
from app.studio.arguments import EMBED_TYPES
from app.texts import Said, say

MOST_PICKS = 50


class Pick(BaseModel):
    """One media, and how it is to be shown. `title` is None where Studio's own is right.

    `start_at` is seconds; `faults` says what cannot be read of what somebody typed, by field.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)
    media_id: int
    embed_type: str
    downloadable: bool
    size: str
    title: str | None = None
    start_at: int | None = None
    faults: dict[str, Said] = {}


def read_picks() -> tuple[Pick, ...]:
    """Read the form's picks, each once, in their order; at most `MOST_PICKS`."""
    ids = dict.fromkeys(filter(None, map(read_positive, request.form.getlist("pick"))))
    return tuple(read_pick(media_id) for media_id in tuple(ids)[:MOST_PICKS])


def read_pick(media_id: int) -> Pick:
    """Read how the form wants one media to be shown."""
    faults = dict(_faults(media_id))
    embed_type, size = _field("embed_type", media_id), _field("size", media_id)
    start = _field("start_at", media_id)
    return Pick(
        media_id=media_id,
        embed_type=embed_type if embed_type in EMBED_TYPES else EMBED_TYPES[0],
        downloadable=_field("downloadable", media_id) == "true",
        size=size if size in SIZES else "medium",
        title=printable(_field("title", media_id)[:LONGEST_TITLE]) or None,
        start_at=None if "start_at" in faults or not start else read_clock(start),
        faults=faults,
    )


def _faults(media_id: int) -> Iterator[tuple[str, Said]]:
    start = _field("start_at", media_id)
    if start and read_clock(start) is None:
        yield "start_at", say("Write the start as minutes and seconds, such as 1:30.")


def _field(name: str, media_id: int) -> str:
    return request.form.get(f"{name}-{media_id}", "").strip()
