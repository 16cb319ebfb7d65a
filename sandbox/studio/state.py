"""Everything a small Studio remembers, in one object behind one lock."""

import threading
from typing import cast

from flask import current_app

from sandbox.studio.catalogue import Catalogue
from sandbox.studio.collection import Collections
from sandbox.studio.database import Database
from sandbox.studio.embeds import Embeds
from sandbox.studio.faults import Faults
from sandbox.studio.filling import fill
from sandbox.studio.gate import Gate
from sandbox.studio.journal import Journal
from sandbox.studio.lti13_tool import LaunchData
from sandbox.studio.people import People
from sandbox.studio.serving import Serving
from sandbox.studio.settings import StudioSettings
from sandbox.studio.throttle import Throttle
from sandbox.studio.tokens import Tokens
from sandbox.studio.viewers import Viewers


class Studio:
    """The parts share the lock and take it themselves: nobody else has to.

    Catalogue, embeds and tokens are in the database; the others begin anew with the process.
    """

    def __init__(self, settings: StudioSettings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.gate = Gate()
        self.people = People(settings.instructor_email)
        self.database = Database(settings.database, self.lock)
        self._begin()

    def reset(self) -> None:
        """Forget all that happened, ever, and let go whoever is held."""
        with self.lock:
            self.database.clear()
            self._begin()
        self.gate.release()

    def _begin(self) -> None:
        self.catalogue = Catalogue(self.database, self.people)
        fill(self.catalogue, self.database, self.people, self.settings.media)
        self.embeds = Embeds(self.settings.url, self.database)
        self.collections = Collections(self.people, self.embeds)
        self.tokens = Tokens(self.settings, self.database, self.lock)
        self.caller = self.people.admin
        """For whom the access token speaks."""
        self.faults = Faults(self.lock)
        self.throttle = Throttle(self.lock)
        self.serving = Serving()
        self.journal = Journal(self.lock)
        self.viewers = Viewers(self.lock)
        self.launch_data = LaunchData(self.lock)


def current_studio() -> Studio:
    """Give the Studio whose application answers this request."""
    return cast("Studio", current_app.extensions["studio"])
