"""A launch works once: its nonce is used up by one INSERT, over all processes and machines."""

import hashlib
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from app.core import pending, platforms
from app.db import Database, insert_into
from app.lti import refusals
from app.lti.claims import Launch
from app.models import used_nonce

KEPT = timedelta(minutes=70)
"""Longer than a state lives, and a token's `iat` is accepted."""


def use_up(db: Database, message: Launch, nonce: str) -> None:
    """Use a nonce up, and record a deployment that was accepted; raises `LaunchError` if used.

    Old nonces and pending launches are removed in passing, a few at a time.
    """
    now = datetime.now(UTC)
    row = {"hash": _hash(message.platform.id, nonce), "expires_at": now + KEPT}
    old = sa.select(used_nonce.c.hash).where(used_nonce.c.expires_at < now).limit(50)
    with db.writing() as connection:
        insert = insert_into(connection, used_nonce).values(row).on_conflict_do_nothing()
        used = insert.returning(used_nonce.c.hash)
        if connection.execute(used).first() is None:
            raise refusals.expired("the nonce was used before")
        connection.execute(sa.delete(used_nonce).where(used_nonce.c.hash.in_(old)))
        pending.remove_over(connection, now)
        if message.platform.any_deployment:
            platforms.add_deployment(connection, message.platform.id, message.deployment_id, now)


def is_used(db: Database, platform_id: int, nonce: str) -> bool:
    """Whether this launch was made before: a reload brings it back without its cookie."""
    same = sa.select(used_nonce.c.hash).where(used_nonce.c.hash == _hash(platform_id, nonce))
    with db.reading() as connection:
        return connection.execute(same).first() is not None


def _hash(platform_id: int, nonce: str) -> str:
    return hashlib.sha256(f"{platform_id} {nonce}".encode()).hexdigest()
