"""What a launch leaves for a request that follows it in a moment, once: encrypted, short-lived.

A page that waits, and Studio when it asks who was sent to it, come back with a name that only
they were given. Not here: what is kept (`app/lti/making.py`, `lti13`).
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.crypto import UndecryptableError, Vault, hide
from app.db import Database
from app.models import pending_launch


def keep(db: Database, vault: Vault, name: str, text: str, lifetime: timedelta) -> None:
    """Keep a text under a name that was never used before."""
    expires_at = datetime.now(UTC) + lifetime
    row = {"hash": hide(name), "content": vault.encrypt(text), "expires_at": expires_at}
    with db.writing() as connection:
        connection.execute(sa.insert(pending_launch).values(row))


def remove_over(connection: Connection, now: datetime, at_once: int) -> None:
    """Remove some of those whose time is over."""
    over = sa.select(pending_launch.c.hash).where(pending_launch.c.expires_at < now)
    removed = pending_launch.c.hash.in_(over.limit(at_once))
    connection.execute(sa.delete(pending_launch).where(removed))


def find(db: Database, vault: Vault, name: str) -> str | None:
    """Find what is kept under a name; None where nothing is, or its time is over."""
    with db.reading() as connection:
        row = connection.execute(sa.select(pending_launch).where(_is(name))).one_or_none()
    return _open(vault, row)


def take(db: Database, vault: Vault, name: str) -> str | None:
    """Give what is kept under a name, to one of all who ask at once, and forget it."""
    taken = sa.delete(pending_launch).where(_is(name)).returning(*pending_launch.c)
    with db.writing() as connection:
        row = connection.execute(taken).one_or_none()
    return _open(vault, row)


def _is(name: str) -> Any:
    return pending_launch.c.hash == hide(name)


def _open(vault: Vault, row: Any) -> str | None:
    if row is None or row.expires_at <= datetime.now(UTC):
        return None
    try:
        return vault.decrypt(row.content)
    except UndecryptableError:
        return None
