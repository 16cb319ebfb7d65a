"""The Studio accounts that embeds are made in: which one is meant, and whose people it knows.

Not here: how an account is set up (`account_setup`), and how it is connected (`connecting`).
"""

from typing import Any

import sqlalchemy as sa

from app.core.memory import changing
from app.crypto import UndecryptableError, Vault
from app.db import Database
from app.errors import EmbedError
from app.inputs import read_positive
from app.models import platform, studio_account
from app.studio import errors
from app.texts import say

_ACCOUNTS = sa.select(studio_account)
_FIRST = _ACCOUNTS.order_by(studio_account.c.id).limit(1)
_BY_URL = _ACCOUNTS.where(studio_account.c.url == sa.bindparam("url"))
_BY_ID = _ACCOUNTS.where(studio_account.c.id == sa.bindparam("id"))
_BY_TOOL = _ACCOUNTS.where(
    studio_account.c.launch_mode == "lti13",
    studio_account.c.lti_client_id == sa.bindparam("lti_client_id"),
)


def find_default_account(db: Database, studio_url: str | None) -> Any:
    """Find the row of the default account: that of `STUDIO_URL`, without one the oldest."""
    if studio_url is not None:
        return find_account_at(db, studio_url)
    with db.reading() as connection:
        return connection.execute(_FIRST).one_or_none()


def find_account_at(db: Database, url: str) -> Any:
    """Find the row of the account of the Studio with this origin."""
    with db.reading() as connection:
        return connection.execute(_BY_URL, {"url": url}).one_or_none()


def find_account(db: Database, account_id: int) -> Any:
    """Find the row of an account by its number."""
    with db.reading() as connection:
        return connection.execute(_BY_ID, {"id": account_id}).one_or_none()


def find_tool_account(db: Database, lti_client_id: str) -> Any:
    """Find the row of the account that is our tool under this client id, in `lti13`."""
    with db.reading() as connection:
        return connection.execute(_BY_TOOL, {"lti_client_id": lti_client_id}).one_or_none()


def find_lti_secret(db: Database, vault: Vault, account_id: int) -> str | None:
    """Find the secret of an account's consumer key, in the clear, for `lti11`.

    Raises `StudioAuthorizationError` where `SECRET_KEY` no longer opens it.
    """
    account = find_account(db, account_id)
    try:
        return None if account is None else vault.decrypt(account.lti_secret)
    except UndecryptableError:
        raise errors.authorization(
            "lti11: SECRET_KEY no longer opens the secret: add the old key after a comma"
        ) from None


def list_accounts(db: Database) -> list[Any]:
    """Give the row of every account, oldest first."""
    with db.reading() as connection:
        return list(connection.execute(_ACCOUNTS.order_by(studio_account.c.id)))


def get_account(db: Database, named: str) -> Any:
    """Give the row of the account with this number, URL or host; raises `EmbedError`."""
    account_id = read_positive(named)
    host = named.removeprefix("https://").removeprefix("http://").rstrip("/").lower()
    same: sa.ColumnElement[bool] = studio_account.c.url.in_((f"https://{host}", f"http://{host}"))
    if account_id is not None:
        same = studio_account.c.id == sa.literal(account_id, sa.BigInteger)
    secure_first = _ACCOUNTS.where(same).order_by(studio_account.c.url.desc())
    with db.reading() as connection:
        row = connection.execute(secure_first).first()
    if row is None:
        raise EmbedError(
            "studio-not-found",
            404,
            say("There is no Studio account {named}.", named=named),
            say("`flask studio list` shows those that are there."),
        )
    return row


def not_set_up() -> EmbedError:
    """There is no account, so nothing can be embedded."""
    return EmbedError(
        "studio-not-set-up",
        503,
        say("This service is not connected to Studio yet."),
        say("Please tell the people who look after your LMS."),
        log="STUDIO_URL is not set, and no account was added with `flask studio add`",
    )


def bind_platform(db: Database, platform_id: int, account_id: int) -> None:
    """Let the launches of a platform go to this account."""
    with changing(db) as connection:
        same = platform.c.id == platform_id
        connection.execute(sa.update(platform).where(same).values(account_id=account_id))


def is_home(
    db: Database, account: Any, issuer: str, client_id: str, studio_url: str | None
) -> bool:
    """Whether the account's Studio knows the people of a platform by their e-mail addresses.

    It knows those of the first platform that is bound to it, or of the one that an admin named,
    for good: removing that one makes no other its home. `studio_url` tells the default account.
    An issuer alone is no platform: all schools of Canvas's cloud share one.
    """
    if account.home_issuer is None:
        account = _keep_home(db, account, studio_url)
    return (account.home_issuer, account.home_client_id) == (issuer, client_id)


def set_home(db: Database, account_id: int, issuer: str, client_id: str) -> None:
    """Let an admin say which platform's people the account's Studio knows."""
    home = {"home_issuer": issuer, "home_client_id": client_id}
    with changing(db) as connection:
        same = studio_account.c.id == account_id
        connection.execute(sa.update(studio_account).where(same).values(home))


def _keep_home(db: Database, account: Any, studio_url: str | None) -> Any:
    default = find_default_account(db, studio_url)
    bound = platform.c.account_id == account.id
    if default is not None and default.id == account.id:
        bound = sa.or_(bound, platform.c.account_id.is_(None))
    first = sa.select(platform).where(bound).order_by(platform.c.id).limit(1)
    same = studio_account.c.id == account.id
    with changing(db) as connection:
        if (home := connection.execute(first).one_or_none()) is None:
            return account
        kept = {"home_issuer": home.issuer, "home_client_id": home.client_id}
        unknown = sa.and_(same, studio_account.c.home_issuer.is_(None))
        connection.execute(sa.update(studio_account).where(unknown).values(kept))
        return connection.execute(sa.select(studio_account).where(same)).one()
