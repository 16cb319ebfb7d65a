"""Whether Studio lets this service in: by one call that is harmless, and needs a token."""

from collections.abc import Callable
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

NAME = "studio"
SECONDS = 15.0
NEW_TOKENS = (
    "Check STUDIO_CLIENT_ID and STUDIO_CLIENT_SECRET, set a new STUDIO_REFRESH_TOKEN, and start "
    "the service again."
)
REACH = (
    "Check STUDIO_URL, and that this machine may reach it. If both are right, Studio itself has "
    "trouble: try again later."
)


def check_studio(
    db: Database,
    vault: Vault,
    studio_url: str | None,
    client: Callable[[Any], StudioClient],
) -> tuple[Check, list[Asked]]:
    """Call Studio as a launch would, within 15 s; tokens are refreshed where that is due."""
    account = accounts.find_default_account(db, studio_url)
    if account is None:
        return _not_set_up(), []
    if not _opens(vault, account):
        return _closed(account.url), []
    try:
        answer = client(account).within(SECONDS).try_search()
    except StudioError as error:
        return _explain(account.url, error), []
    asked = Asked(account.url, answer, "", datetime.now(UTC))
    again = accounts.find_default_account(db, studio_url)
    refused_at = None if again is None else again.disconnected_at
    if refused_at is None:
        return ok(NAME, f"{account.url} answers, and accepts our tokens."), [asked]
    return _disconnected(account.url, refused_at), [asked]


def _opens(vault: Vault, account: Any) -> bool:
    kept = (account.client_secret, account.access_token, account.refresh_token)
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
            return failed(NAME, f"{url} does not accept our tokens{why}.", NEW_TOKENS)
        case StudioForbiddenError():
            return warning(
                NAME,
                f"{url} accepts our tokens, but does not let this account search media.",
                "Make the tokens with an account that is an admin in Studio.",
            )
        case StudioUnavailableError() | StudioTimeoutError() | StudioLostError():
            return failed(NAME, f"{url} cannot be reached{why}.", REACH)
        case StudioTokenError():
            return failed(NAME, f"{url} gives no access token now{why}.", REACH)
        case StudioAnswerError():
            sentence = f"{url} does not answer like Studio{why}."
        case _:
            sentence = f"{url} does not take the call{why}."
    return failed(NAME, sentence, "Check that STUDIO_URL is the origin of your Studio.")


def _not_set_up() -> Check:
    return failed(
        NAME,
        "No Studio account is set up, so no video can be launched.",
        "Set STUDIO_URL, STUDIO_CLIENT_ID, STUDIO_CLIENT_SECRET and STUDIO_REFRESH_TOKEN, and "
        "start the service again.",
    )


def _closed(url: str) -> Check:
    return failed(
        NAME,
        f"SECRET_KEY does not open the kept tokens of {url}.",
        "Put the SECRET_KEY that was used before after a comma. If it is lost, set a new "
        "STUDIO_REFRESH_TOKEN, and start the service again.",
    )


def _disconnected(url: str, refused_at: datetime) -> Check:
    return failed(
        NAME,
        f"{url} still accepts our access token, but refused to renew it on "
        f"{refused_at:%Y-%m-%d at %H:%M} UTC.",
        NEW_TOKENS,
    )
