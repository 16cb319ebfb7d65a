"""Where wake-up calls lie until a worker takes them: numbers of accounts, in a store of Huey's.

It is SQLite beside the database, or Redis. With PostgreSQL and no Redis there is none that all
could reach. Not here: who calls, and who is called (`app/work.py`).
"""

import sqlite3
from hashlib import sha256
from typing import Any

import redis
from huey.storage import RedisStorage, SqliteStorage

from app.db import Database
from app.settings import Settings

CALLS_ERRORS = (redis.RedisError, sqlite3.Error)


def open_calls(settings: Settings, db: Database, seconds: float) -> Any:
    """Open this installation's calls, or give None where there is no place for them.

    Nobody waits longer than this for the store. Raises `CALLS_ERRORS`, as its methods do.
    """
    name = f"studioembed{sha256(settings.public_url.encode()).hexdigest()[:12]}"
    if settings.redis_url is not None:
        url = settings.redis_url.get_secret_value()
        times = {"socket_timeout": seconds, "socket_connect_timeout": seconds}
        return RedisStorage(name, connection_pool=redis.ConnectionPool.from_url(url, **times))
    if db.is_sqlite:
        return SqliteStorage(name, filename=f"{db.url.database}-queue", timeout=seconds)
    return None
