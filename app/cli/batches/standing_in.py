"""Working batches off in this process, where it looks on and no worker is there to do it.

So whoever watches a batch never watches a thing that nobody works at. A lock lets one run go on at
a time (`core/batch_work`): where a worker comes after all, one of the two waits.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from app.core import batch_items, batch_work
from app.outside import Outside

PATIENCE_SECONDS = 8.0


class StandIn:
    """Whoever works an account's batches off if nobody else does; `has_worked` since it looks."""

    def __init__(self, outside: Outside, account: Any) -> None:
        self._outside, self._account = outside, account
        self._pool = ThreadPoolExecutor(1, "stand-in")
        self.has_worked = False
        self._run: Future[None] | None = None
        self._idle_since: float | None = None
        self._stop = threading.Event()

    @property
    def is_at_it(self) -> bool:
        """Whether something is in hand."""
        return self._run is not None and not self._run.done()

    def look(self, tell: Callable[[str], None]) -> None:
        """Begin where something has been due for a while and nobody is at it; that is said once.

        Raises what ended a run: the next one begins where it stood.
        """
        if self.is_at_it:
            return
        if (ended := self._run) is not None:
            self._run = None
            ended.result()
        if not self._is_left_alone():
            self._idle_since = None
        elif self._idle_since is None:
            self._idle_since = time.monotonic()
        elif time.monotonic() - self._idle_since >= PATIENCE_SECONDS:
            is_news = not self.has_worked
            self._idle_since, self.has_worked = None, True
            self._run = self._pool.submit(self._work)
            if is_news:
                tell("No worker is at it, so this process is. (`flask worker` starts one.)")

    def stop(self) -> None:
        """Take nothing more in hand."""
        self._stop.set()

    def finish(self) -> None:
        """Take nothing more in hand, and wait for what is."""
        self.stop()
        self._pool.shutdown()

    def _is_left_alone(self) -> bool:
        db, account_id = self._outside.db, self._account.id
        if batch_work.is_worked_on(db, account_id):
            return False
        return account_id in batch_items.list_waiting_accounts(db, datetime.now(UTC))

    def _work(self) -> None:
        batch_work.work_off(
            self._outside.db,
            self._account.id,
            self._outside.studio(self._account).patient(),
            batch_work.count_threads(self._outside.settings.studio_calls_per_second),
            self._stop.is_set,
        )
