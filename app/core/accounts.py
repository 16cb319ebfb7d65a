"""The Studio accounts that embeds are made in; for now the default one, from the environment."""

from typing import Any

import sqlalchemy as sa

from app.core.memory import changing
from app.crypto import Vault, fingerprint
from app.db import Database, insert_into
from app.errors import EmbedError
from app.models import platform, studio_account
from app.settings import Settings
from app.studio.arguments import LARGEST_ID

_BY_URL = sa.select(studio_account).where(studio_account.c.url == sa.bindparam("url"))


def prepare_default_account(db: Database, vault: Vault, settings: Settings) -> None:
    """Make the account of the environment, or give it the tokens that changed there.

    After a rotation the kept tokens are newer than those of the environment, so these count
    only where the account has none, or where they are others than last time.
    """
    if settings.studio_url is None:
        return
    secret, refresh, access = (
        None if value is None else value.get_secret_value()
        for value in (
            settings.studio_client_secret,
            settings.studio_refresh_token,
            settings.studio_access_token,
        )
    )
    environment = fingerprint(refresh, access)
    client = {
        "client_id": settings.studio_client_id,
        "client_secret": None if secret is None else vault.encrypt(secret),
    }
    tokens: dict[str, Any] = {
        "refresh_token": None if refresh is None else vault.encrypt(refresh),
        "access_token": None if access is None else vault.encrypt(access),
        "access_expires_at": None,
        "disconnected_at": None,
        "environment": environment,
    }
    here = studio_account.c.url == settings.studio_url
    with changing(db) as connection:
        row = connection.execute(sa.select(studio_account).where(here)).one_or_none()
        if row is None:
            new = {"url": settings.studio_url, **client, **tokens}
            insert = insert_into(connection, studio_account).values(new)
            connection.execute(insert.on_conflict_do_nothing())
            return
        has_none = row.refresh_token is None and row.access_token is None
        changed = (refresh or access) and (has_none or row.environment != environment)
        values = {**client, **tokens} if changed else client
        connection.execute(sa.update(studio_account).where(here).values(values))


def find_default_account(db: Database, studio_url: str | None) -> Any:
    """Find the row of the default account; None where none is set up."""
    with db.reading() as connection:
        return connection.execute(_BY_URL, {"url": studio_url or ""}).one_or_none()


def get_account(db: Database, named: str) -> Any:
    """Give the row of the account with this number, URL or host; raises `EmbedError`."""
    host = named.removeprefix("https://").removeprefix("http://").rstrip("/").lower()
    same: sa.ColumnElement[bool] = studio_account.c.url.in_((f"https://{host}", f"http://{host}"))
    if named.isascii() and named.isdigit() and int(named) <= LARGEST_ID:
        same = studio_account.c.id == int(named)
    with db.reading() as connection:
        row = connection.execute(sa.select(studio_account).where(same)).one_or_none()
    if row is None:
        raise EmbedError(
            "studio-not-found",
            404,
            f"There is no Studio account {named}.",
            "`flask studio list` shows those that are there.",
        )
    return row


def not_set_up() -> EmbedError:
    """There is no account, so nothing can be embedded."""
    return EmbedError(
        "studio-not-set-up",
        503,
        "This service is not connected to Studio yet.",
        "Please tell the people who look after your LMS.",
        log="STUDIO_URL is not set",
    )


def is_home(db: Database, account: Any, issuer: str, client_id: str) -> bool:
    """Whether the account's Studio knows the people of a platform by their e-mail addresses.

    It knows those of its first platform, or of the one that an admin named, for good: removing
    that one makes no other its home.
    An issuer alone is no platform: all schools of Canvas's cloud share one.
    """
    if account.home_issuer is None:
        account = _keep_home(db, account)
    return (account.home_issuer, account.home_client_id) == (issuer, client_id)


def set_home(db: Database, account_id: int, issuer: str, client_id: str) -> None:
    """Let an admin say which platform's people the account's Studio knows."""
    home = {"home_issuer": issuer, "home_client_id": client_id}
    with changing(db) as connection:
        same = studio_account.c.id == account_id
        connection.execute(sa.update(studio_account).where(same).values(home))


def _keep_home(db: Database, account: Any) -> Any:
    first = sa.select(platform).order_by(platform.c.id).limit(1)
    same = studio_account.c.id == account.id
    with changing(db) as connection:
        if (home := connection.execute(first).one_or_none()) is None:
            return account
        kept = {"home_issuer": home.issuer, "home_client_id": home.client_id}
        unknown = sa.and_(same, studio_account.c.home_issuer.is_(None))
        connection.execute(sa.update(studio_account).where(unknown).values(kept))
        return connection.execute(sa.select(studio_account).where(same)).one()
