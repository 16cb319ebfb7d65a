"""Who was launched into what: used nonces, and the cookies that open the media file.

Each launch has a cookie of its own name: with one name for all, two players that a course page
loads at once would overwrite each other's cookie.
"""

import secrets
import threading


class Viewers:
    """Nonces and passes; both are for one use and one launch id."""

    def __init__(self, lock: threading.RLock) -> None:
        self._lock = lock
        self._nonces: set[tuple[str, str, str]] = set()
        self._passes: dict[str, str] = {}

    def is_new_nonce(self, client_key: str, timestamp: str, nonce: str) -> bool:
        """Say whether this nonce was not used yet, without using it."""
        with self._lock:
            return (client_key, timestamp, nonce) not in self._nonces

    def use_nonce(self, client_key: str, timestamp: str, nonce: str) -> bool:
        """Use the nonce; False when someone was faster."""
        with self._lock:
            if (client_key, timestamp, nonce) in self._nonces:
                return False
            self._nonces.add((client_key, timestamp, nonce))
            return True

    def make_pass(self, launch_id: str) -> str:
        """Make what the cookie holds."""
        value = secrets.token_urlsafe(24)
        with self._lock:
            self._passes[value] = launch_id
        return value

    def may_see(self, launch_id: str, cookie: str) -> bool:
        """Say whether the cookie was made for this launch id."""
        with self._lock:
            return self._passes.get(cookie) == launch_id


def cookie_name(launch_id: str) -> str:
    """Name the cookie of one launch id."""
    return f"studio_{launch_id}"
