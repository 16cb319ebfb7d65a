"""Whether a POST is signed by the known LTI 1.1 consumer, by oauthlib's own verifier.

The signature covers the body and the URL's query (https://www.imsglobal.org/specs/ltiv1p1).
Not here: what the launch asks for.
"""

import secrets

from flask import Request
from oauthlib.common import Request as OAuthRequest
from oauthlib.oauth1 import RequestValidator, SignatureOnlyEndpoint
from typing_extensions import override

from sandbox.studio.settings import StudioSettings
from sandbox.studio.viewers import Viewers

_USED_BEFORE = "The launch was used before."


class _Consumer(RequestValidator):
    """The one consumer that this Studio knows, as oauthlib asks for it."""

    enforce_ssl = False
    allowed_signature_methods = ("HMAC-SHA1",)
    timestamp_lifetime = 300
    dummy_client = "nobody"

    def __init__(self, settings: StudioSettings, viewers: Viewers) -> None:
        super().__init__()
        self._settings = settings
        self._viewers = viewers

    @override
    def check_client_key(self, client_key: str) -> bool:
        return bool(client_key)

    @override
    def check_nonce(self, nonce: str) -> bool:
        return 0 < len(nonce) < 256

    @override
    def validate_client_key(self, client_key: str, request: object) -> bool:
        return client_key == self._settings.consumer_key

    @override
    def get_client_secret(self, client_key: str, request: object) -> str:
        known = client_key == self._settings.consumer_key
        return self._settings.consumer_secret if known else secrets.token_hex()

    @override
    def get_access_token_secret(self, client_key: str, token: str, request: object) -> str:
        return ""

    @override
    def validate_timestamp_and_nonce(
        self,
        client_key: str,
        timestamp: str,
        nonce: str,
        request: OAuthRequest,
        request_token: str | None = None,
        access_token: str | None = None,
    ) -> bool:
        is_new = self._viewers.is_new_nonce(client_key, timestamp, nonce)
        request.validator_log["new"] = is_new
        return is_new


def find_signature_problem(
    request: Request, body: str, settings: StudioSettings, viewers: Viewers
) -> str | None:
    """Say what is wrong with the signature; None when it is good, and then its nonce is used."""
    query = request.query_string.decode("ascii", "replace")
    uri = f"{settings.url}{request.path}?{query}"
    endpoint = SignatureOnlyEndpoint(_Consumer(settings, viewers))
    try:
        good, verified = endpoint.validate_request(uri, "POST", body, dict(request.headers))
    except ValueError:
        return "The launch’s parameters cannot be read."
    if verified is None:
        return "The launch is not signed."
    if good:
        used = viewers.use_nonce(verified.client_key, verified.timestamp, verified.nonce)
        return None if used else _USED_BEFORE
    if "new" not in verified.validator_log:
        return "The launch’s OAuth parameters are incomplete or too old."
    if not verified.validator_log["new"]:
        return _USED_BEFORE
    if not verified.validator_log["client"]:
        return "The launch’s consumer is unknown."
    return "The launch’s signature is wrong: something was altered, or the secret is another."
