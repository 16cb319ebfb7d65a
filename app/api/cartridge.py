"""A course's embeds by program, as a file that an LMS imports."""

from flask import Response

from app.api import embeds
from app.api.access import Caller
from app.api.routes import Operation
from app.core.cartridge import MEDIA_TYPE, get_cartridge


def get_course_cartridge(caller: Caller, course_id: int) -> Response:
    """Give a course's embeds as an IMS Common Cartridge 1.3.

    Each has a link of this tool at each of its places in a plan, in the order of the plan, with the
    service's mark. An LMS that has the tool imports it.
    """
    outside = caller.outside
    made = get_cartridge(outside.db, caller.account, course_id, outside.settings.public_url)
    answer = Response(made.content, mimetype=MEDIA_TYPE)
    answer.headers.set("Content-Disposition", "attachment", filename=made.name)
    return answer


OPERATIONS = (
    Operation(
        "GET",
        "/courses/<course_id>/cartridge",
        get_course_cartridge,
        embeds.READ,
        embeds.TAG,
        {200: None},
        {404: "course-empty"},
    ),
)
