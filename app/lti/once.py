"""A launch works once: its nonce is used up by one INSERT, over all processes and machines."""

import hashlib
import time
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from app.core import pending, platforms
from app.core.memory import NUMBER, Memory
from app.db import Database
from app.lti import refusals
from app.lti.claims import Launch
from app.models import used_nonce

KEPT = timedelta(minutes=70)
"""Longer than a state lives, and a token's `iat` is accepted."""
SWEEP_SECONDS = 60.0
SWEPT_AT_ONCE = 5000
_swept = [-SWEEP_SECONDS]
_INSERTS = {
    is_sqlite: insert(used_nonce).on_conflict_do_nothing().returning(NUMBER.scalar_subquery())
    for is_sqlite, insert in ((True, sqlite.insert), (False, postgresql.insert))
}


def use_up(memory: Memory, message: Launch, nonce: str) -> None:
    """Use a nonce up; raises `LaunchError` if it was.

    The one write of a launch also tells whether anything that launches look up was changed.
    A deployment is recorded where any is accepted and it was never seen, and once a minute old
    nonces and pending launches are removed.
    """
    now = datetime.now(UTC)
    row = {"hash": _hash(message.platform.id, nonce), "expires_at": now + KEPT}
    with memory.db.writing_once() as connection:
        number = connection.execute(_INSERTS[memory.db.is_sqlite], row).scalar_one_or_none()
    if number is None:
        raise refusals.expired("the nonce was used before")
    memory.see(number)
    if message.platform.any_deployment:
        platforms.record_deployment(memory, message.platform.id, message.deployment_id, now)
    if _is_time_to_sweep():
        with memory.db.writing() as connection:
            _sweep(connection, now)


def _is_time_to_sweep() -> bool:
    """Say yes once a minute in each process."""
    if time.monotonic() < _swept[0] + SWEEP_SECONDS:
        return False
    _swept[0] = time.monotonic()
    return True


def _sweep(connection: Connection, now: datetime) -> None:
    old = sa.select(used_nonce.c.hash).where(used_nonce.c.expires_at < now).limit(SWEPT_AT_ONCE)
    connection.execute(sa.delete(used_nonce).where(used_nonce.c.hash.in_(old)))
    pending.remove_over(connection, now)


def is_used(db: Database, platform_id: int, nonce: str) -> bool:
    """Whether this launch was made before: a reload brings it back without its cookie."""
    same = sa.select(used_nonce.c.hash).where(used_nonce.c.hash == _hash(platform_id, nonce))
    with db.reading() as connection:
        return connection.execute(same).first() is not None


def _hash(platform_id: int, nonce: str) -> str:
    return hashlib.sha256(f"{platform_id} {nonce}".encode()).hexdigest()
