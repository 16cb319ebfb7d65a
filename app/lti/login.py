"""OIDC third-party login initiation: the LMS says who wants in, we ask it to prove that.

1. The platform is found by `iss` and, where it is given, `client_id`.
2. State and nonce are made; the browser gets this login's secret (`binding`).
3. The browser is sent to the platform's authorization endpoint: in a frame, or where the
   platform offers its storage, by a page; else by a redirect.

`target_link_uri` is not trusted here: it is unsigned, and the launch's own copy is checked.
Source: https://www.imsglobal.org/spec/security/v1p0/#step-1-third-party-initiated-login
"""

from urllib.parse import urlencode

from flask import Response, make_response, redirect, request

from app.core import platforms
from app.core.platforms import Platform
from app.lti import binding, refusals, state
from app.lti.state import State
from app.outside import Outside

LONGEST_HINT = 4096
LONGEST_NAME = 255


def login(outside: Outside) -> Response:
    """Answer a login initiation, by GET or POST."""
    asked = _read_parameters()
    platform = _find_platform(outside, asked)
    target = _read("lti_storage_target", LONGEST_NAME)
    by_page = target is not None or request.headers.get("Sec-Fetch-Dest") == "iframe"
    begun, secret = state.begin(platform.id, by_page=by_page, storage_target=target)
    onward = _authorization_url(outside, platform, begun, asked)
    if by_page:
        answer = binding.login_page(platform, begun, secret, onward, asked)
    else:
        answer = make_response(redirect(onward))
    binding.set_cookie(answer, begun, secret)
    return answer


def _read_parameters() -> dict[str, str]:
    """Give the parameters that count, as far as they are there; raises `LaunchError`."""
    limits = {
        "iss": LONGEST_NAME,
        "login_hint": LONGEST_HINT,
        "client_id": LONGEST_NAME,
        "lti_message_hint": LONGEST_HINT,
    }
    found = {name: _read(name, longest) for name, longest in limits.items()}
    asked = {name: value for name, value in found.items() if value is not None}
    for name in ("iss", "login_hint"):
        if name not in asked:
            raise refusals.incomplete(name)
    return asked


def _find_platform(outside: Outside, asked: dict[str, str]) -> Platform:
    issuer, client_id = asked["iss"], asked.get("client_id")
    platform = outside.memory.recall(platforms.find_platform, issuer, client_id)
    if platform is None:
        raise refusals.not_registered(issuer, client_id)
    return platform


def _authorization_url(
    outside: Outside, platform: Platform, begun: State, asked: dict[str, str]
) -> str:
    parameters = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": platform.client_id,
        "redirect_uri": f"{outside.settings.public_url}/lti/launch",
        "state": state.sign(begun, outside.settings),
        "nonce": begun.nonce,
    }
    hints = {name: asked[name] for name in ("login_hint", "lti_message_hint") if name in asked}
    separator = "&" if "?" in platform.auth_login_url else "?"
    return platform.auth_login_url + separator + urlencode(parameters | hints)


def _read(name: str, longest: int) -> str | None:
    values = request.values.getlist(name)
    if len(values) > 1 or len("".join(values)) > longest:
        raise refusals.unreadable(f"parameter {name}: {len(values)} times, or too long")
    if values and values[0] and not values[0].isprintable():
        raise refusals.unreadable(f"parameter {name} holds what cannot be printed")
    return values[0] if values and values[0] else None
