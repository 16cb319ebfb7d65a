"""How coming answers are to fail: what may be asked for, and the queue of what was."""

import threading
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

Operation = Literal[
    "search",
    "show",
    "delete",
    "archive",
    "unarchive",
    "courses",
    "create_embed",
    "download",
    "permissions",
    "add_permissions",
    "perspectives",
    "sources",
    "users",
    "token",
]


class Fault(BaseModel):
    """One order to fail, as `POST /_sandbox/next` takes it."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    operation: Operation | Literal["*"]
    times: Annotated[int, Field(ge=1, le=1000)] = 1
    status: Annotated[int, Field(ge=400, le=599)] | None = None
    retry_after: Annotated[int, Field(ge=0)] | None = None
    """Seconds, in the header of an answer with a status."""
    delay_seconds: Annotated[float, Field(gt=0, le=60)] | None = None
    hold: bool = False
    """Wait for `POST /_sandbox/release`."""
    reset: bool = False
    """Cut the connection without an answer."""
    garbage: bool = False
    """Answer 200 with what is not JSON."""
    body: JsonValue = None
    """Answer with this JSON, 200 unless a status is given too."""
    after: bool = False
    """Do the real work first."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        answer = self.status is not None or self.body is not None
        if self.reset + self.garbage + answer > 1:
            raise ValueError("reset, garbage and status or body exclude one another")
        if not (self.reset or self.garbage or answer or self.hold or self.delay_seconds):
            raise ValueError("say how: status, body, garbage, reset, hold or delay_seconds")
        if self.retry_after is not None and self.status is None:
            raise ValueError("retry_after needs a status")
        return self


class Faults:
    """The orders that wait; each call takes the oldest that is meant for it."""

    def __init__(self, lock: threading.RLock) -> None:
        self._lock = lock
        self._waiting: list[Fault] = []

    def plan(self, fault: Fault) -> int:
        """Queue the fault as often as it asks for; gives how many wait now."""
        with self._lock:
            self._waiting.extend([fault] * fault.times)
            return len(self._waiting)

    def take(self, operation: Operation) -> Fault | None:
        """Take the oldest fault for this operation, if any."""
        with self._lock:
            for index, fault in enumerate(self._waiting):
                if fault.operation in (operation, "*"):
                    return self._waiting.pop(index)
        return None
