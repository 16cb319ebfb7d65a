"""How the key set's address answers: as it should, late, with an error, or when let go."""

import threading

_LONGEST_HOLD_SECONDS = 60.0


class KeySetSwitch:
    """What the tests set, and what every answer asks."""

    def __init__(self) -> None:
        self._status: int | None = None
        self._open = threading.Event()
        self._open.set()

    def set(self, *, status: int | None, hold: bool) -> None:
        """Answer with this status instead of the keys (None: with the keys), held or not."""
        self._status = status
        if hold:
            self._open.clear()
        else:
            self._open.set()

    def wait(self, delay_seconds: float) -> int | None:
        """Wait so long, and while answers are held; then give the status to fail with, or None."""
        threading.Event().wait(delay_seconds)
        self._open.wait(_LONGEST_HOLD_SECONDS)
        return self._status
