"""A launch with no media: the course's embeds, each one playable; for instructors, their care.

"Make anew" is for an embed that Studio no longer has. Its form carries a sealed ticket: what
the page may do is decided when it is shown, to whom it is shown.
"""

from datetime import datetime

from flask import Response, make_response, render_template, request
from pydantic import BaseModel, ConfigDict, ValidationError

from app.core import embeds, forwarding, keys, marks
from app.core.courses import Course
from app.core.embeds import Embed, EmbedKey
from app.crypto import UndecryptableError
from app.errors import EmbedError
from app.locks import BusyError
from app.lti import canvas, framing, refusals
from app.lti.claims import Launch
from app.outside import Outside

PURPOSE = "make-anew"
TICKET_SECONDS = 2 * 3600


class Anew(BaseModel):
    """The right to have one embed made anew."""

    model_config = ConfigDict(frozen=True)
    key: EmbedKey
    made_at: datetime
    canvas_origin: str
    frame_origins: tuple[str, ...]


class Entry(BaseModel):
    """One embed, as the page shows it."""

    model_config = ConfigDict(frozen=True)
    title: str
    kind: str
    play_url: str
    parameters: dict[str, str]
    anew: str | None


def show(outside: Outside, message: Launch, course: Course) -> Response:
    """Show the course's embeds; raises `ServiceError` where it is not certain which course."""
    if message.context_id is None:
        raise refusals.without_context()
    course.check_may_make()
    origin = canvas.find_origin(outside, message)
    account = outside.default_account()
    found = embeds.list_embeds(outside.db, account.id, course.course_id)
    mark_key = keys.get_mark_key(outside.db)
    entries = [_entry(outside, message, origin, account.url, mark_key, embed) for embed in found]
    return make_response(
        render_template(
            "course.html",
            course_title=message.context_title,
            entries=entries,
            teaches=message.is_instructor,
            picking=message.is_deep_linking,
            only_lms_admin=message.is_only_lms_admin,
        )
    )


def make_anew(outside: Outside) -> Response:
    """Make an embed anew for whoever was given the ticket; the old one counts until it is there."""
    anew = _read_ticket(outside, request.form.get("ticket", ""))
    framing.allow(anew.frame_origins)
    try:
        with outside.seats.taken():
            made = embeds.remake_embed(
                outside.db,
                outside.studio(outside.default_account()),
                anew.key,
                anew.made_at,
            )
    except BusyError:
        raise _busy() from None
    play_url = forwarding.canvas_url(anew.canvas_origin, made.key.course_id, made.launch_url)
    return make_response(render_template("anew.html", title=made.title, play_url=play_url))


def _entry(
    outside: Outside,
    message: Launch,
    origin: str,
    studio_url: str,
    mark_key: bytes,
    embed: Embed,
) -> Entry:
    key = embed.key
    return Entry(
        title=embed.title,
        kind=_kind(embed),
        play_url=forwarding.canvas_url(origin, key.course_id, embed.launch_url),
        parameters=marks.link_parameters(
            mark_key, studio_url, key.media_id, key.embed_type, key.downloadable
        ),
        anew=_ticket(outside, embed, origin) if message.is_instructor else None,
    )


def _kind(embed: Embed) -> str:
    kind = "player with media tabs" if embed.key.embed_type == "embed" else "player only"
    return f"{kind}, can be downloaded" if embed.key.downloadable else kind


def _ticket(outside: Outside, embed: Embed, origin: str) -> str:
    anew = Anew(
        key=embed.key,
        made_at=embed.made_at,
        canvas_origin=origin,
        frame_origins=framing.origins_so_far(),
    )
    return outside.vault.seal(anew.model_dump_json(), PURPOSE)


def _read_ticket(outside: Outside, ticket: str) -> Anew:
    try:
        return Anew.model_validate_json(outside.vault.unseal(ticket, PURPOSE, TICKET_SECONDS))
    except (UndecryptableError, ValidationError):
        raise refusals.expired("a course page's ticket is forged or older than two hours") from None


def _busy() -> EmbedError:
    return EmbedError(
        "embed-busy",
        503,
        "This video is just being put into the course.",
        "Please open the course page again in half a minute.",
        30,
    )
