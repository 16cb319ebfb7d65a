"""One who calls and launches the small Studio, and what the pages hold. Not here: any test."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import requests
from flask import Flask
from oauthlib.oauth1 import SIGNATURE_TYPE_BODY, Client

from sandbox.studio import StudioSettings, create_studio
from tests.servers import serving

API = "/api/public/v1"
TOKEN = "/api/public/oauth/token"
UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
CLIENT = {"client_id": "sandbox-client", "client_secret": "sandbox-client-secret"}
LAUNCH = {
    "lti_message_type": "basic-lti-launch-request",
    "lti_version": "LTI-1p0",
    "resource_link_id": "link-1",
    "user_id": "user-7",
    "roles": "Learner",
    "custom_canvas_course_id": "42",
}


class Caller:
    """Speaks to one small Studio over HTTP, without any proxy."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.session.request(
            method, self.url + path, timeout=10, allow_redirects=False, **options
        )

    def tokens(self) -> dict[str, str]:
        return self.send("GET", "/_sandbox/tokens").json()

    def api(self, method: str, path: str, **options: Any) -> requests.Response:
        token = self.tokens()["access_token"]
        return self.send(
            method, API + path, headers={"Authorization": f"Bearer {token}"}, **options
        )

    def embed(self, **changes: Any) -> requests.Response:
        order = {"course_id": 42, "embed_type": "embed", **changes}
        return self.api("POST", "/media/260854/create_embed", json=order)

    def launch_url(self, **changes: Any) -> str:
        return self.embed(**changes).json()["launch_url"]

    def refresh(self, refresh_token: str) -> requests.Response:
        return self.send(
            "POST",
            TOKEN,
            data={**CLIENT, "grant_type": "refresh_token", "refresh_token": refresh_token},
        )

    def fail_next(self, **order: Any) -> None:
        answer = self.send("POST", "/_sandbox/next", json=order)
        assert answer.status_code == 200, answer.text

    def launch(self, url: str, body: str) -> requests.Response:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.session.post(url, data=body, headers=headers, timeout=10)


@contextmanager
def small_studio(**settings: Any) -> Iterator[Caller]:
    """Serve a Studio; gives one who calls it."""

    def create(url: str) -> Flask:
        return create_studio(StudioSettings(url=url, **settings))

    with serving("127.0.0.2", create) as app:
        yield Caller(app.extensions["studio"].settings.url)


def signed(
    url: str,
    parameters: dict[str, str] | None = None,
    key: str = "sandbox-consumer",
    secret: str = "sandbox-consumer-secret",
    **changes: str,
) -> str:
    client = Client(key, client_secret=secret, signature_type=SIGNATURE_TYPE_BODY)
    _, _, body = client.sign(
        url,
        "POST",
        body=urlencode({**(LAUNCH if parameters is None else parameters), **changes}),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    return str(body)


def cookie_of(answer: requests.Response) -> dict[str, str]:
    return {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}


def video_of(page: requests.Response) -> str:
    found = re.search(r'src="(/media/[^"]+)"', page.text)
    assert found is not None, page.text
    return found[1]
