"""What has to be there before the first launch: schema, keys, platforms, the Studio account."""

import secrets

import structlog

from app.core import account_setup, keys, platforms
from app.core.account_setup import AccountFaultError
from app.core.platforms import PlatformFaultError
from app.db import explained
from app.errors import StartError
from app.outside import Outside


def prepare(outside: Outside) -> None:
    """Bring everything up to date; raises `StartError`.

    The connections are closed again: what runs next may fork.
    """
    settings, db = outside.settings, outside.db
    if settings.allow_insecure_urls and not settings.development:
        structlog.get_logger().warning(
            "insecure-urls", hint="ALLOW_INSECURE_URLS is for development: unset it"
        )
    try:
        db.prepare()
        with explained(db):
            _fill(outside)
    finally:
        db.dispose()


def _fill(outside: Outside) -> None:
    settings, db, vault = outside.settings, outside.db, outside.vault
    keys.ensure_keys(db, vault, secrets.token_bytes(keys.MARK_KEY_BYTES))
    try:
        account_setup.prepare_default_account(db, vault, settings)
    except AccountFaultError as error:
        raise StartError(f"STUDIO_URL and its settings: {error.title}") from None
    if settings.platforms_file is not None:
        try:
            read = platforms.read_platforms_file(
                settings.platforms_file, allow_insecure=settings.allow_insecure_urls
            )
        except PlatformFaultError as error:
            raise StartError(f"PLATFORMS_FILE: {error.title}") from None
        platforms.import_platforms(db, read)
