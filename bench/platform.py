"""A platform and its browsers: whole launches, login and launch, as fast as a server takes them.

Tokens are signed between the two, off the clock: a platform's own cost is not the tool's.
"""

import json
import statistics
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from bench import browsers
from bench.browsers import Answer, Login

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
CLIENT_ID, DEPLOYMENT_ID, KID = "bench-client", "1:bench", "bench-key"
WIDTH = 8


@dataclass
class Taken:
    """What came of launches, and how long the server was kept busy."""

    launched: list[Answer]
    wall_seconds: float

    @property
    def failures(self) -> int:
        """How many were not sent on to the player."""
        return sum(not each.is_forwarded for each in self.launched)

    def quantile(self, share: float) -> float:
        """The time within which that share of the launches was answered, in milliseconds."""
        seconds = [each.seconds for each in self.launched]
        return statistics.quantiles(seconds, n=1000)[round(share * 1000) - 1] * 1000


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
        custom: dict[str, str],
        *,
        storage: bool = False,
        width: int = WIDTH,
    ) -> Taken:
        """Make whole launches against a server: all logins, and then all launches."""
        logins = [
            browsers.form_post("/lti/login", self._login_form(number, port, storage=storage))
            for number in range(count)
        ]
        began = time.perf_counter()
        answers = browsers.exchange(port, logins, width)
        wall_seconds = time.perf_counter() - began
        launches = [
            self._launch(browsers.read_login(answer), number, port, custom)
            for number, answer in enumerate(answers)
        ]
        began = time.perf_counter()
        launched = browsers.exchange(port, launches, width)
        return Taken(launched, wall_seconds + time.perf_counter() - began)

    def _launch(self, login: Login, number: int, port: int, custom: dict[str, str]) -> bytes:
        token = self.sign(login.nonce, number, port, custom)
        form = {"id_token": token, "state": login.state}
        return browsers.form_post("/lti/launch", form, Cookie=login.cookie)

    def _login_form(self, number: int, port: int, *, storage: bool) -> dict[str, str]:
        target = {"lti_storage_target": "post_message_forwarding"} if storage else {}
        return target | {
            "iss": self.issuer,
            "login_hint": f"person-{number % 300}",
            "target_link_uri": f"http://127.0.0.1:{port}/lti/launch",
            "client_id": CLIENT_ID,
            "lti_message_hint": f"hint-{number}",
        }

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
            LTI + "tool_platform": {
                "guid": "7db438071375c02373713c12c73869ff2f470b68.bench",
                "name": "Example University",
                "version": "cloud",
                "product_family_code": "canvas",
            },
            LTI + "lis": {"person_sourcedid": f"sis-{person}", "course_offering_sourcedid": "c-1"},
            LTI + "custom": custom,
            **self._beside(person),
        }

    def _beside(self, person: int) -> dict[str, Any]:
        """Give what Canvas sends beside what a launch needs: a third of the token."""
        course = f"{self.issuer}/api/lti/courses/{person % 10}"
        grades = "https://purl.imsglobal.org/spec/lti-ags/"
        return {
            "picture": f"{self.issuer}/images/messages/avatar-50.png",
            "https://www.instructure.com/placement": "link_selection",
            LTI + "lti1p1": {"user_id": f"535fa085f22b4655f48cd5a36a9215f64c06283{person}"},
            LTI + "lti11_legacy_user_id": f"535fa085f22b4655f48cd5a36a9215f64c06283{person}",
            f"{grades}claim/endpoint": {
                "scope": [f"{grades}scope/{name}" for name in ("lineitem", "result.readonly")],
                "lineitems": f"{course}/line_items",
                "lineitem": f"{course}/line_items/7",
            },
            "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
                "context_memberships_url": f"{course}/names_and_roles",
                "service_versions": ["2.0"],
            },
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
