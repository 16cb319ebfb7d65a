"""API keys: who may use the REST API, for which Studio account, and for what.

A key is shown once and kept as a hash. It is 256 random bits, so a fast hash serves: nobody can
guess what it is of. A key is looked up at each request, so a revoked one ends at once everywhere.
"""

import math
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DBAPIError

from app.crypto import hide
from app.db import Database
from app.errors import ApiError
from app.models import api_key

SCOPES = ("embeds:read", "embeds:write", "media:read", "media:write")
USE_NOTED_AFTER = timedelta(minutes=1)
QUIET_SECONDS = 60.0
_FORM = re.compile(r"se_[0-9a-f]{8}_[0-9a-f]{64}", re.ASCII)
_BY_HASH = sa.select(api_key).where(
    api_key.c.hash == sa.bindparam("hash"), api_key.c.revoked_at.is_(None)
)
log = structlog.get_logger()


@dataclass(frozen=True)
class ApiKey:
    """What is known of a key; the key itself is not."""

    id: str
    account_id: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def make_key(db: Database, account_id: int, name: str, scopes: Sequence[str]) -> tuple[ApiKey, str]:
    """Make a key; gives what is kept of it, and the key, which cannot be had again.

    Its beginning and its id stand in the key, so that one that leaked is recognised.
    """
    key_id, now = secrets.token_hex(4), datetime.now(UTC)
    key = f"se_{key_id}_{secrets.token_hex(32)}"
    ordered = [scope for scope in SCOPES if scope in scopes]
    values = {
        "id": key_id,
        "account_id": account_id,
        "name": name,
        "hash": hide(key),
        "scopes": " ".join(ordered),
        "created_at": now,
    }
    with db.writing() as connection:
        made = sa.insert(api_key).values(values).returning(*api_key.c)
        return _read(connection.execute(made).one()), key


def find_key(db: Database, key: str) -> ApiKey | None:
    """Find the key that somebody shows; None where it is unknown or revoked.

    It is looked up by its hash, so how long that takes tells nothing of any key.
    """
    if not _FORM.fullmatch(key):
        return None
    with db.reading() as connection:
        row = connection.execute(_BY_HASH, {"hash": hide(key)}).one_or_none()
    return None if row is None else _read(row)


def note_use(db: Database, key: ApiKey) -> None:
    """Keep when a key was last used, once a minute at most."""
    now = datetime.now(UTC)
    if key.last_used_at is None or now - key.last_used_at > USE_NOTED_AFTER:
        with db.writing() as connection:
            here = api_key.c.id == key.id
            connection.execute(sa.update(api_key).where(here).values(last_used_at=now))


class Uses:
    """Notes when keys are used; as it is a courtesy, a call goes on where nothing can be written.

    After that nothing is noted for a minute: on SQLite it may have been waited for.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._quiet_until = -math.inf

    def note(self, key: ApiKey, now: float) -> None:
        """Keep that a key is used; `now` is that of a clock that nobody sets, in seconds."""
        if now < self._quiet_until:
            return
        try:
            note_use(self._db, key)
        except DBAPIError as error:
            self._quiet_until = now + QUIET_SECONDS
            log.warning("key-use-not-noted", key_id=key.id, why=str(error.orig))


def list_keys(db: Database) -> list[ApiKey]:
    """Give every key, revoked ones too, newest first."""
    query = sa.select(api_key).order_by(api_key.c.created_at.desc(), api_key.c.id)
    with db.reading() as connection:
        return [_read(row) for row in connection.execute(query)]


def revoke_key(db: Database, key_id: str) -> ApiKey:
    """End a key for good; one that was revoked before stays so. Raises `ApiError`."""
    here, since = api_key.c.id == key_id, sa.func.coalesce(api_key.c.revoked_at, datetime.now(UTC))
    with db.writing() as connection:
        ended = sa.update(api_key).where(here).values(revoked_at=since).returning(*api_key.c)
        row = connection.execute(ended).one_or_none()
    if row is None:
        raise ApiError(
            "api-key-not-found",
            404,
            f"There is no API key {key_id}.",
            "`flask api-keys list` shows those that are there, with their ids.",
        )
    return _read(row)


def _read(row: Any) -> ApiKey:
    return ApiKey(
        row.id,
        row.account_id,
        row.name,
        tuple(row.scopes.split()),
        row.created_at,
        row.last_used_at,
        row.revoked_at,
    )
