"""A platform that launches the small Studio by LTI 1.3, and signs its own tokens. Not here: tests.

It is what Studio Embed is to Studio: keys at `/lti/jwks.json`, an authorization endpoint (which
browsers would be sent to; here only its address is looked at), a form post to Studio.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from flask import Flask, jsonify

from sandbox.lms.keys import SigningKeys
from tests.sandbox.studio_visitor import Caller, small_studio
from tests.servers import serving

LTI = "https://purl.imsglobal.org/spec/lti/claim"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"


@dataclass
class Login:
    """What a login leaves in a browser, and what it asked of the platform."""

    answer: requests.Response
    address: str
    asked: dict[str, str]
    cookie: str


@dataclass
class Platform:
    """The platform, and the Studio that it launches."""

    url: str
    keys: SigningKeys
    studio: Caller

    def login(self, method: str = "POST", **changes: str | None) -> Login:
        given = {
            "iss": self.url,
            "login_hint": "hint-1",
            "lti_message_hint": "message-1",
            "target_link_uri": f"{self.studio.url}/lti/launch?custom_arc_media_id=x",
            "client_id": "sandbox-studio",
            "lti_deployment_id": "sandbox-studio-1",
        } | changes
        where = "params" if method == "GET" else "data"
        answer = self.studio.send(method, "/lti13/login", **{where: given})
        address, _, query = answer.headers.get("Location", "").partition("?")
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        cookie = answer.headers.get("Set-Cookie", "").partition(";")[0]
        return Login(answer, address, asked, cookie)

    def claims(self, login: Login, launch_url: str, **changes: Any) -> dict[str, Any]:
        """The claims of a good launch; a change to None takes a claim away."""
        now = int(datetime.now(UTC).timestamp())
        whole = {
            "iss": self.url,
            "aud": "sandbox-studio",
            "sub": "user-7",
            "iat": now,
            "exp": now + 300,
            "nonce": login.asked["nonce"],
            f"{LTI}/message_type": "LtiResourceLinkRequest",
            f"{LTI}/version": "1.3.0",
            f"{LTI}/deployment_id": "sandbox-studio-1",
            f"{LTI}/target_link_uri": launch_url,
            f"{LTI}/resource_link": {"id": "link-1"},
            f"{LTI}/roles": [f"{MEMBERSHIP}#Learner"],
            f"{LTI}/custom": {"canvas_course_id": "42"},
        } | {name if name in SHORT else f"{LTI}/{name}": changes[name] for name in changes}
        return {name: value for name, value in whole.items() if value is not None}

    def post(self, login: Login, **fields: str) -> requests.Response:
        """Post a form to Studio as the browser of this login does."""
        return self.studio.send(
            "POST",
            urlsplit(login.asked["redirect_uri"]).path,
            data={"state": login.asked["state"], **fields},
            headers={"Cookie": login.cookie},
        )

    def launch(self, launch_url: str, **changes: Any) -> requests.Response:
        """A whole launch; changes are made before the claims are signed."""
        login = self.login()
        token = self.keys.sign(self.claims(login, launch_url, **changes))
        return self.post(login, id_token=token)


SHORT = frozenset({"iss", "aud", "sub", "iat", "exp", "nonce", "azp"})


@contextmanager
def small_platform() -> Iterator[Platform]:
    """Serve a platform and a Studio that knows it."""
    keys = SigningKeys()

    def create(url: str) -> Flask:
        app = Flask("platform")
        app.config["URL"] = url
        app.get("/lti/jwks.json")(lambda: jsonify(keys.key_set()))
        return app

    with serving("127.0.0.1", create) as app:
        url = app.config["URL"]
        with small_studio(platform_issuer=url) as studio:
            yield Platform(url, keys, studio)
