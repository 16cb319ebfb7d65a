"""How an admin connects a Studio account in the browser: one link, one browser, one code.

1. `flask studio connect` makes a link. A newer one of the same account puts an end to it.
2. The page of the link names the Studio and has a button: opening it alone uses nothing up, since
   scanners of links open them too. The button ends the link, gives this browser a secret in a
   cookie, and sends it to Studio.
3. Studio sends the browser back with a code, and no `state`. So the cookie says which account the
   code is for, once: a code that somebody else sends to a browser that began nothing is refused.

Not here: how a code becomes tokens (`app/studio/oauth.py`).
Source: https://www.rfc-editor.org/rfc/rfc6749#section-4.1 and 10.12 there
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import sqlalchemy as sa

from app.crypto import UndecryptableError, Vault, hide
from app.db import Database, insert_into
from app.errors import AccountError
from app.models import studio_account, studio_connection
from app.studio.errors import BEGIN_AGAIN
from app.texts import Said, say

LIFETIME = timedelta(minutes=30)
AT_STUDIO = timedelta(minutes=10)
"""As long as somebody may take to log in there; until then another's code could be slipped in."""
LONGEST_CODE = 4096
_row = studio_connection.c


def make_link(db: Database, vault: Vault, account: Any) -> tuple[str, datetime]:
    """Make the secret of a link, and say until when it is good.

    Raises `AccountError` where the account has no usable OAuth client.
    """
    check_client(vault, account)
    secret, expires_at = secrets.token_urlsafe(32), datetime.now(UTC) + LIFETIME
    begun = {"link_hash": hide(secret), "browser_hash": None, "expires_at": expires_at}
    with db.writing() as connection:
        insert = insert_into(connection, studio_connection).values(account_id=account.id, **begun)
        connection.execute(insert.on_conflict_do_update(index_elements=["account_id"], set_=begun))
    return secret, expires_at


def get_account_of_link(db: Database, secret: str) -> Any:
    """Give the row of the account that a link connects, and leave the link as it is.

    Raises `AccountError` where the link is unknown, used or too old.
    """
    good = sa.and_(_row.link_hash == hide(secret), _row.expires_at > datetime.now(UTC))
    joined = sa.select(studio_account).join(studio_connection).where(good)
    with db.reading() as connection:
        if (account := connection.execute(joined).one_or_none()) is None:
            raise _expired("the link is unknown, used, replaced or older than half an hour")
        return account


def begin(db: Database, vault: Vault, link: str) -> tuple[Any, str]:
    """Use a link up: gives the row of its account, and the secret for this browser.

    Raises `AccountError`.
    """
    account = get_account_of_link(db, link)
    check_client(vault, account)
    secret = secrets.token_urlsafe(32)
    expires_at = datetime.now(UTC) + AT_STUDIO
    begun = {"link_hash": None, "browser_hash": hide(secret), "expires_at": expires_at}
    used = sa.update(studio_connection).where(_row.link_hash == hide(link)).values(begun)
    with db.writing() as connection:
        if connection.execute(used.returning(_row.account_id)).one_or_none() is None:
            raise _expired("another browser used the link a moment ago")
    return account, secret


def take(db: Database, secret: str) -> Any:
    """Give the row of the account that this browser connects, once; raises `AccountError`."""
    mine = sa.delete(studio_connection).where(_row.browser_hash == hide(secret))
    with db.writing() as connection:
        begun = connection.execute(mine.returning(*_row)).one_or_none()
        if begun is None or begun.expires_at <= datetime.now(UTC):
            raise _foreign()
        same = studio_account.c.id == begun.account_id
        return connection.execute(sa.select(studio_account).where(same)).one()


def check_client(vault: Vault, account: Any) -> None:
    """Raise `AccountError` where the account's OAuth client is not there, or cannot be read."""
    if not account.client_id or not account.client_secret:
        title = say("The Studio account {url} has no OAuth client.", url=account.url)
        raise _no_client(account.url, title)
    try:
        vault.decrypt(account.client_secret)
    except UndecryptableError:
        title = say(
            "The Studio account {url} has a client secret that SECRET_KEY does not open.",
            url=account.url,
        )
        raise _no_client(account.url, title) from None


def has_client(vault: Vault, account: Any) -> bool:
    """Whether the account's OAuth client is there and can be read."""
    try:
        check_client(vault, account)
    except AccountError:
        return False
    return True


def read_pasted(text: str) -> str:
    """Read the code that an admin pasted, alone or in the whole address; raises `AccountError`."""
    _, is_address, query_text = text.partition("?")
    query = parse_qs(query_text.partition("#")[0]) if is_address else {"code": [text]}
    if "error" in query:
        raise denied(query["error"][0])
    if not (code := query.get("code", [""])[0].strip()) or len(code) > LONGEST_CODE:
        raise unreadable()
    return code


def denied(error: str) -> AccountError:
    """Studio sent `error` in place of a code (RFC 6749, 4.1.2.1)."""
    known = error if error.replace("_", "").isalnum() else "unreadable"
    return AccountError(
        "connect-denied",
        403,
        say("Studio was not connected: the access was not allowed there."),
        say("If that was a mistake: {again}", again=BEGIN_AGAIN),
        log=f"Studio answered error={known[:64]}",
    )


def unreadable() -> AccountError:
    """Somebody comes back from Studio with nothing, or with too much."""
    return AccountError(
        "connect-unreadable",
        400,
        say("This page did not get what Studio normally sends."),
        BEGIN_AGAIN,
        log="neither a code nor an error, or one that is too long",
    )


def busy() -> AccountError:
    """No thread is to spare; nothing is used up."""
    return AccountError(
        "connect-busy",
        503,
        say("Studio is not connected yet: this service has too much to do at the moment."),
        say("Reload this page in a few seconds."),
        retry_after_seconds=5,
    )


def _expired(log: str) -> AccountError:
    return AccountError(
        "connect-expired",
        401,
        say("This link is too old, or was already used."),
        say("{again} A link is good once, and for half an hour.", again=BEGIN_AGAIN),
        log=log,
    )


def _foreign() -> AccountError:
    return AccountError(
        "connect-not-begun",
        401,
        say(
            "Nothing was connected: it was not begun in this browser, is over by now, or somebody "
            "began it anew."
        ),
        say(
            "{again} Open the link in the browser in which you log in to Studio.",
            again=BEGIN_AGAIN,
        ),
        log="no cookie of a connection that is under way",
    )


def _no_client(url: str, title: Said) -> AccountError:
    return AccountError(
        "studio-client",
        503,
        title,
        say("Give it one with `flask studio add --url {url} --client-id …`.", url=url),
    )
