"""LTI 1.3 launches: Studio is the tool and Studio Embed the platform, which sends people here.

1. Login initiation sends the browser back to the platform, with a state and a nonce
   (https://www.imsglobal.org/spec/security/v1p0/#step-1-third-party-initiated-login).
2. The platform posts an id_token, or an error in its place.
3. The claims that Studio reads must have their shapes, for the library stumbles over others.
4. PyLTI1p3 verifies state, nonce, signature, deployment and message; the nonce is used up here.
5. The launch URL is the claim `target_link_uri`.
"""

from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from flask import Blueprint, Response, make_response, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pylti1p3.exception import LtiException

from sandbox.studio.launch import Message, RefusedError, answer_launch, refuse_launch
from sandbox.studio.lookup import readable
from sandbox.studio.lti13_tool import make_launch, make_login
from sandbox.studio.state import current_studio

blueprint = Blueprint("lti13", __name__, url_prefix="/lti13")

_LTI = "https://purl.imsglobal.org/spec/lti/claim"

_Text = Annotated[str, Field(min_length=1)]


class _Custom(BaseModel):
    canvas_course_id: _Text


class _Claims(BaseModel):
    """What Studio reads of a token, or hands to the library."""

    model_config = ConfigDict(strict=True)

    iss: _Text
    aud: _Text | Annotated[list[_Text], Field(min_length=1)]
    sub: _Text
    nonce: _Text
    roles: Annotated[list[str], Field(alias=f"{_LTI}/roles")]
    target_link_uri: Annotated[_Text, Field(alias=f"{_LTI}/target_link_uri")]
    resource_link: Annotated[dict[str, Any], Field(alias=f"{_LTI}/resource_link")]
    custom: Annotated[_Custom, Field(alias=f"{_LTI}/custom")]


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> Response:
    """Send the browser back to the platform, which then says who it is."""
    studio = current_studio()
    try:
        for name in ("iss", "login_hint", "target_link_uri"):
            if len(request.values.getlist(name)) != 1:
                raise RefusedError(400, f"A login says {name}, once.")
        _launch_query(request.values["target_link_uri"])
        if request.values.get("lti_deployment_id") not in (None, studio.settings.lti_deployment_id):
            raise RefusedError(403, "The deployment is unknown.")
        begun = make_login(studio.settings, studio.launch_data)
        return make_response(begun.redirect(studio.settings.lti_redirect_uri))
    except RefusedError as refused:
        return refuse_launch(refused)
    except LtiException as error:
        return refuse_launch(RefusedError(403, str(error)))


@blueprint.post("/launch")
def launch() -> Response:
    """Take what the platform posts."""
    return answer_launch(_verify)


def _verify() -> Message:
    if "error" in request.form:
        told = (request.form["error"], request.form.get("error_description"))
        raise RefusedError(403, f"The platform sent no launch: {': '.join(filter(None, told))}.")
    for name in ("id_token", "state"):
        if len(request.form.getlist(name)) != 1:
            raise RefusedError(400, f"A launch brings {name}, once.")
    claims = _read_claims(request.form["id_token"])
    verified = _verify_token()
    if not current_studio().viewers.use_nonce(claims.iss, "", claims.nonce):
        raise RefusedError(401, "The launch was used before.")
    return Message(
        version="1.3",
        query=_launch_query(claims.target_link_uri),
        course_id=claims.custom.canvas_course_id,
        user_id=claims.sub,
        roles=",".join(claims.roles),
        parameters=verified,
    )


def _read_claims(unverified_token: str) -> _Claims:
    try:
        claims = jwt.decode(unverified_token, options={"verify_signature": False})
        return _Claims.model_validate(claims)
    except jwt.PyJWTError as error:
        raise RefusedError(400, f"The id_token cannot be read: {error}.") from error
    except ValidationError as error:
        raise RefusedError(400, f"The launch’s claims are wrong: {readable(error)}.") from error


def _verify_token() -> dict[str, Any]:
    studio = current_studio()
    message = make_launch(studio.settings, studio.launch_data)
    try:
        message.validate()
    # Of a key set that is none, the library says no more than KeyError.
    except (LtiException, jwt.PyJWTError, KeyError) as error:
        raise RefusedError(401, f"The launch cannot be verified: {error}") from error
    if not message.is_resource_launch():
        raise RefusedError(400, "The message type must be LtiResourceLinkRequest.")
    return dict(message.get_launch_data())


def _launch_query(target_link_uri: str) -> dict[str, str]:
    """Give the launch URL's query; refuse what is no launch URL of this Studio."""
    url, _, query = target_link_uri.partition("?")
    if url != current_studio().settings.launch_url or urlsplit(target_link_uri).fragment:
        raise RefusedError(400, "target_link_uri is no launch URL of this Studio.")
    pairs = parse_qsl(query, keep_blank_values=True)
    if len(dict(pairs)) != len(pairs):
        raise RefusedError(400, "A parameter of target_link_uri comes more than once.")
    return dict(pairs)
