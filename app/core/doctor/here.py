"""What the service has in its own hands: settings, database, keys."""

import secrets

from sqlalchemy.exc import NoResultFound

from app import locks
from app.core import keys
from app.core.doctor.check import Check, failed, ok, warning
from app.crypto import Vault
from app.db import Database, explained
from app.errors import StartError
from app.settings import Settings

WRITING_SECONDS = 60.0


def check_settings(settings: Settings) -> Check:
    """Look for what is allowed, and should not be: faults have stopped the start before."""
    finding = f"PUBLIC_URL is {settings.public_url}"
    if settings.development:
        return ok("settings", f"{finding}: for development, on this machine only.")
    if settings.allow_insecure_urls:
        return warning(
            "settings",
            f"{finding}, and ALLOW_INSECURE_URLS is set.",
            "Unset ALLOW_INSECURE_URLS: it is for development, and lets platforms and Studio "
            "have addresses without TLS, and private ones.",
        )
    return ok("settings", f"{finding}, and the settings can be used together.")


def check_database(db: Database) -> Check:
    """See that it can be reached and written to, and has the schema of this version."""
    kind = "SQLite" if db.is_sqlite else "PostgreSQL"
    try:
        with explained(db):
            if not db.is_current():
                return failed(
                    "database",
                    f"{kind} answers, but its schema is not the one of this version.",
                    "Run `flask db upgrade`; if it cannot, it says why.",
                )
            _write(db)
    except StartError as error:
        return broken_database(str(error))
    return ok("database", f"{kind} can be read and written to, and its schema is up to date.")


def broken_database(fault: str) -> Check:
    """Tell of a database that cannot be used at all."""
    remedy = "Check that address, that the database runs, and that this user may read and write."
    return failed("database", fault, remedy)


def _write(db: Database) -> None:
    name = f"doctor-{secrets.token_hex(8)}"
    if holder := locks.acquire(db, name, WRITING_SECONDS):
        locks.release(db, name, holder)


def check_keys(db: Database, vault: Vault) -> Check:
    """See that one key signs, that `SECRET_KEY` opens each, and that links can bear a mark."""
    if not _has_mark_key(db):
        return failed(
            "keys",
            "The key of the marks on our links is missing or damaged.",
            "Restore the table mark_key from a backup: without it no link of ours is known.",
        )
    signing = keys.find_signing_key(db, vault)
    if signing is None:
        return failed(
            "keys",
            "There is no key that signs by now, and that SECRET_KEY opens.",
            "Put the SECRET_KEY that was used before after a comma, or start the service again, "
            "which makes a new key.",
        )
    if closed := keys.find_closed(db, vault):
        return warning(
            "keys",
            f"Key {signing[0]} signs, but SECRET_KEY does not open: {', '.join(closed)}.",
            "If SECRET_KEY was changed, put the one before after a comma. If that one is lost, "
            "run `flask keys rotate`, and the keys that it closed are forgotten in two days.",
        )
    return ok("keys", f"Key {signing[0]} signs, and the key of the marks is there.")


def _has_mark_key(db: Database) -> bool:
    try:
        return len(keys.get_mark_key(db)) == keys.MARK_KEY_BYTES
    except NoResultFound:
        return False
