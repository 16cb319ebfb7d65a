"""A deep-linking request: only instructors pick, and only where something can be returned."""

from flask import Response

from app.core.courses import Course
from app.lti import answering, picker, refusals, session
from app.lti.claims import Launch
from app.outside import Outside


def show(outside: Outside, message: Launch, course: Course) -> Response:
    """Answer a deep-linking request; raises `LaunchError` for whoever is no instructor."""
    if not message.is_instructor:
        raise (
            refusals.only_lms_admin() if message.is_only_lms_admin else refusals.only_instructors()
        )
    visit = session.begin(outside, message, course)
    token = session.keep(outside, visit)
    if visit.item_kind is None:
        return answering.refuse(token)
    return picker.render(outside, token, visit, seconds=picker.FIRST_SECONDS)
