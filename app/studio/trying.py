"""How long and how often a call is tried, as rules without clocks and sockets."""

from dataclasses import dataclass, replace

from app.studio.errors import (
    StudioAnswerError,
    StudioHeldBackError,
    StudioLostError,
    StudioTimeoutError,
    StudioUnavailableError,
)
from app.studio.operations import Operation

JITTER_SECONDS = 0.3
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 2.0
SHORTEST_WAIT_SECONDS = 0.1
REFUSED_TOKEN, TOO_MANY, UNAVAILABLE = 401, 429, 503
UNDECIDED = (REFUSED_TOKEN, TOO_MANY)
"""Statuses that say neither that Studio serves nor that it fails."""
UNHEARD = (None, TOO_MANY, UNAVAILABLE)


@dataclass(frozen=True)
class Manner:
    """How a caller goes about its calls.

    `waits`: it takes its turn among all callers of the account. `heeds_circuit`: it calls nothing
    while the circuit is open, as everybody who waits. `tries` are those that fail; for a caller
    that waits, a 429 is no failure. `obeys_seconds` is the longest Retry-After that is waited for.
    """

    waits: bool
    heeds_circuit: bool
    tries: int
    all_tries_seconds: float
    obeys_seconds: float


LAUNCH = Manner(False, False, tries=3, all_tries_seconds=20.0, obeys_seconds=10.0)
PATIENT = Manner(True, True, tries=3, all_tries_seconds=60.0, obeys_seconds=60.0)
IN_TURN = replace(LAUNCH, heeds_circuit=True)
"""After the first turn, which was waited for."""


def may_repeat(operation: Operation, error: Exception) -> bool:
    """Whether the same call makes sense again, and cannot do harm by being obeyed twice."""
    if isinstance(error, StudioTimeoutError | StudioLostError):
        return operation.repeat == "always"
    if not isinstance(error, StudioUnavailableError) or isinstance(error, StudioHeldBackError):
        return False
    return error.answered in UNHEARD or operation.repeat == "always"


def may_have_been_obeyed(error: Exception) -> bool:
    """Whether a call that failed may have done what it was to do: somebody has to look."""
    if isinstance(error, StudioUnavailableError):
        return error.answered not in UNHEARD
    return isinstance(error, StudioTimeoutError | StudioLostError | StudioAnswerError)


def is_failed_try(manner: Manner, error: Exception) -> bool:
    """Whether this counts among the tries."""
    too_many = isinstance(error, StudioUnavailableError) and error.answered == TOO_MANY
    return not (manner.waits and too_many)


def find_wait(
    manner: Manner, error: Exception, remaining_seconds: float, jitter_seconds: float
) -> bool | float:
    """Give the seconds until the next try: True for growing ones, False for no next try."""
    asked = error.asked_seconds if isinstance(error, StudioUnavailableError) else None
    if asked is None:
        return remaining_seconds > 0
    if asked > manner.obeys_seconds or asked >= remaining_seconds:
        return False
    return max(float(asked), SHORTEST_WAIT_SECONDS) + jitter_seconds
