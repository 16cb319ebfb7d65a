"""The OpenID Connect side of a launch: the authorization endpoint and the public keys.

1. The browser comes from the tool with what login initiation gave it, a state and a nonce
   (https://www.imsglobal.org/spec/security/v1p0/#step-2-authentication-request).
2. An unknown client or redirect URI: a page. Any other fault: posted to the tool as `error`.
3. The launch under `lti_message_hint` is taken, once, and becomes a signed id_token.
The names of the errors are Canvas's.
"""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from sandbox.lms.answers import post_onward
from sandbox.lms.courses import Course
from sandbox.lms.messages import (
    DEEP_LINKING_SETTINGS,
    deep_linking_claims,
    navigation_claims,
    resource_link_claims,
)
from sandbox.lms.people import Person
from sandbox.lms.session import current_language, current_person
from sandbox.lms.state import Lms, PendingLaunch, Request, current_lms

blueprint = Blueprint("oidc", __name__, url_prefix="/api/lti")

_FIXED = {
    "response_type": "id_token",
    "response_mode": "form_post",
    "scope": "openid",
    "prompt": "none",
}


class _RefusedError(Exception):
    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.fields = {"error": error, "error_description": description}


@blueprint.get("/security/jwks")
def key_set() -> ResponseReturnValue:
    """Publish the keys, unless a test wants otherwise."""
    lms = current_lms()
    lms.note("key_set")
    status = lms.key_set.wait(lms.behaviour.key_set_delay_seconds)
    if status is not None:
        return jsonify(error="The sandbox was told to fail here."), status
    return jsonify(lms.keys.key_set())


@blueprint.route("/authorize_redirect", methods=["GET", "POST"])
def authorize() -> ResponseReturnValue:
    """Send the browser to the tool with an id_token, or with what stands in the way."""
    lms = current_lms()
    redirect_uri = request.values.get("redirect_uri")
    if request.values.get("client_id") != lms.settings.client_id:
        abort(400, "There is no tool with this client_id.")
    if redirect_uri != lms.settings.launch_url:
        abort(400, "This redirect_uri is not the tool’s.")
    try:
        fields = {"id_token": _id_token(lms)}
        lms.note("authorize", outcome="id_token", person=current_person().id)
    except _RefusedError as refused:
        fields = refused.fields
        lms.note("authorize", outcome=fields["error"], person=current_person().id)
    if "state" in request.values:
        fields["state"] = request.values["state"]
    return post_onward(redirect_uri, fields)


def _id_token(lms: Lms) -> str:
    behaviour = lms.behaviour
    _check_parameters()
    if behaviour.error is not None:
        raise _RefusedError(behaviour.error, "The sandbox was told to fail here.")
    person = current_person()
    if request.values.get("login_hint") != person.sub:
        raise _RefusedError("login_required", "Must have an active user session")
    hint = request.values.get("lti_message_hint", "")
    launch = lms.take_launch(hint)
    if launch is None or launch.person_id != person.id:
        raise _RefusedError("launch_no_longer_valid", "The launch has either expired or been used")
    course = lms.find_course(launch.course_id)
    if course is None:
        raise _RefusedError("launch_no_longer_valid", "The course is gone")
    claims = behaviour.changed(_claims(lms, hint, launch, person, course))
    if DEEP_LINKING_SETTINGS in claims:
        lms.keep_request(hint, Request(launch, claims[DEEP_LINKING_SETTINGS]))
    return lms.keys.sign(claims, **behaviour.headers())


def _check_parameters() -> None:
    for name, value in _FIXED.items():
        if request.values.getlist(name) != [value]:
            raise _RefusedError("invalid_request_object", f"The '{name}' must be '{value}'")
    if not request.values.get("nonce"):
        raise _RefusedError("invalid_request_object", "The 'nonce' is missing")


def _claims(
    lms: Lms, hint: str, launch: PendingLaunch, person: Person, course: Course
) -> dict[str, Any]:
    nonce, now, language = request.values["nonce"], datetime.now(UTC), current_language()
    match launch.placement:
        case "course_navigation":
            return navigation_claims(person, course, nonce, now, lms.settings, language)
        case "link":
            link = course.find_link(launch.lookup_uuid)
            if link is None:
                raise _RefusedError("launch_no_longer_valid", "The link is gone")
            return resource_link_claims(person, course, link, nonce, now, lms.settings, language)
        case placement:
            return deep_linking_claims(
                person, course, nonce, now, lms.settings, hint, placement, language
            )
