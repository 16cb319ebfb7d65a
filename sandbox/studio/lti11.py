"""LTI 1.1 launches: a POST of the launch URL, signed by the known consumer, new, and unambiguous.

1. The browser posts the form that the LMS signed (https://www.imsglobal.org/specs/ltiv1p1).
2. `signature` finds who signed it, and that it is new.
3. Here: it is a launch, and says once what a launch must say. As in RFC 5849, section 3.4.1.3.1,
   the URL's query and the body count together.
"""

from flask import Blueprint, Response, request

from sandbox.studio.launch import Message, RefusedError, answer_launch
from sandbox.studio.signature import find_signature_problem
from sandbox.studio.state import current_studio

blueprint = Blueprint("lti11", __name__)

_FIXED = {"lti_message_type": "basic-lti-launch-request", "lti_version": "LTI-1p0"}
_REQUIRED = ("resource_link_id", "user_id", "roles", "custom_canvas_course_id")
_OF_THE_URL = ("custom_arc_media_id", "custom_arc_launch_type", "custom_arc_start_at")


@blueprint.route("/lti/launch", methods=["GET", "POST"])
def launch() -> Response:
    """Take a signed form."""
    return answer_launch(_verify)


def _verify() -> Message:
    studio = current_studio()
    body = request.get_data(as_text=True)  # before the form is read, which would consume it
    if {"id_token", "login_hint"} & set(request.values):
        raise RefusedError(400, "This address takes LTI 1.1 launches only; LTI 1.3 has another.")
    if request.method != "POST":
        raise RefusedError(400, "A launch is a signed POST from an LMS, not a link to follow.")
    problem = find_signature_problem(request, body, studio.settings, studio.viewers)
    if problem:
        raise RefusedError(401, problem)
    _check_parameters()
    posted = {k: v for k, v in request.form.items() if not k.startswith("oauth_")}
    return Message(
        version="1.1",
        query=request.args,
        course_id=posted["custom_canvas_course_id"],
        user_id=posted["user_id"],
        roles=posted["roles"],
        parameters=posted,
    )


def _check_parameters() -> None:
    for name, value in _FIXED.items():
        if request.form.get(name) != value:
            raise RefusedError(400, f"{name} must be {value}.")
    missing = [name for name in _REQUIRED if not request.form.get(name)]
    if missing:
        raise RefusedError(400, f"The launch lacks {', '.join(missing)}.")
    for name in (*_FIXED, *_REQUIRED, *_OF_THE_URL):
        if len(request.args.getlist(name)) + len(request.form.getlist(name)) > 1:
            raise RefusedError(400, f"{name} comes more than once.")
