"""Where the tool sends what was picked: it is verified with the tool's own keys, and shown.

https://www.imsglobal.org/spec/lti-dl/v2p0#deep-linking-response-message. Nothing is kept yet.
"""

import json
from typing import Any

import jwt
import requests
from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from sandbox.lms.messages import DEEP_LINKING, LTI
from sandbox.lms.state import Lms, current_lms

blueprint = Blueprint("deep_linking", __name__)

_TIMEOUT_SECONDS = 10


@blueprint.post("/deep_linking_response")
def deep_linking_response() -> ResponseReturnValue:
    """Show the content items of a response that is the tool's, and an answer to a request."""
    lms = current_lms()
    try:
        claims = _verify(request.form.get("JWT", ""), lms)
    except requests.RequestException:
        abort(502, "The tool’s keys cannot be fetched.")
    except jwt.PyJWTError as error:
        abort(400, f"The response cannot be trusted: {error}")
    if claims.get(f"{LTI}/message_type") != "LtiDeepLinkingResponse":
        abort(400, "The message type must be LtiDeepLinkingResponse.")
    if claims.get(f"{LTI}/deployment_id") != lms.settings.deployment_id:
        abort(400, "The deployment is another.")
    if not lms.is_picking(claims.get(f"{DEEP_LINKING}/data")):
        abort(400, "The data is not what a request brought.")
    items = claims.get(f"{DEEP_LINKING}/content_items", [])
    return render_template(
        "picked.html",
        items=[json.dumps(item, indent=2, ensure_ascii=False) for item in items],
        message=claims.get(f"{DEEP_LINKING}/msg"),
    )


def _verify(unverified_token: str, lms: Lms) -> dict[str, Any]:
    """Raise PyJWTError for a token that is not the tool's, RequestException without its keys."""
    kid = jwt.get_unverified_header(unverified_token).get("kid")
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(f"{lms.settings.tool_url}/lti/jwks.json", timeout=_TIMEOUT_SECONDS)
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
