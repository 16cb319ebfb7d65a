"""Custom parameters: the tool's own, a link's over them, and the variables in both.

https://www.imsglobal.org/spec/lti/v1p3/#customproperty. As in Canvas a link may say anything,
also in the place of a parameter of the tool, and a variable that is not known stays as it is.
"""

from collections.abc import Mapping

from sandbox.lms.courses import Course
from sandbox.lms.people import Person

TOOL_CUSTOM = {
    "canvas_course_id": "$Canvas.course.id",
    "canvas_api_domain": "$Canvas.api.domain",
    "canvas_user_id": "$Canvas.user.id",
    "canvas_user_login_id": "$Canvas.user.loginId",
}
"""What the tool that is there at start asks for in every launch."""


def custom_parameters(
    person: Person,
    course: Course,
    host: str,
    tool_custom: Mapping[str, str],
    link_custom: Mapping[str, str],
) -> dict[str, str]:
    """Merge the link's parameters over the tool's, then put values for variables."""
    known = {
        "$Canvas.course.id": str(course.id),
        "$Canvas.course.name": course.title,
        "$Canvas.api.domain": host,
        "$Canvas.user.id": str(person.canvas_id),
        "$Canvas.user.loginId": person.login,
    }
    merged = {**tool_custom, **link_custom}
    return {name: known.get(value, value) for name, value in merged.items()}
