"""Dynamic registration, as tools see it: what this LMS is, and where they register themselves.

1. A tool asks for the configuration, with the token of an admin who began (`registering`).
2. It posts its metadata, once: then the token is used, and the tool waits until it is turned on.
https://www.imsglobal.org/spec/lti-dr/v1p0
"""

import secrets
from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from sandbox.connections import cut_connection
from sandbox.lms.faults import describe
from sandbox.lms.registration_faults import changed
from sandbox.lms.state import Lms, RegisteredTool, current_lms
from sandbox.lms.tool_metadata import (
    CANVAS,
    PLACEMENTS,
    TOOL_CONFIGURATION,
    Metadata,
    MetadataError,
    check_metadata,
)

blueprint = Blueprint("registration", __name__, url_prefix="/api/lti")


@blueprint.get("/security/openid-configuration")
def openid_configuration() -> ResponseReturnValue:
    """Say what this LMS is, to whoever has a token."""
    lms = current_lms()
    faults = lms.behaviour.registration
    lms.note("openid_configuration")
    _read_token(lms)
    if faults.redirect is not None and "moved" not in request.args:
        return redirect(faults.redirect, 302)
    if faults.raw_configuration is not None:
        return Response(faults.raw_configuration, mimetype="application/json")
    return jsonify(changed(_configuration(lms), faults.configuration))


@blueprint.post("/registrations")
def register() -> ResponseReturnValue:
    """Take a tool's metadata, and give it a client id."""
    lms = current_lms()
    faults = lms.behaviour.registration
    token = _read_token(lms)
    if faults.status is not None:
        lms.note("registration_refused", reason="The sandbox was told to fail here.")
        return jsonify(error="invalid_client_metadata"), faults.status
    body: Any = request.get_json(silent=True)
    try:
        metadata = Metadata.model_validate(body)
        check_metadata(metadata, lms.settings)
    except ValidationError as error:
        return _refuse(lms, describe(error))
    except MetadataError as error:
        return _refuse(lms, str(error))
    tool = RegisteredTool(
        client_id=f"1{secrets.randbelow(10**13):013}",
        deployment_id=f"{secrets.randbelow(10**6)}:{secrets.token_hex(20)}",
        metadata=body,
        custom=metadata.tool.custom_parameters,
    )
    if not lms.register(token, tool):
        abort(401, "The token was used.")
    lms.note("registration", client_id=tool.client_id)
    if faults.lost:
        return cut_connection()
    if faults.raw_answer is not None:
        return Response(faults.raw_answer, mimetype="application/json")
    return jsonify(changed(_answer(lms, tool), faults.answer)), faults.answer_status


def _answer(lms: Lms, tool: RegisteredTool) -> dict[str, Any]:
    """Give the metadata back; an LMS that is no Canvas knows the deployment already."""
    answer = {**tool.metadata, "client_id": tool.client_id}
    if lms.behaviour.product_family != "canvas":
        configuration = tool.metadata[TOOL_CONFIGURATION]
        answer[TOOL_CONFIGURATION] = configuration | {"deployment_id": tool.deployment_id}
    return answer


def _configuration(lms: Lms) -> dict[str, Any]:
    url = lms.settings.url
    platform: dict[str, Any] = {"version": "cloud", "variables": ["Canvas.course.id"]}
    match lms.behaviour.product_family:
        case "canvas":
            platform |= {
                "product_family_code": "canvas",
                "messages_supported": [
                    {"type": name, "placements": places} for name, places in PLACEMENTS.items()
                ],
                f"{CANVAS}/account_name": "Sandbox University",
            }
        case family:
            platform |= {"messages_supported": list(PLACEMENTS)}
            platform |= {} if family is None else {"product_family_code": family}
    return {
        "issuer": lms.issuer,
        "authorization_endpoint": f"{url}/api/lti/authorize_redirect",
        "registration_endpoint": f"{url}/api/lti/registrations",
        "jwks_uri": f"{url}/api/lti/security/jwks",
        "token_endpoint": f"{url}/login/oauth2/token",
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "scopes_supported": [],
        "response_types_supported": ["id_token"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["sub", "name", "given_name", "family_name", "email", "locale"],
        "subject_types_supported": ["public"],
        "https://purl.imsglobal.org/spec/lti-platform-configuration": platform,
    }


def _read_token(lms: Lms) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not lms.may_register(token):
        abort(401, "There is no registration with this token under way.")
    return token


def _refuse(lms: Lms, reason: str) -> ResponseReturnValue:
    """Refuse as Canvas does, which does not keep to RFC 7591 here."""
    lms.note("registration_refused", reason=reason)
    return jsonify(errors=[reason]), 422
