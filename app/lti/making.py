"""From a checked launch of a link to its embed, and on: forward now, make it first, or wait.

All that is needed to go on is one small value, so that the page that waits can carry it, sealed.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Response, make_response, redirect, render_template, request
from pydantic import BaseModel, ConfigDict, ValidationError

from app.core import accounts, embeds, forwarding, keys, library, marks
from app.core.courses import Course
from app.core.embeds import EmbedKey
from app.crypto import UndecryptableError
from app.locks import BusyError
from app.lti import canvas, framing, refusals
from app.lti.claims import Launch
from app.outside import Outside
from app.studio.client import StudioClient

PURPOSE = "wait"
TICKET_SECONDS = 600
LOOK_AGAIN_SECONDS = 2


class Making(BaseModel):
    """A launch of a link, as far as it has to be remembered until its embed is there.

    `marked` says whether the link is the service's own, `email` who teaches here (None where
    the platform is not the account's own). `frame_origins` may frame the answer.
    """

    model_config = ConfigDict(frozen=True)
    key: EmbedKey
    course: Course
    canvas_origin: str
    start_at: int | None
    marked: bool
    email: str | None
    frame_origins: tuple[str, ...]
    since: datetime

    @classmethod
    def from_launch(cls, outside: Outside, message: Launch, course: Course) -> "Making":
        """Read what the link wants, and whose link it is; raises `ServiceError`."""
        wanted = message.read_wanted()
        account = outside.default_account()
        origin = canvas.find_origin(outside, message)
        what = (wanted.media_id, wanted.embed_type, wanted.downloadable)
        mark_key = keys.get_mark_key(outside.db)
        home = accounts.is_home(outside.db, account, message.platform.issuer)
        return cls(
            key=EmbedKey(
                account.id,
                wanted.media_id,
                course.course_id,
                wanted.embed_type,
                wanted.downloadable,
            ),
            course=course,
            canvas_origin=origin,
            start_at=wanted.start_at,
            marked=marks.is_marked(mark_key, wanted.mark, account.url, *what),
            email=message.email if home else None,
            frame_origins=framing.origins_so_far(),
            since=datetime.now(UTC),
        )


def forward_or_make(outside: Outside, message: Launch, making: Making, wait: float) -> Response:
    """Forward to the embed; where it is not there yet, see who asks and have it made."""
    if (found := embeds.find_embed(outside.db, making.key)) is not None:
        return _forward(making, found)
    if not making.marked and not message.is_instructor:
        raise (
            refusals.only_lms_admin() if message.is_only_lms_admin else refusals.not_embedded_yet()
        )
    if message.context_id is None:
        raise refusals.without_context()
    making.course.check_may_make()
    return go_on(outside, making, wait)


def go_on(outside: Outside, making: Making, wait_seconds: float) -> Response:
    """Have the embed made, and forward to it, or answer a page that goes on by itself.

    Security: the caller has seen that whoever launched may cause the embed to be made, but for
    the question whether the media is theirs, which is asked here.
    """
    try:
        with outside.seats.taken():
            found = embeds.ensure_embed(
                outside.db,
                outside.studio(outside.default_account()),
                making.key,
                _permission(outside, making),
                since=making.since,
                wait_seconds=wait_seconds,
            )
    except BusyError:
        return _wait_page(outside, making)
    return _forward(making, found)


def wait(outside: Outside) -> Response:
    """Look again for a page that waits; never waits itself."""
    making = _read_ticket(outside, request.args.get("ticket", ""))
    if datetime.now(UTC) - making.since > timedelta(seconds=TICKET_SECONDS):
        raise refusals.expired("a page has waited for ten minutes")
    framing.allow(making.frame_origins)
    if (found := embeds.find_embed(outside.db, making.key)) is not None:
        return _forward(making, found)
    return go_on(outside, making, wait_seconds=0)


def _permission(outside: Outside, making: Making) -> Callable[[StudioClient], None]:
    def check(studio: StudioClient) -> None:
        if not making.marked and outside.settings.studio_library == "own":
            library.check_may_use(studio, making.key.media_id, making.email)

    return check


def _forward(making: Making, found: embeds.Embed) -> Response:
    launch_url = forwarding.with_start(found.launch_url, making.start_at)
    address = forwarding.canvas_url(making.canvas_origin, found.key.course_id, launch_url)
    return make_response(redirect(address))


def _wait_page(outside: Outside, making: Making) -> Response:
    ticket = outside.vault.seal(making.model_dump_json(), PURPOSE)
    page = render_template("wait.html", seconds=LOOK_AGAIN_SECONDS, ticket=ticket)
    return make_response(page)


def _read_ticket(outside: Outside, ticket: str) -> Making:
    try:
        return Making.model_validate_json(outside.vault.unseal(ticket, PURPOSE, TICKET_SECONDS))
    except (UndecryptableError, ValidationError):
        raise refusals.expired("a waiting page's ticket is forged or too old") from None
