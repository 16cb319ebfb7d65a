"""A launch works once: its nonce is used up by one INSERT, over all processes and machines."""

import time
from datetime import UTC, datetime

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import IntegrityError, OperationalError

from app.core import pending, platforms, sessions
from app.core.memory import Memory
from app.db import Database
from app.lti import refusals
from app.lti.claims import Launch
from app.lti.state import LIFETIME_SECONDS, State, nonces_since
from app.models import used_nonce

log = structlog.get_logger()

KEPT_SECONDS = 2 * LIFETIME_SECONDS
"""After its lifetime a state is refused whatever its nonce."""

SWEEP_SECONDS = 60.0
SWEPT_AT_ONCE = 1000
_swept = [-SWEEP_SECONDS]
_USE_UP = """
INSERT INTO used_nonce (nonce) VALUES (:nonce)
ON CONFLICT DO NOTHING RETURNING (SELECT number FROM revision)
"""


def use_up(memory: Memory, message: Launch, begun: State) -> None:
    """Use a login's nonce up; raises `LaunchError` if it was.

    The one write of a launch also tells whether anything that launches look up was changed.
    Besides, a deployment is recorded where any is accepted and it was never seen, and once a
    minute what is old is removed.
    """
    asked_at = time.monotonic()
    number = memory.db.write_one(_USE_UP, nonce=begun.nonce_bytes)
    if number is None:
        raise refusals.expired("the nonce was used before")
    memory.see(number, asked_at)
    if message.platform.any_deployment:
        _record_deployment(memory, message)
    if _is_time_to_sweep():
        try:
            sweep(memory.db, datetime.now(UTC))
        except OperationalError as error:
            log.warning("not-swept", why=str(error.orig))


def is_used(db: Database, begun: State) -> bool:
    """Whether this launch was made before: a reload brings it back without its cookie."""
    same = sa.select(used_nonce).where(used_nonce.c.nonce == begun.nonce_bytes)
    with db.reading() as connection:
        return connection.execute(same).first() is not None


def sweep(db: Database, now: datetime) -> None:
    """Remove what is over, of many some: nonces, pending launches, sessions of pages."""
    over = used_nonce.c.nonce < nonces_since(now.timestamp() - KEPT_SECONDS)
    some = sa.select(used_nonce.c.nonce).where(over).limit(SWEPT_AT_ONCE)
    with db.writing() as connection:
        connection.execute(sa.delete(used_nonce).where(used_nonce.c.nonce.in_(some)))
        pending.remove_over(connection, now, SWEPT_AT_ONCE)
        sessions.remove_over(connection, now, SWEPT_AT_ONCE)


def _record_deployment(memory: Memory, message: Launch) -> None:
    try:
        platforms.record_deployment(memory, message.platform.id, message.deployment_id)
    except IntegrityError:  # the platform was removed a moment ago
        raise refusals.not_registered(*message.platform.names) from None


def _is_time_to_sweep() -> bool:
    """Say yes once a minute in each process."""
    if time.monotonic() < _swept[0] + SWEEP_SECONDS:
        return False
    _swept[0] = time.monotonic()
    return True
