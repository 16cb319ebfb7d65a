"""A launch with no media: the course's embeds, each one playable; for instructors, their care.

"Make anew" is for an embed that Studio no longer has. The page's form carries a sealed ticket:
what the page may do is decided when it is shown, to whom it is shown.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from flask import Response, make_response, render_template, request
from pydantic import BaseModel, ConfigDict, ValidationError

from app.core import embed_lists, embeds, keys, marks
from app.core.courses import Course
from app.core.embeds import Embed
from app.crypto import UndecryptableError
from app.errors import EmbedError
from app.inputs import read_positive
from app.locks import BusyError
from app.lti import policy, refusals, session
from app.lti.claims import Launch
from app.lti.forward import Traveller, forward
from app.outside import Outside
from app.studio import pace
from app.texts import Said

PURPOSE = "course-page"
TICKET_SECONDS = 2 * 3600


class Visit(BaseModel):
    """What somebody may do on a course page: play its embeds, and who teaches, make them anew."""

    model_config = ConfigDict(frozen=True)
    account_id: int
    course_id: int
    traveller: Traveller
    teaches: bool
    seen_at: datetime
    frame_origins: tuple[str, ...]


class Entry(BaseModel):
    """One embed, as the page shows it."""

    model_config = ConfigDict(frozen=True)
    embed_id: int
    title: str
    kind: str
    parameters: dict[str, str]


def show(outside: Outside, message: Launch, course: Course) -> Response:
    """Show the course's embeds; raises `ServiceError` where it is not certain which course."""
    if message.context_id is None:
        raise refusals.without_context()
    course.check_may_make()
    account = outside.account_of(message.platform)
    traveller = Traveller.from_launch(outside, message, account)
    visit = Visit(
        account_id=account.id,
        course_id=course.course_id,
        traveller=traveller,
        teaches=message.is_instructor,
        seen_at=datetime.now(UTC),
        frame_origins=policy.frame_origins(),
    )
    found = embed_lists.list_embeds(outside.db, account_id=account.id, course_id=course.course_id)
    mark_key = keys.get_mark_key(outside.db)
    return _page(
        "course.html",
        outside.vault.seal(visit.model_dump_json(), PURPOSE),
        course_title=message.context_title,
        entries=[_entry(mark_key, account.url, embed) for embed in found],
        teaches=message.is_instructor,
        picking=message.is_deep_linking,
        only_lms_admin=message.is_only_lms_admin,
        studio_fails=any(each.url == account.url for each in pace.list_circuits(outside.db)),
    )


def page(
    outside: Outside,
    token: str,
    visit: session.Visit,
    *,
    added: Sequence[Embed] = (),
    notice: Said | None = None,
) -> Response:
    """Show the course page of a session again, with what was just added to it."""
    found = embed_lists.list_embeds(
        outside.db, account_id=visit.account_id, course_id=visit.course_id
    )
    return _page("added.html", token, embeds=found, added=added, notice=notice)


def play(outside: Outside) -> Response:
    """Send whoever was given the ticket on to the embed that they chose."""
    visit, embed = _read_choice(outside)
    return forward(outside, visit.traveller, embed)


def make_anew(outside: Outside) -> Response:
    """Make an embed anew for an instructor; the old one counts until the new one is there."""
    visit, embed = _read_choice(outside)
    if not visit.teaches:
        raise refusals.only_instructors()
    try:
        with outside.seats.taken():
            studio = outside.studio(outside.account(visit.account_id))
            made = embeds.remake_embed(outside.db, studio, embed.key, visit.seen_at)
    except BusyError:
        raise _busy() from None
    return _page("anew.html", request.form["ticket"], embed=made)


def _page(template: str, ticket: str, **values: object) -> Response:
    policy.let_forms_leave()
    return make_response(render_template(template, ticket=ticket, **values))


def _entry(mark_key: bytes, studio_url: str, embed: Embed) -> Entry:
    key = embed.key
    return Entry(
        embed_id=embed.id,
        title=embed.title,
        kind=_kind(embed),
        parameters=marks.link_parameters(
            mark_key, studio_url, key.media_id, key.embed_type, key.downloadable
        ),
    )


def _kind(embed: Embed) -> str:
    kind = "player with media tabs" if embed.key.embed_type == "embed" else "player only"
    return f"{kind}, can be downloaded" if embed.key.downloadable else kind


def _read_choice(outside: Outside) -> tuple[Visit, Embed]:
    """Read the ticket of a course page, and the embed of that course that was chosen."""
    try:
        text = outside.vault.unseal(request.form.get("ticket", ""), PURPOSE, TICKET_SECONDS)
        visit = Visit.model_validate_json(text)
    except (UndecryptableError, ValidationError):
        raise refusals.expired("a course page's ticket is forged or older than two hours") from None
    policy.allow_frames(lambda: visit.frame_origins)
    embed_id = read_positive(request.form.get("embed", ""))
    embed = None if embed_id is None else embeds.find_embed_by_id(outside.db, embed_id)
    if embed is None or (embed.key.account_id, embed.key.course_id) != (
        visit.account_id,
        visit.course_id,
    ):
        raise refusals.expired("the embed is not of this course page, or was forgotten")
    return visit, embed


def _busy() -> EmbedError:
    return EmbedError(
        "embed-busy",
        503,
        "This video is just being put into the course.",
        "Please open the course page again in half a minute.",
        30,
    )
