"""A client of ours that reaches a small Studio over loopback, and what that Studio saw."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
import sqlalchemy as sa

from app.core import embeds
from app.core.embeds import EmbedKey
from app.crypto import Vault
from app.db import Database
from app.http import make_session
from app.models import studio_account
from app.studio.client import StudioClient
from app.studio.oauth import TokenStore
from app.studio.pace import Pace
from sandbox.studio import StudioSettings, create_studio
from tests import world
from tests.servers import serving

KEYS = ("a-secret-of-the-tests-that-protects-nothing",)
FAST = 1000.0


@dataclass
class Reach:
    """One small Studio, and the account that we have there."""

    studio: Any
    database_url: str
    db: Database
    account_id: int
    http: requests.Session

    @property
    def url(self) -> str:
        return str(self.studio.settings.url)

    def client(self, rate: float = FAST, **options: Any) -> StudioClient:
        """A client as a launch has it, that may call so often a second."""
        return make_client(self.db, self.account_id, self.url, self.http, rate, **options)

    def tell(self, path: str, **body: Any) -> Any:
        answer = self.http.post(f"{self.url}/_sandbox/{path}", json=body)
        assert answer.ok, answer.text
        return answer.json()

    def fail(self, operation: str, **how: Any) -> None:
        self.tell("next", operation=operation, **how)

    def calls(self, operation: str | None = None) -> list[dict[str, Any]]:
        """What Studio was asked, oldest first."""
        all_calls = self.http.get(f"{self.url}/_sandbox/calls").json()
        return [call for call in all_calls if operation in (None, call["operation"])]


def make_client(
    db: Database, account_id: int, url: str, http: requests.Session, rate: float, **options: Any
) -> StudioClient:
    tokens = TokenStore(db, Vault(KEYS), http, account_id, url)
    pace = Pace(db, account_id, rate)
    return StudioClient(url, http, tokens, pace=pace, allow_insecure=True, **options)


def _add_account(db: Database, settings: StudioSettings) -> int:
    vault = Vault(KEYS)
    row = {
        "url": settings.url,
        "client_id": settings.client_id,
        "client_secret": vault.encrypt(settings.client_secret),
        "refresh_token": vault.encrypt(settings.refresh_token),
    }
    with db.writing() as connection:
        made = sa.insert(studio_account).values(row).returning(studio_account.c.id)
        return int(connection.execute(made).scalar_one())


@contextmanager
def reached(kind: str, folder: Path) -> Iterator[Reach]:
    """Build both sides, and tear them down."""
    with (
        serving("127.0.0.2", lambda url: create_studio(StudioSettings(url=url))) as app,
        world.database(kind, folder) as url,
        make_session(allow_private=True) as http,
    ):
        studio = app.extensions["studio"]
        db = Database(url.replace("postgresql://", "postgresql+psycopg://"))
        try:
            db.upgrade()
            account_id = _add_account(db, studio.settings)
            yield Reach(
                studio, str(db.url.render_as_string(hide_password=False)), db, account_id, http
            )
        finally:
            db.dispose()


def launch(reach: Reach, key: EmbedKey) -> str:
    """Have the embed made as a launch does that comes now."""
    return embeds.ensure_embed(
        reach.db,
        reach.client(),
        key,
        lambda _studio: None,
        made_by="launch",
        since=datetime.now(UTC),
        wait_seconds=0,
    ).launch_url
