"""Calls to one Studio account: an access token, time-outs, three tries."""

import math
import time
from datetime import UTC, datetime
from typing import Any

import requests
import stamina

from app import metrics
from app.http import Answer, AnswerLostError, AnswerTimeoutError, OutgoingError, fetch
from app.studio import errors, protocol
from app.studio.oauth import TokenStore
from app.studio.protocol import EmbedWish, Media

ANSWER_SECONDS = 10.0
TRIES = 3
ALL_TRIES_SECONDS = 20.0
LONGEST_RETRY_AFTER_SECONDS = 10
MAX_BYTES = 2 * 1024 * 1024
MAX_PAGES = 40


class StudioClient:
    """One Studio account.

    Every method raises a `StudioError`. `url` is the account's origin.
    """

    def __init__(
        self,
        url: str,
        session: requests.Session,
        tokens: TokenStore,
        deadline: float = math.inf,
    ) -> None:
        self.url = url
        self._session, self._tokens, self._deadline = session, tokens, deadline

    def within(self, seconds: float) -> "StudioClient":
        """Give a client whose calls, all together, end within `seconds` from now."""
        return StudioClient(self.url, self._session, self._tokens, time.monotonic() + seconds)

    def try_search(self) -> Answer:
        """Search for anything, to see that Studio lets us in; what it finds is not looked at."""
        answer = self._answer("GET", "/media/search?page=1&per_page=1", "search")
        protocol.read_json(answer.body, "search")
        return answer

    def get_media(self, media_id: int) -> Media:
        """Show a media."""
        return protocol.read_media(self._get(f"/media/{media_id}", "show"))

    def list_user_emails(self, media_id: int) -> frozenset[str]:
        """Give the addresses, in lower case, of all who have access to a media."""
        path, found, page = f"/media/{media_id}/users", frozenset[str](), 1
        while True:
            value = self._get(f"{path}?page={page}&per_page=50", "users")
            found |= protocol.read_emails(value)
            if page >= min(protocol.read_last_page(value), MAX_PAGES):
                return found
            page += 1

    def find_launch_url(self, wish: EmbedWish) -> str | None:
        """Find out whether an embed like `wish` was made before; its launch URL, or None."""
        value = self._get(f"/media/{wish.media_id}/perspectives", "perspectives")
        return protocol.find_launch_url(value, wish, self.url)

    def create_embed(self, wish: EmbedWish) -> str:
        """Put a media into a course; gives its launch URL, checked to be this Studio's.

        After `StudioTimeoutError` and `StudioLostError` it is not known whether it was made: see
        `find_launch_url`.
        """
        path = f"/media/{wish.media_id}/create_embed"
        value = self._call("POST", path, "create_embed", json=wish.body())
        return protocol.read_launch_url(value, self.url)

    def _get(self, path: str, operation: str) -> Any:
        return self._call("GET", path, operation)

    def _call(self, method: str, path: str, operation: str, **options: Any) -> Any:
        return protocol.read_json(self._answer(method, path, operation, **options).body, operation)

    def _answer(self, method: str, path: str, operation: str, **options: Any) -> Answer:
        """Try three times within 20 s; what Studio may have obeyed unheard only if it is a GET."""
        deadline = min(self._deadline, time.monotonic() + ALL_TRIES_SECONDS)

        def worth_another(error: Exception) -> bool | float:
            if isinstance(error, errors.StudioTimeoutError | errors.StudioLostError):
                return method == "GET" and time.monotonic() < deadline
            if not isinstance(error, errors.StudioUnavailableError):
                return False
            wait = error.asked_seconds
            if wait is None:
                return time.monotonic() < deadline
            obeyed = wait <= LONGEST_RETRY_AFTER_SECONDS and time.monotonic() + wait < deadline
            return max(float(wait), 0.1) if obeyed else False

        tries = stamina.retry_context(
            on=worth_another, attempts=TRIES, timeout=None, wait_initial=0.2, wait_jitter=0.3
        )
        for attempt in tries:
            with attempt:
                answer = self._authorized(method, path, operation, deadline, options)
        return answer

    def _authorized(
        self, method: str, path: str, operation: str, deadline: float, options: dict[str, Any]
    ) -> Answer:
        """Call with an access token; a refused one is refreshed, once."""
        token = self._tokens.access_token()
        answer = self._send(method, path, operation, deadline, token, options)
        if answer.status == 401:
            token = self._tokens.access_token(refused=token)
            answer = self._send(method, path, operation, deadline, token, options)
        if answer.status == 401:
            raise errors.authorization(f"{operation}: Studio refuses a token that it just gave")
        if not 200 <= answer.status < 300:
            asked = protocol.read_retry_after(answer.headers.get("retry-after"), datetime.now(UTC))
            raise errors.by_status(answer.status, operation, asked)
        return answer

    def _send(
        self,
        method: str,
        path: str,
        operation: str,
        deadline: float,
        token: str,
        options: dict[str, Any],
    ) -> Answer:
        began = time.monotonic()
        remaining = deadline - began
        if remaining <= 0:
            raise errors.unavailable(f"{operation}: no time left")
        status = "unreachable"
        try:
            answer = fetch(
                self._session,
                method,
                self.url + protocol.API + path,
                answer_seconds=min(ANSWER_SECONDS, remaining),
                max_bytes=MAX_BYTES,
                headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
                **options,
            )
            status = str(answer.status)
        except AnswerTimeoutError as error:
            status = "timeout"
            raise errors.timeout(f"{operation}: {error}") from None
        except AnswerLostError as error:
            status = "lost"
            raise errors.lost(f"{operation}: {error}") from None
        except OutgoingError as error:
            raise errors.unavailable(f"{operation}: {error}") from None
        finally:
            metrics.STUDIO_CALLS.labels(operation, status).inc()
            metrics.STUDIO_CALL_SECONDS.labels(operation).observe(time.monotonic() - began)
        return answer
