"""A launch with no media: the course's embeds, each one playable; for instructors, their care.

"Repair it" is for an embed that Studio no longer has. Who the page is for, and in which course,
its session says (`session`), never the form.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil

import structlog
from flask import Response, make_response, render_template, request

from app import logs
from app.core import embed_lists, embeds
from app.core.courses import Course
from app.core.embeds import Embed
from app.errors import PageError
from app.inputs import read_positive
from app.locks import BusyError
from app.lti import connecting, policy, refusals, session
from app.lti.claims import Launch
from app.lti.course_entries import list_entries
from app.lti.forward import forward
from app.lti.session import Visit
from app.outside import Outside
from app.studio import pace
from app.texts import Said, say

MOST_ON_ONE_PAGE = 50
PER_PAGE = 25

log = structlog.get_logger()


@dataclass(frozen=True)
class Trouble:
    """What could not be done, told on the page; `of_one` embed says that others may go well."""

    texts: tuple[str, ...]
    of_one: bool = False


def show(outside: Outside, message: Launch, course: Course) -> Response:
    """Show the course's embeds; raises `ServiceError` where it is not certain which course."""
    visit = session.begin(outside, message, course)
    return page(outside, session.keep(outside, visit), visit)


def show_again(outside: Outside) -> Response:
    """Show it to whoever has its session: another part of the list, or after something else."""
    token, visit = session.read(outside)
    return page(outside, token, visit, number=read_number())


def play(outside: Outside) -> Response:
    """Send whoever has the session on to the embed that they chose."""
    _, visit = session.read(outside)
    if visit.traveller is None:
        raise refusals.expired("a session that was begun to pick plays nothing")
    return forward(outside, visit.traveller, read_choice(outside, visit))


def make_anew(outside: Outside) -> Response:
    """Make an embed anew for an instructor; the old one counts until the new one is there."""
    token, visit = session.read_instructor(outside)
    notice, trouble = None, None
    try:
        title = _make_anew(outside, visit).title
        notice = say("“{title}” was repaired: each link to it here plays it again.", title=title)
    except PageError as error:
        trouble = tell_trouble("not-made-anew", error)
    return page(outside, token, visit, notice=notice, trouble=trouble, number=read_number())


def _make_anew(outside: Outside, visit: Visit) -> Embed:
    embed, studio = read_choice(outside, visit), outside.studio(outside.account(visit.account_id))
    try:
        with outside.seats.taken():
            return embeds.remake_embed(outside.db, studio, embed.key, _read_seen_at(visit))
    except BusyError:
        raise refusals.studio_busy() from None


def page(
    outside: Outside,
    token: str,
    visit: Visit,
    *,
    added: Sequence[Embed] = (),
    notice: Said | None = None,
    trouble: Trouble | None = None,
    number: int = 1,
) -> Response:
    """Give one page of the course's embeds, for its session; `added` are marked as new."""
    policy.let_forms_leave()
    policy.let_load(connect="'self'")
    account = outside.account(visit.account_id)
    shown, number, pages = list_shown(outside, visit, number)
    text = render_template(
        "course.html",
        token=token,
        visit=visit,
        entries=list_entries(outside, account, shown, teaches=visit.teaches),
        added_ids={embed.id for embed in added},
        notice=notice,
        trouble=trouble,
        number=number,
        pages=pages,
        may_connect=connecting.may_connect(outside, visit),
        studio_fails=any(each.url == account.url for each in pace.list_circuits(outside.db)),
        seen_at=datetime.now(UTC).isoformat(),
    )
    return make_response(text)


def list_shown(outside: Outside, visit: Visit, number: int) -> tuple[list[Embed], int, int]:
    """Give the embeds of a page, its number where there is such a page, and how many there are.

    A script that checks a media asks for a page with its embeds `alone`.
    """
    if alone := request.form.getlist("alone")[:MOST_ON_ONE_PAGE]:
        asked = [_find_in_course(outside, visit, each) for each in alone]
        return [each for each in asked if each is not None], number, 1
    course = {"account_id": visit.account_id, "course_id": visit.course_id}
    found, count = embed_lists.list_embeds_page(outside.db, 1, MOST_ON_ONE_PAGE, **course)
    if count <= MOST_ON_ONE_PAGE:
        return found, 1, 1
    pages = ceil(count / PER_PAGE)
    number = min(number, pages)
    found, _ = embed_lists.list_embeds_page(outside.db, number, PER_PAGE, **course)
    return found, number, pages


def read_number() -> int:
    """Read which page of the list is meant."""
    return read_positive(request.form.get("course_page", "")) or 1


def read_choice(outside: Outside, visit: Visit) -> Embed:
    """Read the embed of the session's course that was chosen; raises `LaunchError`."""
    if (embed := _find_in_course(outside, visit, request.form.get("embed", ""))) is None:
        raise refusals.not_listed()
    return embed


def tell_trouble(event: str, error: PageError, *, of_one: bool = False) -> Trouble:
    """Tell on the page what would else have a page of its own, and log it alike."""
    log.warning(event, code=error.slug, why=error.log)
    reference = say("Reference: {reference}.", reference=logs.current_reference())
    return Trouble((error.title, error.hint, reference), of_one)


def _find_in_course(outside: Outside, visit: Visit, text: str) -> Embed | None:
    embed_id = read_positive(text)
    embed = None if embed_id is None else embeds.find_embed_by_id(outside.db, embed_id)
    course = (visit.account_id, visit.course_id)
    if embed is None or (embed.key.account_id, embed.key.course_id) != course:
        return None
    return embed


def _read_seen_at(visit: Visit) -> datetime:
    """Read when the page was shown: what was made later than that is anew already."""
    try:
        seen_at = datetime.fromisoformat(request.form.get("seen_at", ""))
    except ValueError:
        return visit.began_at
    return seen_at if seen_at.tzinfo else visit.began_at
