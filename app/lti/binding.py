"""How a launch is bound to the browser in which its login began, with cookies or without.

1. Login gives the browser a secret: in a cookie of this one launch, and where the LMS shows us
   in a frame by a page that also keeps it in the LMS's storage and in our own
   (`static/binding.js`). The page goes on at the first that works; where none does, it offers
   to open in a new window, while the launch can still be made there.
2. The launch is bound if the cookie comes back. Else, if the login was by that page, a page
   fetches the secret and posts the same launch again with it. Nothing is used up before.
   Only our own page may: whoever began a login knows its secret, and could have another's
   browser post it.

One cookie a launch, not one a browser: a page with several links logs in several times at once.
The secret is in neither state nor token, so who has seen both proves nothing.
Source: https://www.imsglobal.org/spec/lti-cs-oidc/v0p1 and https://www.imsglobal.org/spec/lti-cs-pm/v0p1
"""

from urllib.parse import urlencode

from flask import Response, g, make_response, render_template, request

from app.core.platforms import Platform
from app.lti import once, policy, refusals
from app.lti.claims import Launch
from app.lti.state import LIFETIME_SECONDS, State
from app.outside import Outside

PROOF = "storage_proof"
GONE = "Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=None; Partitioned"


def set_cookie(answer: Response, begun: State, secret: str) -> None:
    """Give the browser its secret, in a cookie that lives in the LMS's frame too (CHIPS)."""
    cookie = f"{_cookie_name(begun)}={secret}; Max-Age={LIFETIME_SECONDS}; {ATTRIBUTES}"
    answer.headers.add("Set-Cookie", cookie)


def delete_cookie(answer: Response, begun: State) -> None:
    """Take the cookie back, once the launch is done."""
    answer.headers.add("Set-Cookie", f"{_cookie_name(begun)}=; {GONE}; {ATTRIBUTES}")


def login_page(
    platform: Platform, begun: State, secret: str, onward: str, parameters: dict[str, str]
) -> Response:
    """Answer a page that keeps the secret, and goes on to the platform at `onward`.

    `parameters` begin the same login in a new window.
    """
    policy.allow_any_frame()
    page = render_template(
        "login.html",
        storage=_storage(platform, begun),
        secret=secret,
        onward=onward,
        anew=urlencode(parameters),
    )
    return make_response(page)


def ask_for_proof(outside: Outside, message: Launch, begun: State) -> Response | None:
    """Give None where this browser began the launch, or a page that has it prove that.

    Raises `LaunchError` where it cannot.
    """
    if begun.is_bound(request.cookies.get(_cookie_name(begun))):
        return None
    proofs = request.form.getlist(PROOF)
    if len(proofs) == 1 and _is_from_us(outside) and begun.is_bound(proofs[0]):
        return None
    if once.is_used(outside.db, begun):
        raise refusals.expired("the nonce was used before")
    if proofs or not begun.by_page:
        raise refusals.unbound()
    policy.let_forms_leave()
    g.outcome = "asked"
    page = render_template(
        "proof.html",
        storage=_storage(message.platform, begun),
        id_token=request.form["id_token"],
        state=request.form["state"],
    )
    answer = make_response(page)
    answer.headers["Referrer-Policy"] = "same-origin"  # else the browser does not say who posts
    return answer


def _is_from_us(outside: Outside) -> bool:
    """Whether the browser says that a page of ours posted this (Fetch, 3.2; Fetch Metadata)."""
    ours = request.headers.get("Origin") == outside.settings.public_url
    return ours or request.headers.get("Sec-Fetch-Site") == "same-origin"


def _storage(platform: Platform, begun: State) -> dict[str, str]:
    """Say where the secret is kept: only the platform's own origin is ever told of it."""
    return {
        "id": begun.id,
        "target": begun.storage_target or "",
        "origin": platform.login_origin,
    }


def _cookie_name(begun: State) -> str:
    """Give the cookie's name; `__Host-` keeps neighbours on our domain from setting it."""
    return f"__Host-lti-{begun.id}"
