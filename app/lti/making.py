"""From a checked launch of a link to its embed, and on: forward now, make it first, or wait.

All that is needed to go on is one value. While a page waits it is kept, encrypted, and the page
has only a sealed name for it: in some launch modes whoever went on would be taken for the person.
"""

import secrets
from datetime import UTC, datetime, timedelta

from flask import Response, g, make_response, render_template, request
from pydantic import BaseModel, ConfigDict, ValidationError

from app import metrics
from app.core import embeds, keys, library, marks, pending, returned
from app.core.courses import Course
from app.core.embeds import Embed, EmbedKey
from app.crypto import UndecryptableError
from app.locks import BusyError
from app.lti import policy, refusals
from app.lti.claims import Launch
from app.lti.forward import Traveller, forward
from app.outside import Outside
from app.studio.client import StudioClient

PURPOSE = "wait"
LIFETIME = timedelta(minutes=10)
LOOK_AGAIN_SECONDS = 2


class Making(BaseModel):
    """A launch of a link, as far as it has to be remembered until its embed is there.

    `marked` says whether the link is the service's own, by its mark or because the API returned
    it; `email` who teaches here (None where `unknown` says why Studio cannot know them).
    `frame_origins` may frame the answer.
    """

    model_config = ConfigDict(frozen=True)
    key: EmbedKey
    course: Course
    traveller: Traveller
    start_at: int | None
    marked: bool
    email: str | None
    unknown: library.Unknown | None = None
    frame_origins: tuple[str, ...]
    locale: str | None = None
    since: datetime


def forward_or_make(outside: Outside, message: Launch, course: Course, wait: float) -> Response:
    """Forward to the embed; where it is not there yet, see who asks and have it made.

    Raises `ServiceError`, which tells what the link lacks, or who may cause it.
    """
    wanted, account = message.read_wanted(), outside.account_of(message.platform)
    traveller = Traveller.from_launch(outside, message, account)
    what = (wanted.media_id, course.course_id, wanted.embed_type, wanted.downloadable)
    key = EmbedKey(account.id, *what)
    found = outside.memory.recall(embeds.find_embed, key)
    if found is None:
        making = _begin(outside, message, course, traveller, key)
        _check_may_make(message, making)
        found = _make(outside, making, wait)
        if found is None:
            return _begin_to_wait(outside, making)
    return forward(outside, traveller, found, wanted.start_at)


def _begin(
    outside: Outside, message: Launch, course: Course, traveller: Traveller, key: EmbedKey
) -> Making:
    wanted, account = message.read_wanted(), outside.account(key.account_id)
    mark_key = keys.get_mark_key(outside.db)
    what = (key.media_id, key.embed_type, key.downloadable)
    home = outside.is_home(account, message.platform)
    unknown = library.find_unknown(message.email, at_home=home)
    return Making(
        key=key,
        course=course,
        traveller=traveller,
        start_at=wanted.start_at,
        marked=marks.is_marked(mark_key, wanted.mark, account.url, *what)
        or returned.was_returned(outside.db, key),
        email=None if unknown else message.email,
        unknown=unknown,
        frame_origins=policy.frame_origins(),
        locale=message.locale,
        since=datetime.now(UTC),
    )


def wait(outside: Outside) -> Response:
    """Look again for a page that waits; never waits itself, and goes on once."""
    ticket = request.args.get("ticket", "")
    name, making = _find_waiting(outside, ticket)
    policy.allow_frames(lambda: making.frame_origins)
    g.locale = making.locale
    found = embeds.find_embed(outside.db, making.key) or _make(outside, making, wait_seconds=0)
    if found is None:
        metrics.WAITS.labels("no").inc()
        return _wait_page(ticket)
    if pending.take(outside.db, outside.vault, name) is None:
        raise refusals.expired("a waiting page went on before")
    metrics.WAITS.labels("yes").inc()
    return forward(outside, making.traveller, found, making.start_at)


def _check_may_make(message: Launch, making: Making) -> None:
    """Raise `ServiceError` where this launch may not cause the embed to be made.

    Whether the media is the instructor's is asked later, under the embed's lock.
    """
    if not making.marked and not message.is_instructor:
        raise (
            refusals.only_lms_admin() if message.is_only_lms_admin else refusals.not_embedded_yet()
        )
    if message.context_id is None:
        raise refusals.without_context()
    making.course.check_may_make()


def _make(outside: Outside, making: Making, wait_seconds: float) -> Embed | None:
    """Have the embed made; None where it is still being made, or no thread is to spare.

    Security: the caller has seen that whoever launched may cause it.
    """

    def check_permitted(studio: StudioClient) -> None:
        if not making.marked and outside.settings.studio_library == "own":
            who = (making.email, making.unknown)
            library.check_may_use(studio, making.key.media_id, *who)

    try:
        with outside.seats.taken():
            return embeds.ensure_embed(
                outside.db,
                outside.studio(outside.account(making.key.account_id)),
                making.key,
                check_permitted,
                made_by="launch",
                since=making.since,
                wait_seconds=wait_seconds,
            )
    except BusyError:
        return None


def _begin_to_wait(outside: Outside, making: Making) -> Response:
    name = secrets.token_urlsafe(24)
    pending.keep(outside.db, outside.vault, name, making.model_dump_json(), LIFETIME)
    return _wait_page(outside.vault.seal(name, PURPOSE))


def _wait_page(ticket: str) -> Response:
    g.outcome = "waiting"
    page = render_template("wait.html", seconds=LOOK_AGAIN_SECONDS, ticket=ticket)
    return make_response(page)


def _find_waiting(outside: Outside, ticket: str) -> tuple[str, Making]:
    try:
        name = outside.vault.unseal(ticket, PURPOSE, int(LIFETIME.total_seconds()))
        kept = pending.find(outside.db, outside.vault, name)
        return name, Making.model_validate_json(kept or "")
    except (UndecryptableError, ValidationError):
        raise refusals.expired("a waiting page's ticket is forged, used or too old") from None
