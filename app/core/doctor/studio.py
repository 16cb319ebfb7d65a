"""Whether Studio lets this service in: by one call that is harmless, and needs a token."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from app.core import accounts
from app.core.doctor.asking import Asked
from app.core.doctor.check import Check, failed, ok, warning
from app.crypto import UndecryptableError, Vault
from app.db import Database
from app.studio.client import StudioClient
from app.studio.errors import (
    StudioAnswerError,
    StudioAuthorizationError,
    StudioError,
    StudioForbiddenError,
    StudioLostError,
    StudioTimeoutError,
    StudioTokenError,
    StudioUnavailableError,
)
from app.texts import Said, say

NAME = "studio"
SECONDS = 15.0
REACH = say(
    "Check STUDIO_URL, and that this machine may reach it. If both are right, Studio itself has "
    "trouble: try again later."
)


def check_accounts(
    db: Database,
    vault: Vault,
    studio_url: str | None,
    client: Callable[[Any], StudioClient],
) -> tuple[list[Check], list[Asked]]:
    """Check each account; `studio_url` tells the default one, whose check has the plain name."""
    if (default := accounts.find_default_account(db, studio_url)) is None:
        return [_not_set_up()], []
    checks, asked = [], []
    for account in accounts.list_accounts(db):
        check, answered = check_account(db, vault, account.id, client)
        named = NAME if account.id == default.id else f"{NAME} {account.url}"
        checks.append(replace(check, name=named))
        asked += answered
    return checks, asked


def check_account(
    db: Database, vault: Vault, account_id: int, client: Callable[[Any], StudioClient]
) -> tuple[Check, list[Asked]]:
    """Call Studio as a launch would, within 15 s; tokens are refreshed where that is due."""
    account = accounts.find_account(db, account_id)
    if account.refresh_token is None and account.access_token is None:
        return _without_tokens(account.url), []
    if not _opens(vault, account):
        return _closed(account.url), []
    try:
        answer = client(account).within(SECONDS).try_search()
    except StudioError as error:
        return _explain(account.url, error), []
    asked = Asked(account.url, answer, "", datetime.now(UTC))
    refused_at = accounts.find_account(db, account_id).disconnected_at
    if refused_at is None:
        return ok(NAME, say("{url} answers, and accepts our tokens.", url=account.url)), [asked]
    return _disconnected(account.url, refused_at), [asked]


def _opens(vault: Vault, account: Any) -> bool:
    names = ("client_secret", "access_token", "refresh_token", "lti_secret")
    kept = (getattr(account, name) for name in names)
    try:
        for encrypted in filter(None, kept):
            vault.decrypt(encrypted)
    except UndecryptableError:
        return False
    return True


def _explain(url: str, error: StudioError) -> Check:
    why = f" ({error.log})" if error.log else ""
    match error:
        case StudioAuthorizationError():
            told = say("{url} does not accept our tokens{why}.", url=url, why=why)
            return failed(NAME, told, _connect(url))
        case StudioForbiddenError():
            return _searches_nothing(url)
        case StudioUnavailableError() | StudioTimeoutError() | StudioLostError():
            return failed(NAME, say("{url} cannot be reached{why}.", url=url, why=why), REACH)
        case StudioTokenError():
            told = say("{url} gives no access token now{why}.", url=url, why=why)
            return failed(NAME, told, REACH)
        case StudioAnswerError():
            told = say("{url} does not answer like Studio{why}.", url=url, why=why)
        case _:
            told = say("{url} does not take the call{why}.", url=url, why=why)
    return failed(NAME, told, say("Check that STUDIO_URL is the origin of your Studio."))


def _searches_nothing(url: str) -> Check:
    return warning(
        NAME,
        say("{url} accepts our tokens, but does not let this account search media.", url=url),
        say("Make the tokens with an account that is an admin in Studio."),
    )


def _not_set_up() -> Check:
    return failed(
        NAME,
        "No Studio account is set up, so no video can be launched.",
        "Add one with `flask studio add`, or set STUDIO_URL, STUDIO_CLIENT_ID and "
        "STUDIO_CLIENT_SECRET; then connect it with `flask studio connect`.",
    )


def _without_tokens(url: str) -> Check:
    told = say("{url} is not connected: we have no tokens for it.", url=url)
    return failed(NAME, told, _connect(url))


def _closed(url: str) -> Check:
    return failed(
        NAME,
        say("SECRET_KEY does not open the kept tokens of {url}.", url=url),
        say(
            "Put the SECRET_KEY that was used before after a comma. If it is lost, give the "
            "secrets again with `flask studio add --url {url}`, and connect it with "
            "`flask studio connect`.",
            url=url,
        ),
    )


def _disconnected(url: str, refused_at: datetime) -> Check:
    when = f"{refused_at:%Y-%m-%d at %H:%M}"
    return failed(
        NAME,
        say(
            "{url} still accepts our access token, but refused to renew it on {when} UTC.",
            url=url,
            when=when,
        ),
        _connect(url),
    )


def _connect(url: str) -> Said:
    return say(
        "Connect it: `flask studio connect --studio {url}` prints a link. If that does not help, "
        "check client id and secret with `flask studio add`. Or set a new STUDIO_REFRESH_TOKEN, "
        "and start the service again.",
        url=url,
    )
