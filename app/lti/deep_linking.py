"""A deep-linking request: only instructors pick; until they can, they see the course's media."""

from flask import Response

from app.core.courses import Course
from app.lti import course_page, refusals
from app.lti.claims import Launch
from app.outside import Outside


def show(outside: Outside, message: Launch, course: Course) -> Response:
    """Answer a deep-linking request; raises `LaunchError` for whoever is no instructor."""
    if not message.is_instructor:
        raise (
            refusals.only_lms_admin() if message.is_only_lms_admin else refusals.only_instructors()
        )
    return course_page.show(outside, message, course)
