"""What was found lately is kept in this process for a while, and so much of it at the most.

For what Studio said and may say otherwise soon. Not here: what our own database says, of which
every process hears when it changes (`memory`).
"""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """Answers by what was asked. What raises is not kept."""

    def __init__(
        self, seconds: float, most: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds, self._most, self._clock = seconds, most, clock
        self._kept: dict[Hashable, tuple[float, T]] = {}
        self._lock = threading.Lock()

    def find(self, asked: Hashable) -> T | None:
        """Find what was answered; None where that is too long ago, or never was."""
        with self._lock:
            since, answer = self._kept.get(asked, (None, None))
        return answer if since is not None and self._clock() - since < self._seconds else None

    def keep(self, asked: Hashable, answer: T) -> None:
        """Keep an answer; the oldest goes where there are too many."""
        with self._lock:
            self._kept.pop(asked, None)
            self._kept[asked] = (self._clock(), answer)
            while len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]

    def forget(self, asked: Hashable) -> None:
        """Forget what was answered, so that it is asked again."""
        with self._lock:
            self._kept.pop(asked, None)

    def recall(self, asked: Hashable, ask: Callable[[], T]) -> T:
        """Give what was answered lately, else what `ask` answers now."""
        if (answer := self.find(asked)) is None:
            answer = ask()
            self.keep(asked, answer)
        return answer
