"""Platforms' public keys: cached for all processes, fetched seldom, kept through an outage.

A key set lies in the database: a start while a platform is down accepts launches still.
- It is fresh for an hour; one that is older is used while it is fetched again.
- A key id that it does not hold is looked for once, at most once in 30 s a platform.
- A failed fetch changes nothing: what was good stays good for a day.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from app import locks, metrics
from app.core.memory import Memory, changing
from app.db import Database, insert_into
from app.errors import LaunchError
from app.http import Answer, OutgoingError
from app.models import key_set
from app.texts import say

FRESH = timedelta(hours=1)
USABLE = timedelta(hours=24)
BETWEEN_FETCHES = timedelta(seconds=30)
LEASE_SECONDS = 12.0
SEATLESS_SECONDS = 0.5
MAX_KEYS = 100
LEAST_BITS = 2048

_BY_URL = sa.select(key_set).where(key_set.c.url == sa.bindparam("url"))

Fetch = Callable[[str], Answer]


@dataclass(frozen=True)
class KeySet:
    """A platform's keys by their ids, as far as they can verify an id_token."""

    keys: dict[str, RSAPublicKey]
    fetched_at: datetime | None
    tried_at: datetime | None

    def find(self, kid: str, now: datetime) -> RSAPublicKey | None:
        """Find a key, while the set is not too old to be believed."""
        return self.keys.get(kid) if _younger(self.fetched_at, USABLE, now) else None

    def was_just_tried(self, now: datetime) -> bool:
        """Whether it is too early to ask the platform again."""
        return _younger(self.tried_at, BETWEEN_FETCHES, now)

    def find_settled(self, kid: str, now: datetime) -> RSAPublicKey | None:
        """Find a key that can be used with no further question."""
        settled = _younger(self.fetched_at, FRESH, now) or self.was_just_tried(now)
        return self.find(kid, now) if settled else None


def get_key(memory: Memory, url: str, kid: str, fetch: Fetch, seats: locks.Seats) -> RSAPublicKey:
    """Give the platform's key `kid`, asking the platform only where that can help.

    Launches that need the same answer wait for the one that asks; without a seat only for a
    moment, in which a platform that is well has answered. Raises `LaunchError` where
    the key is not known, or the key set cannot be had at all.
    """
    now = datetime.now(UTC)
    kept = memory.recall(_find_kept, url)
    if kept is not None and (key := kept.find_settled(kid, now)) is not None:
        return key
    return _get_unsettled(memory.db, url, kid, fetch, seats)


def _get_unsettled(
    db: Database, url: str, kid: str, fetch: Fetch, seats: locks.Seats
) -> RSAPublicKey:
    kept, now = _read_kept(db, url), datetime.now(UTC)
    if (key := kept.find_settled(kid, now)) is not None:
        return key
    key = kept.find(kid, now)
    name = "key-set-" + hashlib.sha256(url.encode()).hexdigest()
    if kept.was_just_tried(now) and not locks.is_held(db, name):
        kept = _read_kept(db, url)
        if (key := kept.find(kid, now)) is None:
            raise _refusal(kept, now)
        return key
    try:
        with seats.taken():
            return _get_fetched(db, url, kid, fetch, name)
    except locks.BusyError:
        if key is not None:
            return key
    return _get_without_seat(db, url, kid, now)


def _get_without_seat(db: Database, url: str, kid: str, now: datetime) -> RSAPublicKey:
    """Wait for the first key set ever, but never longer than a moment after it was asked for."""
    kept = _read_kept(db, url)
    waited = (now - (kept.tried_at or now)).total_seconds()
    patience = 0 if kept.keys else SEATLESS_SECONDS - waited
    try:
        return locks.wait_for(lambda: _read_kept(db, url).find(kid, now), patience)
    except locks.BusyError:
        raise _refusal(kept, now) from None


def _get_fetched(db: Database, url: str, kid: str, fetch: Fetch, name: str) -> RSAPublicKey:
    started = datetime.now(UTC)

    def find() -> RSAPublicKey | None:
        kept = _read_kept(db, url)
        return kept.find(kid, started) if kept.was_just_tried(started) else None

    def make() -> RSAPublicKey:
        kept = _read_kept(db, url)
        if not kept.was_just_tried(started):
            kept = _fetch(db, url, fetch) or kept
        if (key := kept.find(kid, started)) is None:
            raise _refusal(kept, started)
        return key

    return locks.one_for_all(
        db, name, find, make, lease_seconds=LEASE_SECONDS, wait_seconds=LEASE_SECONDS
    )


def parse_key_set(body: bytes) -> dict[str, RSAPublicKey]:
    """Read a JSON Web Key Set: RSA keys of 2,048 bits and more that sign with RS256.

    `alg` and `use` may be absent. Other entries, and broken ones, are left out; of two keys
    with one id the first counts.
    """
    try:
        entries = json.loads(body)["keys"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return {}
    keys: dict[str, RSAPublicKey] = {}
    for entry in entries[:MAX_KEYS] if isinstance(entries, list) else []:
        if (key := _parse_key(entry)) is not None:
            keys.setdefault(entry["kid"], key)
    return keys


def _parse_key(entry: Any) -> RSAPublicKey | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str):
        return None
    if entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig":
        return None
    if entry.get("alg", "RS256") != "RS256" or "d" in entry:
        return None
    try:
        key = jwt.PyJWK(entry, "RS256").key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    is_public = isinstance(key, RSAPublicKey)
    return key if is_public and key.key_size >= LEAST_BITS else None


def _read_kept(db: Database, url: str) -> KeySet:
    return _find_kept(db, url) or KeySet({}, None, None)


def _find_kept(db: Database, url: str) -> KeySet | None:
    with db.reading() as connection:
        row = connection.execute(_BY_URL, {"url": url}).one_or_none()
    if row is None:
        return None
    return KeySet(parse_key_set((row.keys or "").encode()), row.fetched_at, row.tried_at)


def _fetch(db: Database, url: str, fetch: Fetch) -> KeySet | None:
    _keep(db, url, tried_at=datetime.now(UTC))
    try:
        answer = fetch(url)
        keys = parse_key_set(answer.body) if answer.status == 200 else {}
    except OutgoingError:
        keys = {}
    if not keys:
        metrics.KEY_SET_FETCHES.labels("failed").inc()
        return None
    now = datetime.now(UTC)
    _keep(db, url, keys=json.dumps(json.loads(answer.body)), fetched_at=now)
    metrics.KEY_SET_FETCHES.labels("kept").inc()
    return KeySet(keys, now, now)


def _keep(db: Database, url: str, **values: Any) -> None:
    with changing(db) as connection:
        insert = insert_into(connection, key_set).values(url=url, **values)
        connection.execute(insert.on_conflict_do_update(index_elements=["url"], set_=values))


def _younger(then: datetime | None, age: timedelta, now: datetime) -> bool:
    return then is not None and now - then < age


def _refusal(kept: KeySet, now: datetime) -> LaunchError:
    if not _younger(kept.fetched_at, USABLE, now):
        log = "the platform's key set cannot be fetched, and none is kept"
    else:
        log = "the platform's key set does not hold the key that signed"
    return LaunchError(
        "key-set",
        503,
        say("Your LMS cannot be verified at the moment."),
        say(
            "Please open the page again in half a minute. If that does not help, tell the people "
            "who look after your LMS."
        ),
        int(BETWEEN_FETCHES.total_seconds()),
        log,
    )
