"""Calls to one Studio account: an access token, a turn, time-outs, tries.

Not here: what is called and how an answer is read (`client`), the rules of trying (`trying`).
"""

import math
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
import stamina

from app.http import (
    Answer,
    AnswerLostError,
    AnswerTimeoutError,
    AnswerTooLongError,
    OutgoingError,
    fetch,
)
from app.studio import errors, protocol, trying
from app.studio.oauth import TokenStore
from app.studio.operations import Operation
from app.studio.pace import Pace, Turn
from app.studio.trying import IN_TURN, LAUNCH, PATIENT, Manner

ANSWER_SECONDS = 10.0
LEAST_SECONDS = 1.0
NO_TROUBLE = Turn(datetime.min.replace(tzinfo=UTC), troubled=False)

OnCall = Callable[[], object]
"""Told before every operation; what it raises passes through."""
OnAnswer = Callable[[str, str, float], None]
"""Told of every call that goes out: operation, status, seconds.

The status is that of HTTP, or `timeout`, `lost`, `unreachable`.
"""


@dataclass(frozen=True)
class Call:
    """One operation with everything that fills it."""

    operation: Operation
    path: str
    body: Any = None

    @property
    def name(self) -> str:
        """The operation's name."""
        return self.operation.name


@dataclass(frozen=True)
class Calls:
    """The way to one account, and the caller's manner. `deadline` is on the monotonic clock.

    `in_hand` are turns that were waited for and not used yet.
    """

    url: str
    session: requests.Session
    tokens: TokenStore
    pace: Pace | None = None
    on_call: OnCall | None = None
    on_answer: OnAnswer | None = None
    manner: Manner = LAUNCH
    deadline: float = math.inf
    in_hand: list[Turn] = field(default_factory=list)

    def within(self, seconds: float) -> "Calls":
        """Give the same way for calls that end, all together, within `seconds` from now."""
        return replace(self, deadline=min(self.deadline, time.monotonic() + seconds))

    def patient(self) -> "Calls":
        """Give the same way for a caller that waits for its turn."""
        return replace(self, manner=PATIENT)

    def in_turn(self) -> "Calls":
        """Wait for a turn; gives a way whose first call uses it, and which then calls at once.

        Where that call was to try Studio out, and fails, it calls nothing more. Raises
        `StudioHeldBackError` where none comes early enough to be of use.
        """
        deadline = min(self.deadline, time.monotonic() + self.manner.all_tries_seconds)
        turn = self._take_turn(deadline - ANSWER_SECONDS)
        return replace(self, manner=IN_TURN, in_hand=[turn])

    def send(
        self,
        operation: Operation,
        ids: Mapping[str, int] | None = None,
        query: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Answer:
        """Try as often and as long as the manner says; raises `StudioError`."""
        if self.on_call is not None:
            self.on_call()
        call = Call(operation, protocol.fill_path(operation, ids or {}, query or {}), body)
        deadline = min(self.deadline, time.monotonic() + self.manner.all_tries_seconds)
        failed = 0

        def worth_another(error: Exception) -> bool | float:
            nonlocal failed
            failed += trying.is_failed_try(self.manner, error)
            if failed >= self.manner.tries or not trying.may_repeat(operation, error):
                return False
            jitter = secrets.SystemRandom().uniform(0, trying.JITTER_SECONDS)
            return trying.find_wait(self.manner, error, deadline - time.monotonic(), jitter)

        tries = stamina.retry_context(
            on=worth_another,
            attempts=None,
            timeout=None,
            wait_initial=trying.FIRST_PAUSE_SECONDS,
            wait_max=trying.LONGEST_PAUSE_SECONDS,
            wait_jitter=trying.JITTER_SECONDS,
        )
        for attempt in tries:
            with attempt:
                answer = self._authorized(call, deadline)
        return answer

    def _authorized(self, call: Call, deadline: float) -> Answer:
        """Call with an access token; a refused one is refreshed, once."""
        turn = self._take_turn(deadline)
        token = self._find_token(call, deadline, turn)
        answer = self._in_turn(call, deadline, turn, token)
        if answer.status == 401:
            # Whoever tries Studio out is the only one who may: it gets no other turn.
            turn = turn if turn.tries_out else self._take_turn(deadline)
            token = self._find_token(call, deadline, turn, refused=token)
            answer = self._in_turn(call, deadline, turn, token)
        if answer.status == 401:
            raise errors.authorization(f"{call.name}: Studio refuses a token that it just gave")
        if not call.operation.is_done(answer.status):
            raise errors.by_status(answer.status, call.operation, _asked_seconds(answer))
        return answer

    def _find_token(
        self, call: Call, deadline: float, turn: Turn, refused: str | None = None
    ) -> str:
        """Give an access token for a call whose turn has come; a refresh that fails is noted."""
        try:
            return self.tokens.access_token(refused=refused, seconds=_remaining(call, deadline))
        except errors.StudioTokenDownError:
            self._note(turn, failed=True)
            raise

    def _in_turn(self, call: Call, deadline: float, turn: Turn, token: str) -> Answer:
        """Send one call whose turn has come, and note what became of it."""
        remaining = _remaining(call, deadline)
        began = time.monotonic()
        try:
            answer = self._fetch(call, min(ANSWER_SECONDS, remaining), token)
        except OutgoingError as error:
            what, meaning = _explain(error, call.name)
            self._tell(call, what, began)
            self._note(turn, failed=not isinstance(meaning, errors.StudioAnswerError))
            raise meaning from None
        self._tell(call, str(answer.status), began)
        if answer.status not in trying.UNDECIDED:
            self._note(turn, failed=answer.status >= 500)
        asked = _asked_seconds(answer)
        if self.pace is not None and answer.status == trying.TOO_MANY and asked:
            self.pace.hold(datetime.now(UTC), asked)
        return answer

    def _take_turn(self, deadline: float) -> Turn:
        if self.in_hand:
            return self.in_hand.pop()
        if self.pace is None:
            return NO_TROUBLE
        if not self.manner.waits:
            return self.pace.take(datetime.now(UTC), heeds_circuit=self.manner.heeds_circuit)
        now = datetime.now(UTC)
        while True:
            latest = now + timedelta(seconds=deadline - time.monotonic() - LEAST_SECONDS)
            turn = self.pace.reserve(now, latest)
            if turn.at <= now:
                return turn
            now = _wait_until(turn.at, deadline)
            if self.pace.may_go(turn, now):
                return turn

    def _tell(self, call: Call, what: str, began: float) -> None:
        if self.on_answer is not None:
            self.on_answer(call.name, what, time.monotonic() - began)

    def _note(self, turn: Turn, *, failed: bool) -> None:
        if self.pace is not None and failed:
            self.pace.note_failure(datetime.now(UTC))
        elif self.pace is not None and turn.troubled:
            self.pace.note_success()

    def _fetch(self, call: Call, answer_seconds: float, token: str) -> Answer:
        options = {} if call.body is None else {"json": call.body}
        return fetch(
            self.session,
            call.operation.method,
            self.url + call.path,
            answer_seconds=answer_seconds,
            max_bytes=call.operation.max_bytes,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            **options,
        )


def _explain(error: OutgoingError, name: str) -> tuple[str, errors.StudioError]:
    """Give the word for a call without a usable answer, and the error that it means."""
    log = f"{name}: {error}"
    match error:
        case AnswerTimeoutError():
            return "timeout", errors.timeout(log)
        case AnswerTooLongError():
            return "lost", errors.answer(log)
        case AnswerLostError():
            return "lost", errors.lost(log)
        case _:
            return "unreachable", errors.unavailable(log)


def _asked_seconds(answer: Answer) -> int | None:
    return protocol.read_retry_after(answer.headers.get("retry-after"), datetime.now(UTC))


def _remaining(call: Call, deadline: float) -> float:
    """Give the seconds that are left for a call; raises `StudioUnavailableError` without any."""
    if (remaining := deadline - time.monotonic()) <= 0:
        raise errors.unavailable(f"{call.name}: no time left")
    return remaining


def _wait_until(at: datetime, deadline: float) -> datetime:
    """Wait, but not beyond the deadline, and give the time then, which is not before.

    A clock that is set meanwhile changes nothing about how long that is.
    """
    seconds = (at - datetime.now(UTC)).total_seconds()
    end = min(time.monotonic() + seconds, deadline)
    while (seconds := end - time.monotonic()) > 0:
        threading.Event().wait(seconds)
    return max(at, datetime.now(UTC))
