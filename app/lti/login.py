"""OIDC third-party login initiation: the LMS says who wants in, we ask it to prove that.

1. The platform is found by `iss` and, where it is given, `client_id`.
2. State and nonce are made; the browser gets this login's secret (`binding`).
3. The browser is sent to the platform's authorization endpoint: in a frame, or where the
   platform offers its storage, by a page; else by a redirect.

`target_link_uri` is not trusted here: it is unsigned, and the launch's own copy is checked.
Source: https://www.imsglobal.org/spec/security/v1p0/#step-1-third-party-initiated-login
"""

from functools import lru_cache
from urllib.parse import urlencode

from flask import Response, request
from werkzeug.datastructures import CombinedMultiDict

from app.core import platforms
from app.core.platforms import Platform
from app.lti import binding, refusals, state
from app.lti.forward import redirect
from app.lti.state import State
from app.outside import Outside

LONGEST_HINT = 4096
LONGEST_NAME = 255


def login(outside: Outside) -> Response:
    """Answer a login initiation, by GET or POST."""
    parameters = request.values
    asked = _read_parameters(parameters)
    platform = _find_platform(outside, asked)
    target = _read(parameters, "lti_storage_target", LONGEST_NAME)
    by_page = target is not None or request.headers.get("Sec-Fetch-Dest") == "iframe"
    begun, secret = state.begin(platform.id, by_page=by_page, storage_target=target)
    onward = _authorization_url(outside, platform, begun, asked)
    if by_page:
        answer = binding.login_page(platform, begun, secret, onward, asked)
    else:
        answer = redirect(onward)
    binding.set_cookie(answer, begun, secret)
    return answer


def _read_parameters(parameters: CombinedMultiDict[str, str]) -> dict[str, str]:
    """Give the parameters that count, as far as they are there; raises `LaunchError`."""
    limits = {
        "iss": LONGEST_NAME,
        "login_hint": LONGEST_HINT,
        "client_id": LONGEST_NAME,
        "lti_message_hint": LONGEST_HINT,
    }
    found = {name: _read(parameters, name, longest) for name, longest in limits.items()}
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
    signed = state.sign(begun, outside.settings)
    hints = [(name, asked[name]) for name in ("login_hint", "lti_message_hint") if name in asked]
    always = _constant_part(
        platform.auth_login_url, platform.client_id, outside.settings.public_url
    )
    return f"{always}&state={signed}&nonce={begun.nonce}&{urlencode(hints)}"


@lru_cache(maxsize=1024)
def _constant_part(auth_login_url: str, client_id: str, public_url: str) -> str:
    """Give the part of the address that is the same for every login at a platform."""
    parameters = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": client_id,
        "redirect_uri": f"{public_url}/lti/launch",
    }
    separator = "&" if "?" in auth_login_url else "?"
    return f"{auth_login_url}{separator}{urlencode(parameters)}"


def _read(parameters: CombinedMultiDict[str, str], name: str, longest: int) -> str | None:
    values = parameters.getlist(name)
    if len(values) > 1 or len("".join(values)) > longest:
        raise refusals.unreadable(f"parameter {name}: {len(values)} times, or too long")
    if values and values[0] and not values[0].isprintable():
        raise refusals.unreadable(f"parameter {name} holds what cannot be printed")
    return values[0] if values and values[0] else None
