"""A platform and its browsers: whole launches, login and launch, as fast as a server takes them.

Tokens are signed between the two, off the clock: a platform's own cost is not the tool's.
"""

import http.client
import json
import statistics
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
CLIENT_ID, DEPLOYMENT_ID, KID = "bench-client", "1:bench", "bench-key"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
AT_ONCE = 8


@dataclass(frozen=True)
class Login:
    """What a login left in a browser."""

    state: str
    nonce: str
    cookie: str


@dataclass
class Taken:
    """How long requests took, in seconds, and what came of them."""

    login_seconds: list[float] = field(default_factory=list)
    launch_seconds: list[float] = field(default_factory=list)
    wall_seconds: float = 0.0
    failures: list[str] = field(default_factory=list)

    def quantile(self, share: float) -> float:
        """The time within which that share of the launches was answered, in milliseconds."""
        return statistics.quantiles(self.launch_seconds, n=1000)[round(share * 1000) - 1] * 1000


class Platform:
    """One platform: its key, its key set, its launches."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.fetches = 0
        self.delay_seconds = 0.0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """End the key set's server."""
        self._server.shutdown()
        self._server.server_close()

    def public_pem(self) -> bytes:
        """Give the public key as the floor reads it."""
        return self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def registration(self) -> dict[str, Any]:
        """Give this platform in the format of PLATFORMS_FILE."""
        entry = {
            "client_id": CLIENT_ID,
            "auth_login_url": f"{self.issuer}/authorize",
            "key_set_url": f"{self.issuer}/jwks",
            "deployment_ids": [DEPLOYMENT_ID],
        }
        return {self.issuer: [entry]}

    def launch(
        self,
        port: int,
        count: int,
        custom: Callable[[int], dict[str, str]],
        *,
        storage: bool = False,
        batch: int = 400,
    ) -> Taken:
        """Make launches against a server, `AT_ONCE` at a time."""
        taken = Taken()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            browsers = [_Browser(self, port, storage=storage) for _ in range(AT_ONCE)]
            for start in range(0, count, batch):
                numbers = range(start, min(start + batch, count))
                shares = [numbers[offset::AT_ONCE] for offset in range(AT_ONCE)]
                began = time.perf_counter()
                logins = list(pool.map(_Browser.login_all, browsers, shares))
                taken.wall_seconds += time.perf_counter() - began
                tokens = [
                    [self.sign(login.nonce, number, port, custom(number)) for login, number in pair]
                    for pair in (
                        zip(*each, strict=True) for each in zip(logins, shares, strict=True)
                    )
                ]
                began = time.perf_counter()
                list(pool.map(_Browser.launch_all, browsers, logins, tokens))
                taken.wall_seconds += time.perf_counter() - began
        for browser in browsers:
            browser.tell(taken)
        return taken

    def sign(self, nonce: str, number: int, port: int, custom: dict[str, str]) -> str:
        """Give the token of one launch, of the size that Canvas sends."""
        return jwt.encode(
            self._claims(nonce, number, port, custom), self.key, "RS256", headers={"kid": KID}
        )

    def _claims(self, nonce: str, number: int, port: int, custom: dict[str, str]) -> dict[str, Any]:
        now, person = int(time.time()), number % 300
        roles = "http://purl.imsglobal.org/vocab/lis/v2/"
        return {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "azp": CLIENT_ID,
            "sub": f"person-{person}",
            "iat": now,
            "exp": now + 3600,
            "nonce": nonce,
            "name": f"Ada Lovelace {person}",
            "given_name": "Ada",
            "family_name": f"Lovelace {person}",
            "email": f"ada.{person}@school.example",
            "locale": "en",
            LTI + "message_type": "LtiResourceLinkRequest",
            LTI + "version": "1.3.0",
            LTI + "deployment_id": DEPLOYMENT_ID,
            LTI + "target_link_uri": f"http://127.0.0.1:{port}/lti/launch",
            LTI + "roles": [
                f"{roles}membership#Learner",
                f"{roles}institution/person#Student",
                f"{roles}system/person#User",
            ],
            LTI + "context": {
                "id": f"course-{person % 10}",
                "label": "MATH",
                "title": "Mathematics, first year",
                "type": [f"{roles}course#CourseOffering"],
            },
            LTI + "resource_link": {"id": f"link-{person % 40}", "title": "The lecture"},
            LTI + "launch_presentation": {
                "document_target": "iframe",
                "return_url": f"{self.issuer}/courses/101",
                "locale": "en",
            },
            LTI + "tool_platform": {"guid": "bench", "name": "Bench", "version": "cloud"},
            LTI + "lis": {"person_sourcedid": f"sis-{person}"},
            LTI + "custom": custom,
        }

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        platform = self

        class KeySet(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                platform.fetches += 1
                time.sleep(platform.delay_seconds)
                public = RSAAlgorithm.to_jwk(platform.key.public_key(), as_dict=True)
                body = json.dumps({"keys": [{**public, "kid": KID, "alg": "RS256"}]}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        return KeySet


class _Browser:
    """One connection that is kept open."""

    def __init__(self, platform: Platform, port: int, *, storage: bool) -> None:
        self._platform, self._storage = platform, storage
        self._host = f"127.0.0.1:{port}"
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._taken = Taken()

    def login_all(self, numbers: Iterable[int]) -> list[Login]:
        return [self._login(number) for number in numbers]

    def launch_all(self, logins: list[Login], tokens: list[str]) -> None:
        for login, token in zip(logins, tokens, strict=True):
            self._launch(login, token)

    def tell(self, taken: Taken) -> None:
        self._connection.close()
        taken.login_seconds += self._taken.login_seconds
        taken.launch_seconds += self._taken.launch_seconds
        taken.failures += self._taken.failures

    def _login(self, number: int) -> Login:
        fields = {
            "iss": self._platform.issuer,
            "login_hint": f"person-{number % 300}",
            "target_link_uri": f"http://{self._host}/lti/launch",
            "client_id": CLIENT_ID,
            "lti_message_hint": f"hint-{number}",
        }
        if self._storage:
            fields["lti_storage_target"] = "post_message_forwarding"
        began = time.perf_counter()
        answer, body = self._post("/lti/login", fields, {})
        self._taken.login_seconds.append(time.perf_counter() - began)
        location = answer.getheader("Location") or _onward(body)
        query = parse_qs(urlsplit(location).query)
        cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        return Login(query["state"][0], query["nonce"][0], cookie)

    def _launch(self, login: Login, token: str) -> None:
        began = time.perf_counter()
        answer, body = self._post(
            "/lti/launch", {"id_token": token, "state": login.state}, {"Cookie": login.cookie}
        )
        self._taken.launch_seconds.append(time.perf_counter() - began)
        if answer.status != 302 and b'id="onward"' not in body:
            self._taken.failures.append(f"{answer.status} {body[:200]!r}")

    def _post(
        self, path: str, fields: dict[str, str], headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        for attempt in (1, 2):
            try:
                self._connection.request("POST", path, urlencode(fields), {**FORM, **headers})
                answer = self._connection.getresponse()
            except (http.client.RemoteDisconnected, ConnectionError):
                self._connection.close()  # gunicorn's plain worker closes after each answer
                if attempt == 2:
                    raise
            else:
                return answer, answer.read()
        raise AssertionError


def _onward(body: bytes) -> str:
    found = body.decode().partition('data-onward="')[2].partition('"')[0]
    return found.replace("&amp;", "&")
