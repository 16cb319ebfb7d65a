"""Studio's OAuth 2 tokens: kept encrypted, refreshed once for all processes.

Both tokens are new at every refresh and the old refresh token is dead, so two refreshes at
once would lock the account out: one holder asks, and keeps the answer before anyone uses it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
import stamina
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


@dataclass(frozen=True)
class AccountTokens:
    """The OAuth side of one Studio account, read afresh."""

    client_id: str
    client_secret: str
    access_token: str | None
    refresh_token: str | None
    access_expires_at: datetime | None
    disconnected_at: datetime | None


class TokenStore:
    """The tokens of one Studio account."""

    def __init__(
        self, db: Database, vault: Vault, session: requests.Session, account_id: int, url: str
    ) -> None:
        self._db, self._vault, self._session = db, vault, session
        self._account_id, self._url = account_id, url

    def access_token(self, *, refused: str | None = None) -> str:
        """Give an access token that is not `refused`, refreshing it if need be.

        Raises `StudioAuthorizationError` where an admin must connect the account again, and
        `StudioTokenError` where the token endpoint does not serve or is waited for.
        """

        def find() -> str | None:
            tokens = self._read()
            token, ends = tokens.access_token, tokens.access_expires_at
            if token is None or token == refused:
                return None
            return token if ends is None or ends - EARLY > datetime.now(UTC) else None

        try:
            return locks.one_for_all(
                self._db,
                f"studio-tokens-{self._account_id}",
                find,
                self._refresh,
                lease_seconds=LEASE_SECONDS,
                wait_seconds=WAIT_SECONDS,
            )
        except locks.BusyError:
            raise errors.token_unavailable("token: another process is still refreshing") from None

    def _read(self) -> AccountTokens:
        with self._db.reading() as connection:
            query = select(studio_account).where(studio_account.c.id == self._account_id)
            row = connection.execute(query).one()
        try:
            return AccountTokens(
                client_id=row.client_id or "",
                client_secret=self._open(row.client_secret) or "",
                access_token=self._open(row.access_token),
                refresh_token=self._open(row.refresh_token),
                access_expires_at=row.access_expires_at,
                disconnected_at=row.disconnected_at,
            )
        except UndecryptableError:
            raise errors.authorization(
                "token: SECRET_KEY no longer opens the kept tokens: add the old key after a comma"
            ) from None

    def _open(self, encrypted: bytes | None) -> str | None:
        return None if encrypted is None else self._vault.decrypt(encrypted)

    def _refresh(self) -> str:
        tokens = self._read()
        if not tokens.refresh_token:
            raise errors.authorization("token: the account has no refresh token")
        now = datetime.now(UTC)
        if tokens.disconnected_at and tokens.disconnected_at + REFUSED_FOR > now:
            raise errors.authorization("token: Studio refused the refresh token a moment ago")
        fresh = self._ask(tokens)
        self._keep(
            access_token=self._vault.encrypt(fresh.access_token.get_secret_value()),
            refresh_token=self._vault.encrypt(
                fresh.refresh_token.get_secret_value()
                if fresh.refresh_token
                else tokens.refresh_token
            ),
            access_expires_at=fresh.expires_at(datetime.now(UTC)),
            disconnected_at=None,
        )
        metrics.TOKEN_REFRESHES.labels("kept").inc()
        return fresh.access_token.get_secret_value()

    def _ask(self, tokens: AccountTokens) -> protocol.Tokens:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": tokens.refresh_token,
            "client_id": tokens.client_id,
            "client_secret": tokens.client_secret,
        }
        answer = self._post(form)
        if 200 <= answer.status < 300:
            return protocol.read_tokens(protocol.read_json(answer.body, "token"))
        if answer.status in (400, 401, 403):
            self._keep(disconnected_at=datetime.now(UTC))
            metrics.TOKEN_REFRESHES.labels("refused").inc()
            raise errors.authorization(f"token: Studio answered {answer.status}")
        metrics.TOKEN_REFRESHES.labels("failed").inc()
        raise errors.token_unavailable(f"token: Studio answered {answer.status}")

    def _post(self, form: dict[str, Any]) -> Answer:
        """Ask once: a refresh token that was perhaps used already must not be sent again."""
        url = self._url + protocol.TOKEN_PATH
        try:
            return fetch(
                self._session,
                "POST",
                url,
                answer_seconds=ANSWER_SECONDS,
                max_bytes=MAX_BYTES,
                data=form,
            )
        except OutgoingError as error:
            metrics.TOKEN_REFRESHES.labels("failed").inc()
            raise errors.token_unavailable(f"token: {error}") from None

    @stamina.retry(on=OperationalError, attempts=5, timeout=20.0)
    def _keep(self, **columns: Any) -> None:
        """Write to the account; again where the database is away, since a lost token is lost."""
        with self._db.writing() as connection:
            account = studio_account.c.id == self._account_id
            connection.execute(update(studio_account).where(account).values(columns))
