"""Our own signing keys, as platforms and Studio see them at `/lti/jwks.json`.

A new key is published before it signs, and an old one stays published after it signed last,
because those who verify keep the set for a while.
"""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import sqlalchemy as sa
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from app.crypto import UndecryptableError, Vault
from app.db import Database, insert_into
from app.models import mark_key, signing_key

PUBLISHED_BEFORE = timedelta(hours=1)
PUBLISHED_AFTER = timedelta(days=2)
MARK_KEY_BYTES = 32


def ensure_keys(db: Database, vault: Vault, fresh_mark_key: bytes) -> None:
    """Make the first signing key and the mark key, where they are not there yet.

    Where `SECRET_KEY` opens none of the signing keys, one more is made.
    """
    with db.writing() as connection:
        insert = insert_into(connection, mark_key).values(id=1, key=fresh_mark_key)
        connection.execute(insert.on_conflict_do_nothing())
    if find_signing_key(db, vault) is None:
        _save_new(db, vault, signs_from=datetime.now(UTC))


def get_mark_key(db: Database) -> bytes:
    """Give the key of the marks on our links."""
    with db.reading() as connection:
        return bytes(connection.execute(sa.select(mark_key.c.key)).scalar_one())


def find_signing_key(db: Database, vault: Vault) -> tuple[str, str] | None:
    """Find the newest key that may sign by now: its id and its private PEM."""
    now = datetime.now(UTC)
    for row in list_keys(db):
        if row.signs_from <= now:
            try:
                return row.kid, vault.decrypt(row.private_pem)
            except UndecryptableError:
                continue
    return None


def opens_all(db: Database, vault: Vault) -> bool:
    """Whether `SECRET_KEY` opens every kept key: else this is not the service's own environment."""
    return not find_closed(db, vault)


def find_closed(db: Database, vault: Vault) -> list[str]:
    """Find the ids of the published keys that `SECRET_KEY` does not open."""
    closed = []
    for row in list_keys(db):
        try:
            vault.decrypt(row.private_pem)
        except UndecryptableError:
            closed.append(row.kid)
    return closed


def sign(db: Database, vault: Vault, claims: dict[str, Any]) -> str:
    """Give the claims as a JWT, signed RS256; raises `UndecryptableError` without a key."""
    if (found := find_signing_key(db, vault)) is None:
        raise UndecryptableError
    kid, pem = found
    return jwt.encode(claims, pem, "RS256", headers={"kid": kid})


def list_keys(db: Database) -> list[Any]:
    """Give the keys that are published, newest first."""
    published = sa.or_(
        signing_key.c.retires_at.is_(None), signing_key.c.retires_at > datetime.now(UTC)
    )
    query = sa.select(signing_key).where(published).order_by(signing_key.c.signs_from.desc())
    with db.reading() as connection:
        return list(connection.execute(query))


def public_key_set(db: Database) -> dict[str, Any]:
    """Give the JSON Web Key Set of every published key (RFC 7517)."""
    return {"keys": [json.loads(row.public_jwk) for row in list_keys(db)]}


def rotate(db: Database, vault: Vault) -> str:
    """Publish a new key that signs in an hour, and let the others retire later; gives its id."""
    now = datetime.now(UTC)
    signs_from = now + PUBLISHED_BEFORE
    retires_at = signs_from + PUBLISHED_AFTER
    with db.writing() as connection:
        still = signing_key.c.retires_at.is_(None)
        connection.execute(sa.update(signing_key).where(still).values(retires_at=retires_at))
        connection.execute(sa.delete(signing_key).where(signing_key.c.retires_at < now))
    return _save_new(db, vault, signs_from=signs_from)


def _save_new(db: Database, vault: Vault, *, signs_from: datetime) -> str:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    numbers = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    required = {name: numbers[name] for name in ("e", "kty", "n")}
    kid = _thumbprint(required)
    public = {**required, "kid": kid, "alg": "RS256", "use": "sig"}
    row = {
        "kid": kid,
        "private_pem": vault.encrypt(pem.decode()),
        "public_jwk": json.dumps(public),
        "created_at": datetime.now(UTC),
        "signs_from": signs_from,
    }
    with db.writing() as connection:
        connection.execute(sa.insert(signing_key).values(row))
    return kid


def _thumbprint(required: dict[str, str]) -> str:
    """Give a key's thumbprint (RFC 7638): its required members, sorted, without blanks."""
    canonical = json.dumps(required, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
