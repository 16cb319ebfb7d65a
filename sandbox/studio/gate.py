"""Where answers wait, until they are released or their time is over."""

import threading

HOLD_SECONDS = 60.0
"""Nobody is held for longer: a forgotten release must not keep a thread for ever."""


class Gate:
    """A gate that opens for those who wait now, and is closed again for those who come later."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._openings = 0
        self._waiting = 0

    def wait(self, seconds: float) -> None:
        """Wait for the next opening, at most so long."""
        with self._changed:
            before = self._openings
            self._waiting += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._openings != before, seconds)
            self._waiting -= 1

    def release(self) -> int:
        """Let go all who wait; gives how many there were."""
        with self._changed:
            self._openings += 1
            self._changed.notify_all()
            return self._waiting

    def wait_for_waiting(self, at_least: int, seconds: float) -> int:
        """Wait until so many wait; gives how many do."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting >= at_least, seconds)
            return self._waiting
