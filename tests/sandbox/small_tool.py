"""A tool of sorts, which answers a request for items with those that a test wants. No test here."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import jwt
from flask import Flask, jsonify, redirect, request
from markupsafe import escape

from sandbox.lms.keys import SigningKeys
from tests.sandbox.lms_visitor import authorize, get, small_lms, start
from tests.servers import serving

LTI = "https://purl.imsglobal.org/spec/lti/claim"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim"
SETTINGS = f"{DEEP_LINKING}/deep_linking_settings"


def create_tool(url: str) -> Flask:
    app = Flask("small_tool")
    app.config["url"] = url
    keys = app.extensions["keys"] = SigningKeys()
    app.extensions["items"] = []
    app.extensions["changes"] = {}

    @app.get("/lti/jwks.json")
    def _key_set() -> Any:
        return jsonify(keys.key_set())

    @app.post("/lti/login")
    def _login() -> Any:
        asked = {
            "client_id": request.form["client_id"],
            "redirect_uri": request.form["target_link_uri"],
            **{"response_type": "id_token", "response_mode": "form_post"},
            **{"scope": "openid", "prompt": "none", "nonce": "n-1", "state": "s-1"},
            "login_hint": request.form["login_hint"],
            "lti_message_hint": request.form["lti_message_hint"],
        }
        address = f"{request.form['iss']}/api/lti/authorize_redirect?{urlencode(asked)}"
        return redirect(address, 303)

    @app.post("/lti/launch")
    def _launch() -> str:
        claims = jwt.decode(request.form["id_token"], options={"verify_signature": False})
        page = "<!doctype html><html lang=en><title>Tool</title>"
        if SETTINGS not in claims:
            return f"{page}<p>{escape(claims[f'{LTI}/resource_link']['title'])}</p>"
        token = keys.sign(response(claims, app.extensions["items"], **app.extensions["changes"]))
        address = escape(claims[SETTINGS]["deep_link_return_url"])
        locale = escape(claims[f"{LTI}/launch_presentation"]["locale"])
        return (
            f'{page}<p>{locale}</p><form method="post" action="{address}">'
            f'<input type="hidden" name="JWT" value="{token}"><button>Insert</button></form>'
        )

    return app


def response(request_claims: dict[str, Any], items: Any, **changes: Any) -> dict[str, Any]:
    """The claims of a right answer; a change of None leaves that claim out."""
    settings = request_claims[SETTINGS]
    claims = {
        "iss": request_claims["aud"],
        "aud": request_claims["iss"],
        "iat": request_claims["iat"],
        "exp": request_claims["iat"] + 300,
        "nonce": secrets.token_hex(8),
        f"{LTI}/deployment_id": "1:sandbox",
        f"{LTI}/message_type": "LtiDeepLinkingResponse",
        f"{LTI}/version": "1.3.0",
        f"{DEEP_LINKING}/content_items": items,
        f"{DEEP_LINKING}/data": settings.get("data"),
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


@contextmanager
def lms_with_tool(**settings: Any) -> Iterator[Any]:
    """Serve both; gives what `small_lms` gives, with the `tool` beside."""
    with (
        serving("127.0.0.3", create_tool) as tool,
        small_lms(tool_url=tool.config["url"], **settings) as lms,
    ):
        yield SimpleNamespace(**vars(lms), tool=tool)


def ask(lms: Any, placement: str = "editor_button?page=week-1") -> dict[str, Any]:
    """Begin to pick; gives the claims of the request."""
    token = authorize(lms, start(lms, placement, "instructor"), "instructor")["fields"]["id_token"]
    return jwt.decode(token, options={"verify_signature": False})


def answer(lms: Any, claims: dict[str, Any], asked: dict[str, Any], signer: Any = None) -> Any:
    """Post an answer to where it was asked for; gives status and text."""
    keys = signer or lms.tool.extensions["keys"]
    form = {"JWT": keys.sign(claims)}
    return lms.session.post(asked[SETTINGS]["deep_link_return_url"], data=form)


def pick(lms: Any, *items: Any, placement: str = "editor_button?page=week-1") -> Any:
    """Pick these items, and answer as a right tool does."""
    asked = ask(lms, placement)
    return answer(lms, response(asked, list(items)), asked)


def shown_course(lms: Any, course_id: int = 101) -> dict[str, Any]:
    found: dict[str, Any] = get(lms, f"/_sandbox/courses/{course_id}").json()
    return found
