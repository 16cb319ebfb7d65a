"""What a page may do after a launch, kept here under a random token that only the page has.

No cookie is needed, and the token proves that a request comes from the page itself. It is found
by its hash, the rest is encrypted: whoever reads the database can neither use nor read it.
"""

import secrets
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from app.crypto import UndecryptableError, Vault, hide
from app.db import Database
from app.models import page_session

LIFETIME = timedelta(hours=8)
IDLE = timedelta(hours=2)
TOUCHED_EVERY = timedelta(minutes=1)


def open_session(db: Database, vault: Vault, text: str) -> str:
    """Keep what a page may do; gives the token, for that page only."""
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    row = {
        "hash": hide(token),
        "content": vault.encrypt(text),
        "expires_at": now + LIFETIME,
        "used_at": now,
    }
    with db.writing() as connection:
        connection.execute(sa.insert(page_session).values(row))
    return token


def find_session(db: Database, vault: Vault, token: str) -> str | None:
    """Find what the page with this token may do; None where it is over, or was left too long."""
    now, mine = datetime.now(UTC), page_session.c.hash == hide(token)
    with db.reading() as connection:
        row = connection.execute(sa.select(page_session).where(mine)).one_or_none()
    if row is None or row.expires_at <= now or row.used_at + IDLE <= now:
        return None
    if row.used_at + TOUCHED_EVERY <= now:
        with db.writing() as connection:
            connection.execute(sa.update(page_session).where(mine).values(used_at=now))
    try:
        return vault.decrypt(row.content)
    except UndecryptableError:
        return None


def remove_over(connection: Connection, now: datetime, at_once: int) -> None:
    """Remove some of those that are over, or were left too long."""
    over = sa.or_(page_session.c.expires_at <= now, page_session.c.used_at <= now - IDLE)
    some = sa.select(page_session.c.hash).where(over).limit(at_once)
    connection.execute(sa.delete(page_session).where(page_session.c.hash.in_(some)))
