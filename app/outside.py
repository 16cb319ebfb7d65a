"""What the doors are given to work with: made once a process by `create_app`, and passed in."""

import functools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from app import metrics
from app.core import accounts, browsing
from app.core.memory import Memory
from app.core.platforms import Platform
from app.crypto import Vault
from app.db import Database
from app.http import Answer, fetch, make_session
from app.locks import Seats
from app.settings import Settings
from app.studio.calls import OnCall
from app.studio.client import StudioClient
from app.studio.files import FileHosts
from app.studio.oauth import TokenStore
from app.studio.pace import Pace

KEY_SET_SECONDS = 5.0
KEY_SET_BYTES = 256 * 1024
PLATFORM_BYTES = 256 * 1024
SEATS = 3


@dataclass(slots=True)
class Outside:
    """Settings, database and what is kept of it, secrets, the way out, seats for those who wait.

    Whoever waits has one of `seats`; who is no launch also one of `patient_seats`, which are
    fewer, so that launches always find one.
    """

    settings: Settings
    db: Database
    memory: Memory
    vault: Vault
    http: requests.Session
    seats: Seats
    patient_seats: Seats
    studio_memory: browsing.Memory

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
            patient_seats=Seats(SEATS - 1),
            studio_memory=browsing.Memory(),
        )

    def find_default_account(self) -> Any:
        """Find the row of the default Studio account; None where none is set up."""
        return self.memory.recall(accounts.find_default_account, self.settings.studio_url)

    def default_account(self) -> Any:
        """Give the row of the default Studio account; raises `EmbedError`."""
        return self._found(self.find_default_account())

    def account(self, account_id: int) -> Any:
        """Give the row of the account with this number; raises `EmbedError`."""
        return self._found(self.memory.recall(accounts.find_account, account_id))

    def account_of(self, platform: Platform) -> Any:
        """Give the row of the account that a platform is bound to; raises `EmbedError`."""
        bound = platform.account_id
        return self.default_account() if bound is None else self.account(bound)

    def get_account(self, named: str | None) -> Any:
        """Give the row of a Studio account by number, URL or host, else of the default one."""
        return self.default_account() if named is None else accounts.get_account(self.db, named)

    def _found(self, account: Any) -> Any:
        if account is None:
            raise accounts.not_set_up()
        return account

    def is_home(self, account: Any, platform: Platform) -> bool:
        """Whether the account's Studio knows the people of a platform by their e-mails."""
        return accounts.is_home(self.db, account, *platform.names, self.settings.studio_url)

    def tokens(self, account: Any) -> TokenStore:
        """Give the tokens of a Studio account."""
        return TokenStore(self.db, self.vault, self.http, account.id, account.url)

    def studio(self, account: Any, on_call: OnCall | None = None) -> StudioClient:
        """Give a client of a Studio account, for a launch; `patient()` gives one for others."""
        settings = self.settings
        return StudioClient(
            account.url,
            self.http,
            self.tokens(account),
            pace=Pace(self.db, account.id, settings.studio_calls_per_second),
            on_call=on_call,
            on_answer=metrics.count_studio_call,
            allow_insecure=settings.allow_insecure_urls,
        )

    @contextmanager
    def patient_seat(self) -> Iterator[None]:
        """Hold a seat for what is no launch; raises `BusyError` where none is to spare."""
        with self.patient_seats.taken(), self.seats.taken():
            yield

    @contextmanager
    def patient_studio(self, account: Any, seconds: float) -> Iterator[StudioClient]:
        """Give a client for somebody who looks: all its calls together have so many seconds.

        Its first call takes a seat for the rest of the block, or raises `BusyError`.
        """
        with ExitStack() as held:
            take_seat = functools.cache(lambda: held.enter_context(self.patient_seat()))
            yield self.studio(account, take_seat).patient().within(seconds)

    def file_hosts(self) -> FileHosts:
        """Give the way to the hosts of Studio's files."""
        return FileHosts(self.http, self.settings.allow_insecure_urls)

    @property
    def studio_redirect_uri(self) -> str:
        """Where Studio sends an admin's browser back to with a code."""
        return f"{self.settings.public_url}/studio/callback"

    def fetch_key_set(self, url: str) -> Answer:
        """Ask a platform for its keys; raises `OutgoingError`."""
        return fetch(self.http, "GET", url, answer_seconds=KEY_SET_SECONDS, max_bytes=KEY_SET_BYTES)

    def ask_platform(self, method: str, url: str, seconds: float, **options: Any) -> Answer:
        """Ask a platform that is being registered; raises `OutgoingError`."""
        return fetch(
            self.http, method, url, answer_seconds=seconds, max_bytes=PLATFORM_BYTES, **options
        )

    def fetch_our_key_set(self) -> Answer:
        """Ask for our own keys as others do; our address may be a private one, seen from here."""
        url = f"{self.settings.public_url}/lti/jwks.json"
        with make_session(allow_private=True) as session:
            return fetch(
                session, "GET", url, answer_seconds=KEY_SET_SECONDS, max_bytes=KEY_SET_BYTES
            )
