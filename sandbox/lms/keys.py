"""The keys with which the small LMS signs, and what it publishes of them.

RS256 over a compact JWS (RFC 7515), `kid` = the key's thumbprint (RFC 7638). The header is open
to overrides, so that tests can sign tokens that no honest platform would.
"""

import hashlib
import json
import threading
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from jwt.algorithms import RSAAlgorithm
from jwt.utils import base64url_encode


class SigningKeys:
    """A key that signs now, and the one before it, which stays published."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys = [_generate()]

    @property
    def kid(self) -> str:
        """The id of the key that signs now."""
        return thumbprint(_public(self._current()))

    def sign(self, claims: dict[str, Any], **header_overrides: Any) -> str:
        """Sign the claims; an override of None leaves that header out, and `alg` only says so."""
        header = {"typ": "JWT", "alg": "RS256", "kid": self.kid} | header_overrides
        kept = {name: value for name, value in header.items() if value is not None}
        signed = b".".join(base64url_encode(json.dumps(part).encode()) for part in (kept, claims))
        signature = self._current().sign(signed, PKCS1v15(), SHA256())
        return b".".join((signed, base64url_encode(signature))).decode()

    def key_set(self) -> dict[str, Any]:
        """Give the public keys as a JSON Web Key Set."""
        with self._lock:
            public = [_public(key) for key in self._keys]
        return {"keys": [{**key, "kid": thumbprint(key)} for key in public]}

    def rotate(self) -> None:
        """Sign with a new key from now on; the last one stays published, older ones go."""
        key = _generate()
        with self._lock:
            self._keys = [key, self._keys[0]]

    def _current(self) -> RSAPrivateKey:
        with self._lock:
            return self._keys[0]


def thumbprint(key: dict[str, Any]) -> str:
    """Give the RFC 7638 thumbprint of an RSA key."""
    members = {name: key[name] for name in ("e", "kty", "n")}
    canonical = json.dumps(members, separators=(",", ":")).encode()
    return base64url_encode(hashlib.sha256(canonical).digest()).decode()


def _generate() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def _public(key: RSAPrivateKey) -> dict[str, Any]:
    members = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {"kty": "RSA", "alg": "RS256", "use": "sig", "n": members["n"], "e": members["e"]}
