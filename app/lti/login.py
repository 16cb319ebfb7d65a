"""OIDC third-party login initiation: the LMS says who wants in, we ask it to prove that.

1. The platform is found by `iss` and, where it is given, `client_id`.
2. State and nonce are made; the browser gets this login's secret in a cookie.
3. The browser is sent to the platform's authorization endpoint.

`target_link_uri` is not trusted here: it is unsigned, and the launch's own copy is checked.
Source: https://www.imsglobal.org/spec/security/v1p0/#step-1-third-party-initiated-login
"""

from urllib.parse import urlencode

from flask import Response, redirect, request

from app.core import platforms
from app.lti import refusals, state
from app.outside import Outside

LONGEST_HINT = 4096
LONGEST_ISSUER = 255


def login(outside: Outside) -> Response:
    """Answer a login initiation, by GET or POST, with a redirect to the platform."""
    issuer = _read("iss", LONGEST_ISSUER)
    hint = _read("login_hint", LONGEST_HINT)
    if issuer is None:
        raise refusals.incomplete("iss")
    if hint is None:
        raise refusals.incomplete("login_hint")
    client_id = _read("client_id", LONGEST_ISSUER)
    platform = platforms.find_platform(outside.db, issuer, client_id)
    if platform is None:
        raise refusals.not_registered(issuer, client_id)
    begun, secret = state.begin(platform.id, _read("lti_storage_target", 255))
    parameters = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": platform.client_id,
        "redirect_uri": f"{outside.settings.public_url}/lti/launch",
        "state": state.sign(begun, outside.settings),
        "nonce": begun.nonce,
        "login_hint": hint,
    }
    if message_hint := _read("lti_message_hint", LONGEST_HINT):
        parameters["lti_message_hint"] = message_hint
    separator = "&" if "?" in platform.auth_login_url else "?"
    answer = redirect(platform.auth_login_url + separator + urlencode(parameters))
    assert isinstance(answer, Response)
    state.set_cookie(answer, begun, secret)
    return answer


def _read(name: str, longest: int) -> str | None:
    values = request.values.getlist(name)
    if len(values) > 1 or len("".join(values)) > longest:
        raise refusals.unreadable(f"parameter {name}: {len(values)} times, or too long")
    if values and values[0] and not values[0].isprintable():
        raise refusals.unreadable(f"parameter {name} holds what cannot be printed")
    return values[0] if values and values[0] else None
