"""Waiting for a Studio that does not serve, so that a plan is not read in vain up to there."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from app.studio.errors import (
    StudioError,
    StudioLostError,
    StudioTimeoutError,
    StudioTokenError,
    StudioUnavailableError,
)

LONGEST_SECONDS = 600.0
PAUSE_SECONDS = 10
PASSING = (StudioUnavailableError, StudioTimeoutError, StudioLostError, StudioTokenError)
T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """Asks again until Studio serves; `tell` is given the first error of each time of trouble."""

    tell: Callable[[StudioError], None]
    longest_seconds: float = LONGEST_SECONDS
    wait: Callable[[float], object] = threading.Event().wait

    def ask(self, find: Callable[[], T]) -> T:
        """Give what `find` gives; raises its error where nothing else came for too long."""
        give_up: float | None = None
        while True:
            try:
                return find()
            except PASSING as error:
                now = time.monotonic()
                if give_up is None:
                    give_up = now + self.longest_seconds
                    self.tell(error)
                if now >= give_up:
                    raise
                self.wait(min(error.retry_after_seconds or PAUSE_SECONDS, give_up - now))
