"""Our platform side: Studio, in launch mode `lti13`, asks who was sent to it.

1. An unknown client or redirect URI: a page. Nothing is ever posted to an address that is not
   registered, letter by letter.
2. Any other fault: posted to the redirect URI as `error`, with the state.
3. The launch of the hints is taken, once, and posted as an id_token that is signed there and
   then. No cookie is needed: the hints are good for two minutes and one use.

Unknown parameters are ignored; a known one that comes twice is a fault.
Source: https://www.imsglobal.org/spec/security/v1p0/#step-2-authentication-request (5.1.1.2)
and https://openid.net/specs/openid-connect-core-1_0.html#ImplicitAuthError (3.2.2.6)
"""

from datetime import UTC, datetime

import structlog
from flask import Response, g, request

from app.core import accounts, keys, lti13
from app.crypto import UndecryptableError
from app.lti import forward, policy, refusals
from app.outside import Outside

log = structlog.get_logger()

LONGEST = {"state": 4096, "nonce": 512, "login_hint": 255, "lti_message_hint": 255, "scope": 255}
FIXED = {
    "response_type": ("id_token", "unsupported_response_type"),
    "response_mode": ("form_post", "invalid_request"),
    "prompt": ("none", "invalid_request"),
}


class _FaultError(Exception):
    """A fault that Studio is told."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.fields = {"error": error, "error_description": description}


def authorize(outside: Outside) -> Response:
    """Answer Studio's authorization request, by GET or POST."""
    policy.allow_any_frame()
    client_id, redirect_uri = _find_one("client_id"), _find_one("redirect_uri")
    account = outside.memory.recall(accounts.find_tool_account, client_id or "")
    if account is None:
        raise refusals.unknown_tool("client_id")
    tool = lti13.read_tool(outside.settings.public_url, account)
    if redirect_uri not in tool.redirect_uris:
        raise refusals.unknown_tool("redirect_uri")
    state = _find_one("state")
    echoed = {} if state is None or len(state) > LONGEST["state"] else {"state": state}
    try:
        return forward.post_onward(redirect_uri, {"id_token": _id_token(outside, tool)} | echoed)
    except _FaultError as fault:
        log.warning("studio-not-answered", **fault.fields)
        return forward.post_onward(redirect_uri, fault.fields | echoed)


def _id_token(outside: Outside, tool: lti13.StudioTool) -> str:
    _check_parameters()
    nonce, login_hint, message_hint = (
        _read(name) for name in ("nonce", "login_hint", "lti_message_hint")
    )
    launch = lti13.take_launch(outside.db, outside.vault, tool, login_hint, message_hint)
    if launch is None:
        raise _FaultError("login_required", "The hints are unknown, used, or too old")
    policy.allow_frames(lambda: launch.frame_origins)
    g.locale = launch.carried.launch_presentation.locale
    claims = lti13.launch_claims(tool, launch, nonce, datetime.now(UTC))
    try:
        return keys.sign(outside.db, outside.vault, claims)
    except UndecryptableError:
        raise _FaultError("server_error", "There is no key that signs") from None


def _check_parameters() -> None:
    for name in (*FIXED, *LONGEST):
        values = request.values.getlist(name)
        if len(values) > 1 or len("".join(values)) > LONGEST.get(name, 255):
            raise _FaultError("invalid_request", f"{name} is there twice, or too long")
    for name, (expected, error) in FIXED.items():
        if _find_one(name) != expected:
            raise _FaultError(error, f"{name} must be {expected}")
    if "openid" not in _read("scope").split():
        raise _FaultError("invalid_scope", "scope must be openid")


def _read(name: str) -> str:
    if not (value := _find_one(name)):
        raise _FaultError("invalid_request", f"{name} is missing")
    return value


def _find_one(name: str) -> str | None:
    values = request.values.getlist(name)
    return values[0] if len(values) == 1 else None
