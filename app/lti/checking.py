"""Will students see it? A teacher has Studio asked, about one embed or the next ones of a page.

Studio in trouble is told on the page, so nothing that was found out is lost. With a script the
page asks for one after the other; without, for as many as fit into the time of one request.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from flask import Response, request

from app.core import media_facts, verdicts
from app.errors import LaunchError
from app.locks import BusyError
from app.lti import course_page, refusals, session
from app.lti.course_page import Trouble, tell_trouble
from app.lti.session import Visit
from app.outside import Outside
from app.studio.errors import StudioAnswerError, StudioError, StudioForbiddenError
from app.texts import Said, say

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
        trouble = _check_chosen(outside, visit)
    else:
        due = _list_due(outside, visit, number)
        checked, trouble = _ask(outside, visit, due[:AT_ONCE])
        notice = _count(checked, len(due) - checked)
    return course_page.page(outside, token, visit, notice=notice, trouble=trouble, number=number)


def _check_chosen(outside: Outside, visit: Visit) -> Trouble | None:
    try:
        chosen = course_page.read_choice(outside, visit)
    except LaunchError as error:
        return tell_trouble("not-checked", error, of_one=True)
    return _ask(outside, visit, [chosen.key.media_id])[1]


def _list_due(outside: Outside, visit: Visit, number: int) -> list[int]:
    """Give the media of the page of which too little is known."""
    shown, _, _ = course_page.list_shown(outside, visit, number)
    media_ids = [embed.key.media_id for embed in shown]
    known, now = media_facts.find_facts(outside.db, visit.account_id, media_ids), datetime.now(UTC)
    due = (
        embed.key.media_id
        for embed in shown
        if verdicts.is_due(known.get(embed.key.media_id), embed, now)
    )
    return list(dict.fromkeys(due))


def _ask(outside: Outside, visit: Visit, media_ids: Sequence[int]) -> tuple[int, Trouble | None]:
    """Ask Studio, one after the other; gives how many answers came, and what went wrong."""
    checked, trouble, began = 0, None, time.monotonic()
    account = outside.account(visit.account_id)
    try:
        with outside.patient_studio(account, CHECK_SECONDS) as studio:
            for media_id in media_ids:
                if time.monotonic() - began > BEGIN_SECONDS:
                    break
                try:
                    media_facts.ask_facts(outside.db, studio, account.id, media_id)
                    checked += 1
                except OF_ONE_MEDIA as error:
                    trouble = tell_trouble("not-checked", error, of_one=True)
    except StudioError as error:
        trouble = tell_trouble("not-checked", error)
    except BusyError:
        trouble = tell_trouble("not-checked", refusals.studio_busy())
    return checked, trouble


def _count(checked: int, left: int) -> Said:
    if checked == left == 0:
        return say("All of these were checked a short while ago.")
    return say("Checked now: {checked}. Still to check: {left}.", checked=checked, left=left)
