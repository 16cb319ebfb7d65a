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
    "tags",
    "caption_files",
    "caption_file",
    "ping",
    "collections",
    "collection_media",
    "course",
    "course_perspectives",
    "user_search",
    "insights_overview",
    "insights_users",
    "download_file",
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
    retry_after_date: bool = False
    """Write the header as an HTTP date rather than in seconds."""
    delay_seconds: Annotated[float, Field(gt=0, le=60)] | None = None
    hold: bool = False
    """Wait for `POST /_sandbox/release`."""
    reset: bool = False
    """Cut the connection without an answer."""
    cut: bool = False
    """Cut the connection in the middle of the real answer's body."""
    drip_seconds: Annotated[float, Field(gt=0, le=60)] | None = None
    """Send the real answer's body bit by bit, and take so long for it."""
    garbage: bool = False
    """Answer 200 with what is not JSON."""
    html: bool = False
    """Answer with a page, 200 unless a status is given too."""
    redirect: str | None = None
    """Answer 302 to this address."""
    body: JsonValue = None
    """Answer with this JSON, 200 unless a status is given too."""
    change: dict[str, JsonValue] = Field(default_factory=dict)
    """Change fields of the real answer: `{"media.0.size": "big"}`."""
    drop: tuple[str, ...] = Field((), strict=False)
    """Leave fields out of the real answer: `["media.owner"]`."""
    after: bool = False
    """Do the real work first."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        real = bool(self.cut or self.drip_seconds or self.change or self.drop)
        told = self.body is not None
        kinds = (self.reset, self.garbage, self.html, told, self.redirect is not None, real)
        answer = sum(kinds) or self.status is not None
        with_status = not any(kinds) or self.html or told
        if sum(kinds) > 1 or (self.status is not None and not with_status):
            raise ValueError(
                "reset, garbage, redirect, html, body, and changes to the real answer "
                "exclude one another; only html and body go with a status"
            )
        if not (answer or self.hold or self.delay_seconds):
            raise ValueError("say how: status, body, html, garbage, cut, reset, hold, …")
        if self.retry_after is not None and self.status is None:
            raise ValueError("retry_after needs a status")
        if self.retry_after_date and self.retry_after is None:
            raise ValueError("retry_after_date needs retry_after")
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
