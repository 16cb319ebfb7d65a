"""LTI 1.1 launches: a signed POST of the launch URL shows the player, all else is refused.

1. The browser posts the form that the LMS signed (https://www.imsglobal.org/specs/ltiv1p1).
2. `signature` finds who signed it, and that it is new.
3. Here: it is a launch, of an embed that exists, in the course for which the embed was made.
"""

from math import isfinite

from flask import Blueprint, Response, request

from sandbox.studio.embeds import Embed
from sandbox.studio.media import Media
from sandbox.studio.pages import page_refused
from sandbox.studio.player import show_player
from sandbox.studio.signature import find_signature_problem
from sandbox.studio.state import current_studio

blueprint = Blueprint("launch", __name__)

_REQUIRED = ("resource_link_id", "user_id", "roles", "custom_canvas_course_id")


class _RefusedError(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@blueprint.route("/lti/launch", methods=["GET", "POST"])
def launch() -> Response:
    """Show the player to whom a verified launch brings, and note every launch."""
    studio = current_studio()
    try:
        _check_message()
        embed, media = _embed_and_media()
        start_seconds = _start_seconds()
    except _RefusedError as refused:
        studio.journal.add_refusal(
            {
                "status": refused.status,
                "reason": refused.reason,
                "method": request.method,
                "launch_id": request.args.get("custom_arc_media_id"),
            }
        )
        return page_refused(refused.reason, refused.status)
    studio.journal.add_launch(_journal_entry(embed))
    return show_player(embed, media, start_seconds, _is_instructor(request.form["roles"]))


def _check_message() -> None:
    """Refuse what is not an LTI 1.1 launch, signed by the consumer and never used before."""
    studio = current_studio()
    body = request.get_data(as_text=True)  # before the form is read, which would consume it
    if {"id_token", "login_hint"} & set(request.values):
        raise _RefusedError(400, "This sandbox Studio takes LTI 1.1 launches only, not LTI 1.3.")
    if request.method != "POST":
        raise _RefusedError(400, "A launch is a signed POST from an LMS, not a link to follow.")
    problem = find_signature_problem(request, body, studio.settings, studio.viewers)
    if problem:
        raise _RefusedError(401, problem)
    if request.form.get("lti_message_type") != "basic-lti-launch-request":
        raise _RefusedError(400, "lti_message_type must be basic-lti-launch-request.")
    if request.form.get("lti_version") != "LTI-1p0":
        raise _RefusedError(400, "lti_version must be LTI-1p0.")
    missing = [name for name in _REQUIRED if not request.form.get(name)]
    if missing:
        raise _RefusedError(400, f"The launch lacks {', '.join(missing)}.")


def _embed_and_media() -> tuple[Embed, Media]:
    studio = current_studio()
    embed = studio.embeds.find(request.args.get("custom_arc_media_id", ""))
    if embed is None:
        raise _RefusedError(400, "There is no embed with this launch id.")
    if request.args.get("custom_arc_launch_type") != embed.embed_type:
        raise _RefusedError(400, f"This embed’s launch type is {embed.embed_type}.")
    if request.form["custom_canvas_course_id"] != str(embed.course_id):
        raise _RefusedError(403, "This embed was made for another course.")
    media = studio.catalogue.find(embed.media_id)
    if media is None:
        raise _RefusedError(400, "The media of this embed is gone.")
    return embed, media


def _start_seconds() -> float:
    given = request.args.get("custom_arc_start_at", "0")
    try:
        seconds = float(given)
    except ValueError as error:
        raise _RefusedError(400, "custom_arc_start_at must be a number.") from error
    if not isfinite(seconds) or seconds < 0:
        raise _RefusedError(400, "custom_arc_start_at must not be negative.")
    return seconds


def _journal_entry(embed: Embed) -> dict[str, object]:
    posted = {k: v for k, v in request.form.items() if not k.startswith("oauth_")}
    return {
        "media_id": embed.media_id,
        "launch_id": embed.launch_id,
        "launch_type": embed.embed_type,
        "downloadable": embed.downloadable,
        "course_id": embed.course_id,
        "user_id": posted["user_id"],
        "roles": posted["roles"],
        "parameters": posted,
    }


def _is_instructor(roles: str) -> bool:
    return any(role.strip().split("/")[-1] == "Instructor" for role in roles.split(","))
