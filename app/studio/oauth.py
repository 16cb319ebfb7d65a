"""Studio's OAuth 2 tokens: got for a code, kept encrypted, refreshed once for all processes.

Both tokens are new at every refresh and the old refresh token is dead, so two refreshes at
once would lock the account out: one holder asks, and keeps the answer before anyone uses it.
Whoever finds a token that is about to end refreshes it first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
import stamina
import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from app import locks, metrics
from app.crypto import UndecryptableError, Vault
from app.db import Database
from app.http import Answer, OutgoingError, fetch
from app.models import studio_account
from app.studio import errors, protocol

ANSWER_SECONDS = 10.0
LEASE_SECONDS = 40.0
WAIT_SECONDS = 15.0
EARLY = timedelta(seconds=30)
REFUSED_FOR = timedelta(seconds=60)
MAX_BYTES = 64 * 1024
log = structlog.get_logger()


@dataclass(frozen=True)
class AccountTokens:
    """The OAuth side of one Studio account, read afresh.

    `kept_refresh_token` is encrypted, which is never twice the same: it tells whether the
    account got other tokens since.
    """

    client_id: str
    client_secret: str
    access_token: str | None
    refresh_token: str | None
    kept_refresh_token: bytes | None
    access_expires_at: datetime | None
    disconnected_at: datetime | None


class TokenStore:
    """The tokens of one Studio account."""

    def __init__(
        self, db: Database, vault: Vault, session: requests.Session, account_id: int, url: str
    ) -> None:
        self._db, self._vault, self._session = db, vault, session
        self._account_id, self._url = account_id, url

    def access_token(self, *, refused: str | None = None, seconds: float = WAIT_SECONDS) -> str:
        """Give an access token that is not `refused`, refreshing it if need be.

        Another's refresh is waited for no longer than `seconds`. Our own always has its full
        time, because an answer that is not waited for is an account that is locked out.
        Raises `StudioAuthorizationError` where an admin must connect the account again, and
        `StudioTokenError` where the token endpoint does not serve or is waited for.
        """

        def find() -> str | None:
            tokens = self._read()
            token, ends = tokens.access_token, tokens.access_expires_at
            if token is None or token == refused:
                return None
            return token if ends is None or ends - EARLY > datetime.now(UTC) else None

        def make() -> str:
            if (token := self._refresh() or find()) is None:
                raise errors.token_unavailable("token: the account got other tokens meanwhile")
            return token

        return self._alone(find, make, min(WAIT_SECONDS, seconds))

    def redeem(self, code: str, redirect_uri: str) -> None:
        """Get tokens for a code that Studio gave an admin's browser, and keep them.

        Security: the caller knows that the admin whom it serves began this. Raises
        `StudioAuthorizationError` where Studio does not take the code, and `StudioTokenError`
        where it does not serve.
        """
        self._alone(lambda: None, lambda: self._redeem(code, redirect_uri))
        log.info("studio-connected", studio=self._url)

    def forget(self) -> None:
        """Forget the tokens; those of the environment count again when they change there."""

        def keep_none() -> str:
            none = {"access_token": None, "refresh_token": None, "access_expires_at": None}
            self._keep(None, **none, disconnected_at=datetime.now(UTC))
            return ""

        self._alone(lambda: None, keep_none)

    def _alone(
        self,
        find: Callable[[], str | None],
        make: Callable[[], str],
        wait_seconds: float = WAIT_SECONDS,
    ) -> str:
        try:
            return locks.one_for_all(
                self._db,
                f"studio-tokens-{self._account_id}",
                find,
                make,
                lease_seconds=LEASE_SECONDS,
                wait_seconds=wait_seconds,
            )
        except locks.BusyError:
            raise errors.token_unavailable("token: another process is still refreshing") from None

    def _read_row(self) -> Any:
        with self._db.reading() as connection:
            query = select(studio_account).where(studio_account.c.id == self._account_id)
            return connection.execute(query).one()

    def _read(self) -> AccountTokens:
        row = self._read_row()
        try:
            return AccountTokens(
                client_id=row.client_id or "",
                client_secret=self._open(row.client_secret) or "",
                access_token=self._open(row.access_token),
                refresh_token=self._open(row.refresh_token),
                kept_refresh_token=row.refresh_token,
                access_expires_at=row.access_expires_at,
                disconnected_at=row.disconnected_at,
            )
        except UndecryptableError:
            raise errors.authorization(
                "token: SECRET_KEY no longer opens the kept tokens: add the old key after a comma"
            ) from None

    def _open(self, encrypted: bytes | None) -> str | None:
        return None if encrypted is None else self._vault.decrypt(encrypted)

    def _refresh(self) -> str | None:
        """Get and keep a new access token; None where the account got other tokens meanwhile."""
        tokens = self._read()
        if not tokens.refresh_token:
            raise errors.authorization("token: the account has no refresh token")
        now = datetime.now(UTC)
        if tokens.disconnected_at and tokens.disconnected_at + REFUSED_FOR > now:
            raise errors.authorization("token: Studio refused the refresh token a moment ago")
        fresh = self._ask(tokens)
        if fresh is None or not self._keep_fresh(fresh, tokens):
            metrics.TOKEN_REFRESHES.labels("failed").inc()
            return None
        metrics.TOKEN_REFRESHES.labels("kept").inc()
        return fresh.access_token.get_secret_value()

    def _redeem(self, code: str, redirect_uri: str) -> str:
        row = self._read_row()
        try:
            secret = self._open(row.client_secret)
        except UndecryptableError:
            raise errors.authorization("token: SECRET_KEY does not open the secret") from None
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        try:
            answer = self._post({**form, "client_id": row.client_id, "client_secret": secret})
        except OutgoingError as error:
            raise errors.code_unanswered(f"code: {error}") from None
        if answer.status in (400, 401, 403):
            raise errors.code_refused(f"code: Studio answered {answer.status}")
        if not 200 <= answer.status < 300:
            raise errors.code_unanswered(f"code: Studio answered {answer.status}")
        given = protocol.read_tokens(protocol.read_json(answer.body, "code"))
        self._keep_fresh(given, None, connected_at=datetime.now(UTC))
        return given.access_token.get_secret_value()

    def _keep_fresh(
        self, fresh: protocol.Tokens, before: AccountTokens | None, **columns: Any
    ) -> bool:
        """Keep new tokens, in the place of those `before`; gives whether they still were there.

        Where no refresh token is among them, the one `before` stays.
        """
        old = before.refresh_token if before else None
        refresh = fresh.refresh_token.get_secret_value() if fresh.refresh_token else old
        return self._keep(
            before,
            access_token=self._vault.encrypt(fresh.access_token.get_secret_value()),
            refresh_token=None if refresh is None else self._vault.encrypt(refresh),
            access_expires_at=fresh.expires_at(datetime.now(UTC)),
            disconnected_at=None,
            **columns,
        )

    def _ask(self, tokens: AccountTokens) -> protocol.Tokens | None:
        """Send the refresh token; None where it was refused and is not the account's any more."""
        form = {
            "grant_type": "refresh_token",
            "refresh_token": tokens.refresh_token,
            "client_id": tokens.client_id,
            "client_secret": tokens.client_secret,
        }
        try:
            answer = self._post(form)
        except OutgoingError as error:
            metrics.TOKEN_REFRESHES.labels("failed").inc()
            raise errors.token_down(f"token: {error}") from None
        if 200 <= answer.status < 300:
            return protocol.read_tokens(protocol.read_json(answer.body, "token"))
        if answer.status in (400, 401, 403):
            if not self._keep(tokens, disconnected_at=datetime.now(UTC)):
                return None
            metrics.TOKEN_REFRESHES.labels("refused").inc()
            log.error(
                "studio-disconnected",
                studio=self._url,
                why=f"Studio answered {answer.status} to the refresh token",
                hint="connect it again: flask studio connect",
            )
            raise errors.authorization(f"token: Studio answered {answer.status}")
        metrics.TOKEN_REFRESHES.labels("failed").inc()
        failed = errors.token_down if answer.status >= 500 else errors.token_unavailable
        raise failed(f"token: Studio answered {answer.status}")

    def _post(self, form: dict[str, Any]) -> Answer:
        """Ask once: a code or refresh token that was perhaps used must not be sent again.

        Raises `OutgoingError`.
        """
        return fetch(
            self._session,
            "POST",
            self._url + protocol.TOKEN_PATH,
            answer_seconds=ANSWER_SECONDS,
            max_bytes=MAX_BYTES,
            data=form,
        )

    @stamina.retry(on=OperationalError, attempts=5, timeout=20.0)
    def _keep(self, before: AccountTokens | None, **columns: Any) -> bool:
        """Write to the account; again where the database is away, since a lost token is lost.

        With `before`, only where its refresh token is still the account's. Gives whether it wrote.
        """
        write = update(studio_account).where(studio_account.c.id == self._account_id)
        if before is not None:
            write = write.where(studio_account.c.refresh_token == before.kept_refresh_token)
        with self._db.writing() as connection:
            return connection.execute(write.values(columns)).rowcount > 0
