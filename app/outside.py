"""What the doors are given to work with: made once a process by `create_app`, and passed in."""

from dataclasses import dataclass
from typing import Any

import requests

from app import metrics
from app.core import accounts
from app.core.lti13 import StudioTool
from app.core.memory import Memory
from app.crypto import Vault
from app.db import Database
from app.http import Answer, fetch, make_session
from app.locks import Seats
from app.settings import Settings
from app.studio.client import StudioClient
from app.studio.oauth import TokenStore
from app.studio.pace import Pace

KEY_SET_SECONDS = 5.0
KEY_SET_BYTES = 256 * 1024
SEATS = 3


@dataclass
class Outside:
    """Settings, database and what is kept of it, secrets, the way out, seats for those who wait.

    Whoever waits has one of `seats`; the API has fewer, so that launches always find one.
    """

    settings: Settings
    db: Database
    memory: Memory
    vault: Vault
    http: requests.Session
    seats: Seats
    api_seats: Seats

    @classmethod
    def from_settings(cls, settings: Settings) -> "Outside":
        """Make everything; nothing is connected yet."""
        db = Database(settings.database_url.get_secret_value())
        return cls(
            settings=settings,
            db=db,
            memory=Memory(db),
            vault=Vault(settings.secret_keys),
            http=make_session(allow_private=settings.allow_insecure_urls),
            seats=Seats(SEATS),
            api_seats=Seats(SEATS - 1),
        )

    def default_account(self) -> Any:
        """Give the row of the default Studio account; raises `EmbedError`."""
        found = self.memory.recall(accounts.find_default_account, self.settings.studio_url)
        if found is None:
            raise accounts.not_set_up()
        return found

    def get_account(self, named: str | None) -> Any:
        """Give the row of a Studio account by number, URL or host, else of the default one."""
        return self.default_account() if named is None else accounts.get_account(self.db, named)

    def studio(self, account: Any) -> StudioClient:
        """Give a client of a Studio account, for a launch; `patient()` gives one for others."""
        tokens = TokenStore(self.db, self.vault, self.http, account.id, account.url)
        settings = self.settings
        return StudioClient(
            account.url,
            self.http,
            tokens,
            pace=Pace(self.db, account.id, settings.studio_calls_per_second),
            on_answer=metrics.count_studio_call,
            allow_insecure=settings.allow_insecure_urls,
        )

    def find_studio_tool(self) -> StudioTool | None:
        """Give Studio as a tool of our platform side; None in other launch modes than `lti13`."""
        settings = self.settings
        if settings.studio_launch_mode != "lti13":
            return None
        assert settings.studio_lti_client_id is not None
        assert settings.studio_lti_deployment_id is not None
        assert settings.studio_lti_login_url is not None
        return StudioTool(
            settings.public_url,
            settings.studio_lti_client_id,
            settings.studio_lti_deployment_id,
            settings.studio_lti_login_url,
            settings.studio_lti_redirect_uris,
        )

    def fetch_key_set(self, url: str) -> Answer:
        """Ask a platform for its keys; raises `OutgoingError`."""
        return fetch(self.http, "GET", url, answer_seconds=KEY_SET_SECONDS, max_bytes=KEY_SET_BYTES)

    def fetch_our_key_set(self) -> Answer:
        """Ask for our own keys as others do; our address may be a private one, seen from here."""
        url = f"{self.settings.public_url}/lti/jwks.json"
        with make_session(allow_private=True) as session:
            return fetch(
                session, "GET", url, answer_seconds=KEY_SET_SECONDS, max_bytes=KEY_SET_BYTES
            )
