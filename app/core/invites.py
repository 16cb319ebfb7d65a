"""Invites: who has one may register one LMS, once, within a day.

1. `flask platforms invite` makes one; only its hash is kept. It may be bound to an issuer.
2. Looking at it changes nothing. Whoever registers holds it meanwhile, so that of two at once one
   is told to wait, and the LMS is asked once.
3. It is used up in the transaction that saves the platform. So what fails before leaves it good.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from app import locks
from app.core import registration_refusals as refusals
from app.crypto import hide
from app.db import Database
from app.models import invite

LIFETIME = timedelta(hours=24)
LEASE_SECONDS = 60.0
"""Longer than an LMS may take to answer; then whoever held it has died."""


def make_invite(db: Database, issuer: str | None) -> tuple[str, datetime]:
    """Make an invite, and say until when it is good; `issuer` None: for any LMS.

    Those that are over are removed.
    """
    secret, now = secrets.token_urlsafe(32), datetime.now(UTC)
    expires_at = now + LIFETIME
    row = {"hash": hide(secret), "issuer": issuer, "expires_at": expires_at}
    with db.writing() as connection:
        connection.execute(sa.delete(invite).where(invite.c.expires_at <= now))
        connection.execute(sa.insert(invite).values(row))
    return secret, expires_at


def check_invite(db: Database, secret: str) -> None:
    """Raise `RegistrationError` where an invite is unknown, used or too old."""
    if _find(db, secret) is None:
        raise refusals.invite_over("the invite is unknown, used or older than a day")


def check_issuer(db: Database, secret: str, issuer: str) -> None:
    """Raise `RegistrationError` where an invite that was checked is not good for this issuer."""
    if (found := _find(db, secret)) is None:
        raise refusals.invite_gone()
    if found.issuer not in (None, issuer):
        raise refusals.invited_another(issuer)


@contextmanager
def held(db: Database, secret: str) -> Iterator[None]:
    """Hold an invite for the block, alone; raises `RegistrationError`.

    What comes of the block counts, even where the database does not take the invite back: then
    the lease runs out by itself.
    """
    name = f"invite-{hide(secret)}"
    if (holder := locks.acquire(db, name, LEASE_SECONDS)) is None:
        raise refusals.invite_in_use()
    try:
        yield
    finally:
        with suppress(DBAPIError):
            locks.release(db, name, holder)


def use_up(connection: Connection, secret: str) -> None:
    """Use an invite up, once; raises `RegistrationError` where it is gone."""
    used = sa.delete(invite).where(invite.c.hash == hide(secret)).returning(invite.c.hash)
    if connection.execute(used).one_or_none() is None:
        raise refusals.invite_over("the invite was used meanwhile")


def _find(db: Database, secret: str) -> Any:
    good = sa.and_(invite.c.hash == hide(secret), invite.c.expires_at > datetime.now(UTC))
    with db.reading() as connection:
        return connection.execute(sa.select(invite.c.issuer).where(good)).one_or_none()
