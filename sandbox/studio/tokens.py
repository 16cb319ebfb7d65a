"""OAuth codes and the one pair of tokens: both are new at every refresh, and the old ones dead.

A fresh authorization replaces the pair as well. A sandbox has one account, so one pair is enough.
The pair outlives a restart. The refresh token of the settings is good again at every start, until
the pair is changed: a service that was set up anew finds in.
"""

import secrets
import threading
import time

from sandbox.studio.database import Database
from sandbox.studio.settings import StudioSettings

CODE_SECONDS = 600


class Tokens:
    """What is valid now; a code or a refresh token is good for one use."""

    def __init__(self, settings: StudioSettings, database: Database, lock: threading.RLock) -> None:
        self._lock = lock
        self._database = database
        self._lifetime_seconds = settings.access_token_seconds
        self._codes: dict[str, tuple[str, float]] = {}
        self._first_refresh_token: str | None = settings.refresh_token
        if database.find_kept("access_token_ends") is None:
            self._keep(secrets.token_urlsafe(24), settings.refresh_token)

    def make_code(self, redirect_uri: str) -> str:
        """Make a code that is good once, and only with the same redirect URI."""
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._codes[code] = (redirect_uri, time.monotonic() + CODE_SECONDS)
        return code

    def redeem_code(self, code: str, redirect_uri: str) -> dict[str, object] | None:
        """Give a new pair for a code; None when the code is not good."""
        with self._lock:
            known_uri, expires_at = self._codes.pop(code, ("", 0.0))
            if not known_uri or known_uri != redirect_uri or time.monotonic() >= expires_at:
                return None
            return self._rotate()

    def refresh(self, refresh_token: str) -> dict[str, object] | None:
        """Give a new pair for the current refresh token; None for any other."""
        with self._lock:
            good = (self._database.find_kept("refresh_token"), self._first_refresh_token)
            if not refresh_token or refresh_token not in good:
                return None
            return self._rotate()

    def is_good(self, access_token: str) -> bool:
        """Say whether this access token opens the API now."""
        with self._lock:
            return bool(access_token) and access_token == self._unexpired_access_token()

    def current(self) -> dict[str, str | None]:
        """Give the tokens that are valid now, None for one that is not."""
        with self._lock:
            return {
                "access_token": self._unexpired_access_token(),
                "refresh_token": self._database.find_kept("refresh_token"),
            }

    def expire(self) -> None:
        """Kill the access token."""
        self._database.keep(access_token=None)

    def revoke(self) -> None:
        """Kill both tokens: only a fresh authorization helps."""
        with self._lock:
            self._first_refresh_token = None
            self._database.keep(access_token=None, refresh_token=None)

    def _unexpired_access_token(self) -> str | None:
        ends = float(self._database.find_kept("access_token_ends") or 0)
        return self._database.find_kept("access_token") if time.time() < ends else None

    def _rotate(self) -> dict[str, object]:
        access_token, refresh_token = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self._first_refresh_token = None
        self._keep(access_token, refresh_token)
        return {
            "access_token": access_token,
            "refresh_token": refresh_token,
            "token_type": "Bearer",
            "expires_in": self._lifetime_seconds,
            "created_at": int(time.time()),
        }

    def _keep(self, access_token: str, refresh_token: str) -> None:
        ends = time.time() + self._lifetime_seconds
        self._database.keep(
            access_token=access_token, refresh_token=refresh_token, access_token_ends=str(ends)
        )
