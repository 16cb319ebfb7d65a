"""What happened, for the tests and the start page: calls, verified launches, refusals."""

import threading
from copy import deepcopy
from typing import Any

Entry = dict[str, Any]


class Journal:
    """Three lists, oldest first."""

    def __init__(self, lock: threading.RLock) -> None:
        self._lock = lock
        self._calls: list[Entry] = []
        self._launches: list[Entry] = []
        self._refusals: list[Entry] = []

    def begin_call(self, operation: str, method: str, path: str) -> Entry:
        """Note a call as it arrives; it has no status until it is answered."""
        call = {"operation": operation, "method": method, "path": path, "status": None}
        with self._lock:
            self._calls.append(call)
        return call

    def end_call(self, call: Entry, status: int) -> None:
        """Note how the call was answered."""
        with self._lock:
            call["status"] = status

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
