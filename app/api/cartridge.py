"""A course's embeds by program, as a file that an LMS imports."""

from flask import Response

from app.api import embeds
from app.api.access import Caller
from app.api.routes import Operation
from app.core.cartridge import MEDIA_TYPE, get_cartridge


def get_course_cartridge(caller: Caller, course_id: int) -> Response:
    """Give a course's embeds as an IMS Common Cartridge 1.3.

    An LMS that has this tool imports it: it has a link of the tool, with the service's mark, for
    each place of an embed. Places are the items of the last batch that gave the embed a module
    (`more.module`) or a start, else of the last that had it. Without a module an embed is in
    "Videos", and one that no batch had comes last.
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
        {404: ("course-empty",)},
    ),
)
