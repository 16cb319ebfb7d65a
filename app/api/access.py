"""Who calls the API: the key that came, its Studio account, and the way to that Studio."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Response, after_this_request, request

from app.api.limits import Allowance, Limits
from app.api.problem import AccessError
from app.core import accounts, api_keys
from app.core.api_keys import ApiKey, Uses
from app.errors import ApiError
from app.locks import BusyError
from app.outside import Outside
from app.studio.client import StudioClient

STUDIO_SECONDS = 30.0
"""So long all calls to Studio for one request may take, together."""
REALM = 'Bearer realm="Studio Embed"'


@dataclass(frozen=True)
class Caller:
    """A key that may do what is asked, and the row of its Studio account."""

    outside: Outside
    key: ApiKey
    account: Any

    @contextmanager
    def studio(self) -> Iterator[StudioClient]:
        """Give a client that waits for its turn; raises `ApiError` where no thread is to spare.

        The API takes a thread only where another is left for launches that wait.
        """
        with ExitStack() as held:
            try:
                held.enter_context(self.outside.patient_seat())
            except BusyError:
                raise ApiError(
                    "service-busy", 503, "Too many requests wait for Studio here.", "", 1
                ) from None
            yield self.outside.studio(self.account).patient().within(STUDIO_SECONDS)


@dataclass(frozen=True)
class Gate:
    """Where calls come in: who calls, how often, and whether they may do what they ask for."""

    outside: Outside
    limits: Limits
    uses: Uses

    def let_in(self, scope: str) -> Caller:
        """Find who calls; raises `AccessError` where they may not (RFC 6750, 3), and `ApiError`."""
        key, now = self._find_key(), time.monotonic()
        _count(self.limits.take(key.id, now))
        if scope not in key.scopes:
            challenge = f'{REALM}, error="insufficient_scope", scope="{scope}"'
            raise AccessError(
                "scope-missing", 403, f"This key lacks the scope {scope}.", "", challenge=challenge
            )
        self.uses.note(key, now)
        return Caller(self.outside, key, accounts.find_account(self.outside.db, key.account_id))

    def _find_key(self) -> ApiKey:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise AccessError(
                "key-missing", 401, "The request has no API key.", "", challenge=REALM
            )
        key = api_keys.find_key(self.outside.db, token.strip())
        if key is None:
            challenge = f'{REALM}, error="invalid_token"'
            raise AccessError(
                "key-unknown", 401, "This API key is unknown or revoked.", "", challenge=challenge
            )
        return key


def _count(allowance: Allowance) -> None:
    """Tell what is left, whatever is answered; raises `ApiError` where nothing is."""

    def tell(answer: Response) -> Response:
        answer.headers.update(allowance.headers())
        return answer

    after_this_request(tell)
    if allowance.left < 0:
        raise ApiError(
            "too-many-calls",
            429,
            f"This key may make {allowance.limit:,} calls a minute.",
            "",
            allowance.ends_in_seconds,
        )
