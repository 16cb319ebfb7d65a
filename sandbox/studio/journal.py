"""What happened, for the tests and the start page: calls, verified launches, refusals."""

import threading
import time
from copy import deepcopy
from typing import Any

from flask import Request, Response

Entry = dict[str, Any]


class Journal:
    """Three lists, oldest first."""

    def __init__(self, lock: threading.RLock) -> None:
        self._lock = lock
        self._calls: list[Entry] = []
        self._launches: list[Entry] = []
        self._refusals: list[Entry] = []

    def begin_call(self, operation: str, request: Request) -> Entry:
        """Note a call as it arrives; it has no status until it is answered.

        `at` is when, in seconds: they count from 1970 and are those of one clock, so they can be
        subtracted from one another.
        """
        call = {
            "operation": operation,
            "method": request.method,
            "path": request.path,
            "query": request.query_string.decode("ascii", "replace"),
            "at": time.time(),
            "status": None,
            "retry_after": None,
        }
        with self._lock:
            self._calls.append(call)
        return call

    def end_call(self, call: Entry, response: Response) -> None:
        """Note how the call was answered, and whether the answer said when to come again."""
        with self._lock:
            call["status"] = response.status_code
            call["retry_after"] = response.headers.get("Retry-After")

    def add_launch(self, launch: Entry) -> None:
        """Note a verified launch."""
        with self._lock:
            self._launches.append(launch)

    def add_refusal(self, refusal: Entry) -> None:
        """Note a refused launch."""
        with self._lock:
            self._refusals.append(refusal)

    def calls(self) -> list[Entry]:
        """List the calls, each with status None while it is under way or when it was cut off."""
        with self._lock:
            return deepcopy(self._calls)

    def launches(self) -> list[Entry]:
        """List the verified launches."""
        with self._lock:
            return deepcopy(self._launches)

    def refusals(self) -> list[Entry]:
        """List the refused launches."""
        with self._lock:
            return deepcopy(self._refusals)
