"""Calls that are told to come again later (429): a share of all, or those beyond a pace.

`POST /_sandbox/throttle` sets both. The token endpoint is never throttled.
"""

import math
import random
import threading
from collections import deque
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Limits(BaseModel):
    """The body of `POST /_sandbox/throttle`; it replaces the limits that are there."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    share: Annotated[float, Field(ge=0, le=1)] = 0.0
    """How many of all calls are refused, drawn in the order in which they arrive."""
    seed: int = 0
    """The same seed refuses the same calls."""
    per_second: Annotated[int, Field(ge=1)] | None = None
    """How many calls are served within any second; those beyond are refused."""
    status: Annotated[int, Field(ge=400, le=599)] = 429
    retry_after: Annotated[int, Field(ge=0)] | None = 1
    """Seconds in the header; null sends none."""
    retry_after_date: bool = False
    """Write the header as an HTTP date rather than in seconds."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.retry_after_date and self.retry_after is None:
            raise ValueError("retry_after_date needs retry_after")
        return self


class Throttle:
    """The limits, and what they did."""

    def __init__(self, lock: threading.RLock) -> None:
        self._lock = lock
        self.set(Limits())

    def set(self, limits: Limits) -> None:
        """Begin anew with these limits."""
        with self._lock:
            self.limits = limits
            self._chance = random.Random(limits.seed)  # noqa: S311 (protects nothing)
            self._served: deque[float] = deque()
            self._counts = {"served": 0, "by_share": 0, "by_pace": 0}

    def may_pass(self, at: float) -> bool:
        """Count a call of this time, in seconds, and say whether it is served."""
        with self._lock:
            reason = self._find_reason(at)
            self._counts[reason or "served"] += 1
            return reason is None

    def counts(self) -> dict[str, int]:
        """Give how many calls were served, and refused by which limit, since it was set."""
        with self._lock:
            return dict(self._counts)

    def seconds_to_wait(self, at: float) -> int | None:
        """Give what a call refused then is told: at least until the pace lets another one in."""
        with self._lock:
            asked, pace = self.limits.retry_after, self.limits.per_second
            if asked is None or pace is None or len(self._served) < pace:
                return asked
            return max(asked, math.ceil(self._served[0] + 1 - at))

    def _find_reason(self, now: float) -> str | None:
        if self._chance.random() < self.limits.share:
            return "by_share"
        if self.limits.per_second is None:
            return None
        while self._served and self._served[0] <= now - 1:
            self._served.popleft()
        if len(self._served) >= self.limits.per_second:
            return "by_pace"
        self._served.append(now)
        return None
