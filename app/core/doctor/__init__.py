"""Is everything there that a launch needs? Each check says what it found, and what to do.

Nothing is repaired here, and no check stops the others: what depends on something that failed
says that it was not checked. Texts hold no secret and no token.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.core.doctor import asking, here, platforms, studio
from app.core.doctor.check import Check, failed, not_checked, worst
from app.crypto import Vault
from app.db import Database, explained
from app.errors import StartError
from app.http import Answer
from app.settings import Settings
from app.studio.client import StudioClient

BEHIND_THE_DATABASE = ("keys", "address", "platforms", studio.NAME, "clock")


@dataclass(frozen=True)
class Doctor:
    """What the checks look at, and what they ask with.

    `fetch` asks a platform for its key set, `fetch_ours` asks this service for its own as
    browsers reach it; both raise `OutgoingError`. `client` gives a client of an account's row.
    """

    settings: Settings
    db: Database
    vault: Vault
    fetch: Callable[[str], Answer]
    fetch_ours: Callable[[], Answer]
    client: Callable[[Any], StudioClient]

    def examine(self, start_fault: str | None) -> list[Check]:
        """Check everything; `start_fault` is what a start says that fails."""
        settings, database = here.check_settings(self.settings), here.check_database(self.db)
        start = [] if start_fault is None else [_start(start_fault)]
        try:
            if database.status != "failed":
                with explained(self.db):
                    return [settings, database, *start, *self._examine_further()]
        except StartError as error:
            database = here.broken_database(str(error))
        return [settings, database, *(not_checked(name) for name in BEHIND_THE_DATABASE)]

    def _examine_further(self) -> list[Check]:
        db, settings = self.db, self.settings
        of_platforms, platforms_asked = platforms.check_platforms(db, self.fetch, settings)
        of_studio, studio_asked = studio.check_accounts(
            db, self.vault, settings.studio_url, self.client
        )
        return [
            here.check_keys(db, self.vault),
            platforms.check_address(db, settings.public_url, self.fetch_ours),
            *of_platforms,
            *of_studio,
            asking.check_clock(platforms_asked + studio_asked),
        ]


def _start(fault: str) -> Check:
    return failed("start", fault, "The service does not start like this: mend it, and try again.")


__all__ = ["Check", "Doctor", "worst"]
