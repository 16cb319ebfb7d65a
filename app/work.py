"""What works batches off, and what wakes it: Huey, on a queue that holds nothing but wake-up calls.

The database says what there is to do (`core/batch_items`), so a call that is lost, or comes twice,
costs a few seconds at the most: each worker also looks by itself. The queue is SQLite beside the
database, or Redis. With PostgreSQL and no Redis there is none that all could reach: workers look.
"""

import os
import signal
import sqlite3
import threading
import time
from contextlib import closing, suppress
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import redis
import structlog
from huey import Huey, MemoryHuey, RedisHuey, SqliteHuey
from huey.consumer import ConsumerStopped
from huey.serializer import SignedSerializer
from sqlalchemy.exc import SQLAlchemyError

from app.core import accounts, batch_items, batch_work
from app.db import Database
from app.outside import Outside
from app.settings import Settings

LOOK_SECONDS = 3.0
ACCOUNTS_AT_ONCE = 4
POLL_SECONDS, LONGEST_POLL_SECONDS = 0.1, 1.0
REDIS_SECONDS = 5
STOP_SECONDS = 25.0
log = structlog.get_logger()


def wake(outside: Outside, account_id: int) -> None:
    """Let a worker begin with an account's batches at once; where that fails it looks by itself."""
    with closing(Work(outside)) as work:
        work.wake(account_id)


class Work:
    """The queue, and the worker that is called by it."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._huey = _make_queue(outside.settings, outside.db)
        self._work_off = self._huey.task(name="work_off")(self._work_off_account)
        self._stopping = threading.Event()

    def wake(self, account_id: int) -> None:
        """Have an account's batches worked off."""
        try:
            self._work_off(account_id)
        except (redis.RedisError, sqlite3.Error) as error:
            log.warning("not-woken", account=account_id, why=type(error).__name__)

    def run(self) -> None:
        """Work until a SIGTERM; what is in hand then is finished, for a while."""
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
        threading.Thread(target=self._look_now_and_then, name="look", daemon=True).start()
        consumer.start()
        for number in (signal.SIGINT, signal.SIGHUP):  # Huey's own way is another command line
            signal.signal(number, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
        with suppress(ConsumerStopped):
            looked_at = time.monotonic()
            while True:
                looked_at = consumer.loop(looked_at)

    def close(self) -> None:
        """Close the queue."""
        self._huey.storage.close()

    def _look_now_and_then(self) -> None:
        while not self._stopping.is_set():
            try:
                if not self._huey.pending_count():
                    for account_id in batch_items.list_waiting_accounts(
                        self._outside.db, datetime.now(UTC)
                    ):
                        self.wake(account_id)
            except (SQLAlchemyError, redis.RedisError, sqlite3.Error) as error:
                log.warning("not-looked", why=type(error).__name__)
            self._stopping.wait(LOOK_SECONDS)

    def _work_off_account(self, account_id: int) -> None:
        account = accounts.find_account(self._outside.db, account_id)
        if account is None:
            return
        batch_work.work_off(
            self._outside.db,
            account_id,
            self._outside.studio(account).patient(),
            batch_work.count_threads(self._outside.settings.studio_calls_per_second),
            self._stopping.is_set,
        )


def _make_queue(settings: Settings, db: Database) -> Any:
    """Make the queue of this installation.

    Security: Huey reads its messages by pickle, so only what SECRET_KEY signed is read.
    """
    name = f"studioembed{sha256(settings.public_url.encode()).hexdigest()[:12]}"
    signed = SignedSerializer(settings.secret_keys[0], name)
    if settings.redis_url is not None:
        return _make_redis(settings.redis_url.get_secret_value(), name, signed)
    if db.is_sqlite:
        path = f"{db.url.database}-queue"
        return SqliteHuey(name, filename=path, results=False, serializer=signed)
    return MemoryHuey(name, results=False, serializer=signed)


def _make_redis(url: str, name: str, signed: SignedSerializer) -> Huey:
    pool = redis.ConnectionPool.from_url(
        url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
    )
    return RedisHuey(name, connection_pool=pool, results=False, serializer=signed)
