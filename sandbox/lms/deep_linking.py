"""Where the tool sends what was picked. It is verified as Canvas does, and put into the course.

1. The return URL's own `data` names the request; it has one answer.
2. The token is the tool's: its key set is fetched each time, `iss` is its client id, `aud` this
   LMS, its nonce is new, deployment and version are right, and `data` is as it was sent.
3. The items are what the request asked for (`items`), and become blocks or module items.
4. The page tells the one that opened it by a message, or has a link back.
https://www.imsglobal.org/spec/lti-dl/v2p0#deep-linking-response-message
"""

from typing import Any, Never

import jwt
import requests
from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from sandbox.lms.items import ItemsError, read_items
from sandbox.lms.messages import DEEP_LINKING, LTI
from sandbox.lms.placing import place
from sandbox.lms.state import Lms, Request, current_lms

blueprint = Blueprint("deep_linking", __name__)

_TIMEOUT_SECONDS = 10
_SAID = ("msg", "errormsg", "log", "errorlog")


@blueprint.post("/deep_linking_response")
def deep_linking_response() -> ResponseReturnValue:
    """Put what was picked into the course; 400 names what is wrong with an answer."""
    lms = current_lms()
    data = request.args.get("data", "")
    asked = lms.find_request(data)
    if asked is None:
        _refuse(lms, "This answers no request, or one that has its answer.")
    claims = _verified(request.form.get("JWT", ""), lms)
    _check_claims(claims, asked, lms)
    if not lms.use_answer(data, claims["nonce"]):
        _refuse(lms, "The nonce was used before.")
    try:
        items = claims.get(f"{DEEP_LINKING}/content_items", [])
        blocks = read_items(items, asked.asked, lms.settings.url, lms.settings.tool_url)
    except ItemsError as error:
        _refuse(lms, str(error))
    said = {name: claims[f"{DEEP_LINKING}/{name}"] for name in _SAID if _says(claims, name)}
    placed = place(lms, asked.launch, blocks)
    lms.note(
        "deep_linking_response",
        course_id=asked.launch.course_id,
        placement=asked.launch.placement,
        types=[item["type"] for item in items],
        **said,
    )
    return render_template("placed.html", placed=placed, said=said)


def _refuse(lms: Lms, reason: str, status: int = 400) -> Never:
    lms.note("deep_linking_refused", reason=reason)
    abort(status, reason)


def _verified(unverified_token: str, lms: Lms) -> dict[str, Any]:
    try:
        return _verify(unverified_token, lms)
    except requests.RequestException:
        _refuse(lms, "The tool’s keys cannot be fetched.", 502)
    except jwt.PyJWTError as error:
        _refuse(lms, f"The response cannot be trusted: {error}")


def _verify(unverified_token: str, lms: Lms) -> dict[str, Any]:
    """Raise PyJWTError for a token that is not the tool's, RequestException without its keys."""
    kid = jwt.get_unverified_header(unverified_token).get("kid")
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(lms.settings.tool_key_set_url, timeout=_TIMEOUT_SECONDS)
        answer.raise_for_status()
        keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(answer.json()).keys}
    if kid not in keys:
        raise jwt.InvalidKeyError("the tool has no such key")
    return jwt.decode(
        unverified_token,
        keys[kid],
        algorithms=["RS256"],
        audience=lms.issuer,
        issuer=lms.settings.client_id,
        options={"require": ["exp", "iat", "nonce"]},
    )


def _check_claims(claims: dict[str, Any], asked: Request, lms: Lms) -> None:
    if claims.get(f"{LTI}/message_type") != "LtiDeepLinkingResponse":
        _refuse(lms, "The message type must be LtiDeepLinkingResponse.")
    if claims.get(f"{LTI}/version") != "1.3.0":
        _refuse(lms, "The version must be 1.3.0.")
    if claims.get(f"{LTI}/deployment_id") != lms.settings.deployment_id:
        _refuse(lms, "The deployment is another.")
    if not isinstance(claims["nonce"], str):
        _refuse(lms, "The nonce must be a text.")
    # An Ellipsis is what no JSON has: absent must stay absent.
    if claims.get(f"{DEEP_LINKING}/data", ...) != asked.asked.get("data", ...):
        _refuse(lms, "The data is not what the request brought.")
    for name in _SAID:
        if not isinstance(claims.get(f"{DEEP_LINKING}/{name}", ""), str):
            _refuse(lms, f"The {name} must be a text.")


def _says(claims: dict[str, Any], name: str) -> bool:
    return bool(claims.get(f"{DEEP_LINKING}/{name}"))
