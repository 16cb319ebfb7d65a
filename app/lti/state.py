"""The signed state of a login, bound to one browser; nothing of it is kept here.

1. Login makes a secret, gives it to the browser (`binding`), and puts its hash, the nonce and
   the platform into a state that it signs.
2. The launch brings the state back. It belongs to this browser if that has the secret.

Source: https://www.imsglobal.org/spec/security/v1p0/#openid_connect_launch_flow (5.1.1)
"""

import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass

from itsdangerous import BadData
from itsdangerous.encoding import base64_decode, base64_encode

from app.lti import refusals
from app.settings import Settings

LIFETIME_SECONDS = 600
LONGEST_STATE = 2048


@dataclass(frozen=True)
class State:
    """What a login leaves for its launch.

    `by_page` says that a page of ours kept the secret in this browser in every way it could,
    `storage_target` in which frame of the platform, where it named one.
    """

    id: str
    platform_id: int
    nonce: str
    binding: str
    by_page: bool
    storage_target: str | None

    @property
    def nonce_bytes(self) -> bytes:
        """The nonce as it is kept once it is used: later logins sort later."""
        return base64_decode(self.nonce)

    def is_bound(self, proof: str | None) -> bool:
        """Whether `proof` is the secret that the browser was given at login."""
        return proof is not None and hmac.compare_digest(_hash(proof), self.binding)


def begin(platform_id: int, *, by_page: bool, storage_target: str | None) -> tuple[State, str]:
    """Begin a login: gives its state, and the secret for the browser."""
    random = secrets.token_bytes(46)
    secret = base64_encode(random[8:26]).decode()
    state = State(
        id=random[:8].hex(),
        platform_id=platform_id,
        nonce=base64_encode(nonces_since(time.time()) + random[26:]).decode(),
        binding=_hash(secret),
        by_page=by_page,
        storage_target=storage_target,
    )
    return state, secret


def nonces_since(seconds: float) -> bytes:
    """Give what sorts before every nonce that is made from that second on, and after earlier."""
    return int(seconds).to_bytes(5, "big")


def sign(state: State, settings: Settings) -> str:
    """Give the state as it travels through the platform."""
    values = base64_encode(json.dumps([int(time.time()), *vars(state).values()]))
    return f"{values.decode()}.{_sign(settings.secret_keys[0], values).decode()}"


def read(signed: str, settings: Settings) -> State:
    """Read a state that came back; raises `LaunchError` where it is forged or too old."""
    try:
        values, signature = signed.encode().split(b".")
        expected = (_sign(key, values) for key in settings.secret_keys)
        if any(hmac.compare_digest(signature, each) for each in expected):
            signed_at, *rest = json.loads(base64_decode(values))
            if 0 <= time.time() - signed_at <= LIFETIME_SECONDS:
                return State(*rest)
    except (BadData, ValueError, TypeError):
        pass  # it is none of ours, or of an earlier version
    raise refusals.expired("the state is forged or older than ten minutes")


def _sign(secret_key: str, values: bytes) -> bytes:
    return base64_encode(hmac.digest(secret_key.encode(), b"lti-login\n" + values, "sha256"))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()[:32]
