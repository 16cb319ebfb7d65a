"""Will students see it? A teacher has Studio asked, about one embed or the next ones of a page.

Studio in trouble is told on the page, so nothing that was found out is lost. With a script the
page asks for one after the other; without, for as many as fit into the time of one request.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog
from flask import Response, request

from app import logs
from app.core import media_facts, verdicts
from app.locks import BusyError
from app.lti import course_page, session
from app.lti.session import Visit
from app.outside import Outside
from app.studio.errors import StudioAnswerError, StudioError, StudioForbiddenError
from app.texts import Said, say

log = structlog.get_logger()

CHECK_SECONDS = 8.0
BEGIN_SECONDS = 5.0
AT_ONCE = 10
OF_ONE_MEDIA = (StudioAnswerError, StudioForbiddenError)
"""What is wrong with one media only: the next one is worth asking for."""


def check(outside: Outside) -> Response:
    """Check the embed that was chosen, else the next of the page; shows the page again."""
    token, visit = session.read_instructor(outside)
    number, notice = course_page.read_number(), None
    if "embed" in request.form:
        chosen = course_page.read_choice(outside, visit)
        _, trouble = _ask(outside, visit, [chosen.key.media_id])
    else:
        due = _list_due(outside, visit, number)
        checked, trouble = _ask(outside, visit, due[:AT_ONCE])
        notice = _count(checked, len(due) - checked)
    return course_page.page(outside, token, visit, notice=notice, trouble=trouble, number=number)


def _list_due(outside: Outside, visit: Visit, number: int) -> list[int]:
    """Give the media of the page of which too little is known."""
    shown, _, _ = course_page.list_shown(outside, visit, number)
    media_ids = dict.fromkeys(embed.key.media_id for embed in shown)
    known, now = media_facts.find_facts(outside.db, visit.account_id, media_ids), datetime.now(UTC)
    return [each for each in media_ids if verdicts.is_due(known.get(each), now)]


def _ask(outside: Outside, visit: Visit, media_ids: Sequence[int]) -> tuple[int, tuple[str, ...]]:
    """Ask Studio, one after the other; gives how many answers came, and what went wrong."""
    checked, trouble, began = 0, tuple[str, ...](), time.monotonic()
    try:
        with outside.patient_seat():
            account = outside.account(visit.account_id)
            studio = outside.studio(account).patient().within(CHECK_SECONDS)
            for media_id in media_ids:
                if time.monotonic() - began > BEGIN_SECONDS:
                    break
                try:
                    media_facts.ask_facts(outside.db, studio, account.id, media_id)
                    checked += 1
                except OF_ONE_MEDIA as error:
                    trouble = _tell(error)
    except StudioError as error:
        trouble = _tell(error)
    except BusyError:
        trouble = (say("This service is busy at the moment."), say("Try again in a little while."))
    return checked, trouble


def _tell(error: StudioError) -> tuple[str, ...]:
    """Tell on the page what would else have a page of its own, and log it alike."""
    log.warning("not-checked", code=error.slug, why=error.log)
    reference = say("Reference: {reference}.", reference=logs.current_reference())
    return error.title, error.hint, reference


def _count(checked: int, left: int) -> Said:
    if checked == left == 0:
        return say("All of these were checked a short while ago.")
    return say("Checked now: {checked}. Still to check: {left}.", checked=checked, left=left)
