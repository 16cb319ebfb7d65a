"""Working an account's batches off: items due are tried by a few threads, by one run at a time.

1. A lock in the database lets one run go on at a time, whatever process it is in. Its lease is
   short: when a run dies, another goes on where the records stand.
2. What is in hand is known to the run alone. An item stays pending until its outcome is written,
   so a run that dies loses nothing; the embed of an item is claimed and looked for as a launch's
   is (`embeds`), so the next run repeats nothing.
3. What went wrong decides: the item failed for good, is tried again later, or is not to blame:
   then all of the account's batches wait, and one item tries whether it goes better.
4. What nobody foresaw counts as a try of its item alone. Only a database that is away ends a run,
   after what came of other items is written.

Not here: one try (`batch_trying`), who begins a run (`app/work.py`), and how often Studio may be
called (`studio/pace`).
"""

import math
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

from app import locks
from app.core import batch_items
from app.core.batch_items import Due, Outcome
from app.core.batch_trying import Maker
from app.db import Database
from app.errors import ServiceError
from app.studio.client import StudioClient

LEASE_SECONDS = 8.0
RENEW_SECONDS = 2.0
LOOK_SECONDS = 0.5
FEWEST_THREADS, MOST_THREADS = 2, 8
DISCONNECTED_SECONDS, LONGEST_TROUBLE_SECONDS = 30, 60
OTHERS_FIRST_SECONDS = 5
LOOK_AHEAD = 4
log = structlog.get_logger()


def count_threads(calls_per_second: float) -> int:
    """Give how many items are in hand at once: Studio may take a second, or less where it is fast.

    More would only wait for their turns.
    """
    return max(FEWEST_THREADS, min(MOST_THREADS, math.ceil(calls_per_second)))


def is_worked_on(db: Database, account_id: int) -> bool:
    """Whether a run is at an account's batches now."""
    return locks.is_held(db, _lock_name(account_id))


def work_off(
    db: Database,
    account_id: int,
    studio: StudioClient,
    threads: int,
    should_stop: Callable[[], bool],
) -> None:
    """Work an account's batches off until nothing is due, or `should_stop` says so.

    `studio` is a patient client. What is in hand is finished. Does nothing where another run is
    at it.
    """
    name = _lock_name(account_id)
    holder = locks.acquire(db, name, LEASE_SECONDS)
    if holder is None:
        return
    lease = _Lease(db, name, holder)

    def may_not_begin() -> bool:
        lost = lease.is_lost()  # first: the lease is renewed while what is in hand is finished, too
        return lost or should_stop()

    try:
        _Run(db, account_id, studio, threads, may_not_begin).go_on()
    finally:
        locks.release(db, name, holder)


def _lock_name(account_id: int) -> str:
    return f"batches-{account_id}"


@dataclass
class _Lease:
    """The lock of a run, renewed in passing."""

    db: Database
    name: str
    holder: str
    _renewed_at: float = field(default_factory=time.monotonic)
    _lost: bool = False

    def is_lost(self) -> bool:
        """Whether another run has taken over, because this one came to a standstill."""
        if not self._lost and time.monotonic() - self._renewed_at > RENEW_SECONDS:
            self._renewed_at = time.monotonic()
            self._lost = not locks.renew(self.db, self.name, self.holder, LEASE_SECONDS)
        return self._lost


class _Run:
    """The items that are in hand, and what holds all of them up."""

    def __init__(
        self,
        db: Database,
        account_id: int,
        studio: StudioClient,
        threads: int,
        should_stop: Callable[[], bool],
    ) -> None:
        self._db, self._account_id, self._threads = db, account_id, threads
        self._should_stop = should_stop
        self._maker = Maker(db, studio)
        self._in_hand: dict[Future[Outcome | ServiceError], Due] = {}
        self._told_trouble = batch_items.has_trouble(db, account_id)
        self._trouble: ServiceError | None = None
        self._held: list[Due] = []
        self._broken: BaseException | None = None

    def go_on(self) -> None:
        """Try items until there is nothing left to do, or a reason to stop.

        Raises what the threads raise, once nothing is in hand any more.
        """
        with ThreadPoolExecutor(self._threads, f"batches-{self._account_id}") as pool:
            while True:
                held = self._should_stop() or self._trouble or self._broken
                if not held:
                    self._fill(pool)
                if not self._in_hand:
                    break
                finished, _ = wait(self._in_hand, LOOK_SECONDS, FIRST_COMPLETED)
                self._note(list(finished))
        if self._broken is not None:
            raise self._broken
        if self._trouble is not None:
            self._tell(self._trouble)

    def _fill(self, pool: ThreadPoolExecutor) -> None:
        """Take as many items in hand as there are threads; one while there is trouble.

        Of items with the same embed one is in hand at a time: the others would wait for it.
        """
        width = 1 if self._told_trouble else self._threads
        if len(self._in_hand) >= width:
            return
        now = datetime.now(UTC)
        taken = {item.key for item in self._in_hand.values()}
        limit = LOOK_AHEAD * (width + len(self._in_hand))
        due = batch_items.list_due(self._db, self._account_id, now, limit)
        others = {item.key: item for item in reversed(due) if item.key not in taken}
        free = [item for item in due if others.get(item.key) is item][: width - len(taken)]
        if queued := {item.batch_id for item in free if item.is_queued}:
            batch_items.note_begun(self._db, queued, now)
        for item in free:
            self._in_hand[pool.submit(self._maker.attempt, item)] = item

    def _note(self, finished: list[Future[Outcome | ServiceError]]) -> None:
        """Write down what came of some tries."""
        outcomes = []
        for future in finished:
            item = self._in_hand.pop(future)
            if (broken := future.exception()) is not None:
                self._broken = broken
                continue
            match future.result():
                case Outcome() as outcome:
                    outcomes.append(outcome)
                case trouble:
                    self._trouble = trouble
                    self._held.append(item)
        if not outcomes:
            return
        studio_serves = any(
            outcome.status == "failed" or outcome.columns.get("made") for outcome in outcomes
        )
        batch_items.note_outcomes(self._db, outcomes, datetime.now(UTC))
        if self._trouble is not None and any(each.status != "pending" for each in outcomes):
            self._trouble = None
            self._let_others_try_first(datetime.now(UTC))
        if self._told_trouble and studio_serves:
            self._told_trouble = False
            batch_items.note_trouble(self._db, self._account_id, None, None)

    def _tell(self, trouble: ServiceError) -> None:
        seconds = DISCONNECTED_SECONDS
        if trouble.retry_after_seconds is not None:
            seconds = min(trouble.retry_after_seconds, LONGEST_TROUBLE_SECONDS)
        resumes_at = datetime.now(UTC) + timedelta(seconds=seconds)
        self._let_others_try_first(resumes_at)
        batch_items.note_trouble(self._db, self._account_id, trouble, resumes_at)
        if not self._told_trouble:
            log.warning(
                "batches-held", account=self._account_id, code=trouble.slug, why=trouble.log
            )

    def _let_others_try_first(self, since: datetime) -> None:
        """Put off what met the trouble: if it should be to blame, the rest is not kept by it."""
        due_at = since + timedelta(seconds=OTHERS_FIRST_SECONDS)
        later = [Outcome(item, {"status": "pending", "due_at": due_at}) for item in self._held]
        batch_items.note_outcomes(self._db, later, datetime.now(UTC))
        self._held.clear()
