"""What works batches off: Huey, on a queue in memory that the database and wake-up calls fill.

The database says what there is to do (`core/batch_items`), and is looked at every few seconds.
So a worker needs nothing else: a call (`app/calls.py`) that is lost costs a few seconds, and one
that comes twice costs nothing.
"""

import gc
import signal
import threading
import time
from contextlib import closing, suppress
from datetime import UTC, datetime

import structlog
from huey import MemoryHuey
from huey.consumer import ConsumerStopped
from sqlalchemy.exc import SQLAlchemyError

from app.calls import CALLS_ERRORS, open_calls
from app.core import accounts, batch_items, batch_work
from app.db import Database
from app.outside import Outside

CALL_SECONDS, LISTEN_SECONDS = 0.5, 5.0
LOOK_SECONDS = 3.0
LISTEN_AGAIN_SECONDS = 0.2
ACCOUNTS_AT_ONCE = 4
TURN_SECONDS = 30.0
POLL_SECONDS, LONGEST_POLL_SECONDS = 0.1, 0.3
STOP_SECONDS = 25.0
STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
log = structlog.get_logger()


def wake(outside: Outside, account_id: int) -> None:
    """Let a worker begin with an account's batches at once; where that fails it looks by itself."""
    try:
        calls = open_calls(outside.settings, outside.db, CALL_SECONDS)
        if calls is not None:
            with closing(calls):
                calls.enqueue(str(account_id).encode())
    except CALLS_ERRORS as error:
        log.warning("not-woken", account=account_id, why=type(error).__name__)


class Work:
    """The worker, and its queue of accounts."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._huey = MemoryHuey("batches", results=False)
        self._work_off = self._huey.task(name="work_off")(self._work_off_account)
        self._stopping = threading.Event()

    def run(self) -> None:
        """Work until a signal to stop; what is in hand then is finished, for a while.

        What is loaded by now stays: looking through it for garbage would stop all calls for a
        tenth of a second, and those that are late then leave at once, too many for Studio.
        """
        gc.freeze()
        consumer = self._huey.create_consumer(
            workers=ACCOUNTS_AT_ONCE,
            initial_delay=POLL_SECONDS,
            max_delay=LONGEST_POLL_SECONDS,
            periodic=False,
            scheduler_interval=60,
            shutdown_timeout=STOP_SECONDS,
            graceful_signal="TERM",
        )
        self._stopping = consumer.stop_flag
        for name, target in (("look", self._look_now_and_then), ("listen", self._listen)):
            threading.Thread(target=target, name=name, daemon=True).start()
        consumer.start()
        told = _signals_to_stop()
        looked_at = time.monotonic()
        with suppress(ConsumerStopped):
            while not told:
                looked_at = consumer.loop(looked_at)
        consumer.stop(graceful=True)
        for (
            number
        ) in STOPS:  # Python gives a handler up before it ends, and this would end it badly
            signal.signal(number, signal.SIG_IGN)

    def _look_now_and_then(self) -> None:
        while not self._stopping.is_set():
            try:
                if not self._huey.pending_count():
                    now = datetime.now(UTC)
                    for account_id in batch_items.list_waiting_accounts(self._outside.db, now):
                        self._work_off(account_id)
            except SQLAlchemyError as error:
                log.warning("not-looked", why=type(error).__name__)
            self._stopping.wait(LOOK_SECONDS)

    def _listen(self) -> None:
        """Take wake-up calls; that they are away is said once, until they are there again."""
        is_told = False
        while not self._stopping.is_set():
            try:
                calls = open_calls(self._outside.settings, self._outside.db, LISTEN_SECONDS)
                if calls is None:
                    return
                with closing(calls):
                    while not self._stopping.is_set():
                        self._take(calls.dequeue())
                        is_told = False
            except CALLS_ERRORS as error:
                if not is_told:
                    log.warning("not-listening", why=type(error).__name__)
                is_told = True
                self._stopping.wait(LOOK_SECONDS)

    def _take(self, call: bytes | None) -> None:
        if call is None:
            self._stopping.wait(LISTEN_AGAIN_SECONDS)
        elif call.isdigit():
            self._work_off(int(call))

    def _work_off_account(self, account_id: int) -> None:
        account = accounts.find_account(self._outside.db, account_id)
        if account is None:
            return
        turn = Turn(self._outside.db, TURN_SECONDS)
        batch_work.work_off(
            self._outside.db,
            account_id,
            self._outside.studio(account).patient(),
            batch_work.count_threads(self._outside.settings.studio_calls_per_second),
            lambda: self._stopping.is_set() or turn.is_over(),
        )


class Turn:
    """How long an account is worked at while others wait for one of the few threads."""

    def __init__(self, db: Database, seconds: float) -> None:
        self._db, self._seconds = db, seconds
        self._ends_at = time.monotonic() + seconds
        self._is_over = False

    def is_over(self) -> bool:
        """Whether the time is over and nobody is at another account that has something to do."""
        if not self._is_over and time.monotonic() >= self._ends_at:
            self._ends_at = time.monotonic() + self._seconds
            waiting = batch_items.list_waiting_accounts(self._db, datetime.now(UTC))
            self._is_over = any(not batch_work.is_worked_on(self._db, other) for other in waiting)
        return self._is_over


def _signals_to_stop() -> list[int]:
    """Give a list of the signals to stop that came: to the process, to its group, or twice.

    Huey's own handlers take the second one as "at once", and a hang-up as another command line.
    """
    told: list[int] = []
    for number in STOPS:
        signal.signal(number, lambda came, _frame: told.append(came))
    return told
