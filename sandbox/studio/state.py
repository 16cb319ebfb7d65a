"""Everything a small Studio remembers, in one object behind one lock."""

import threading
from typing import cast

from flask import current_app

from sandbox.studio.catalogue import Catalogue
from sandbox.studio.embeds import Embeds
from sandbox.studio.faults import Faults
from sandbox.studio.gate import Gate
from sandbox.studio.journal import Journal
from sandbox.studio.lti13_tool import LaunchData
from sandbox.studio.settings import StudioSettings
from sandbox.studio.tokens import Tokens
from sandbox.studio.viewers import Viewers


class Studio:
    """The parts share the lock and take it themselves: nobody else has to."""

    def __init__(self, settings: StudioSettings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.gate = Gate()
        self.reset()

    def reset(self) -> None:
        """Forget all that happened, and let go whoever is held."""
        with self.lock:
            self.catalogue = Catalogue(self.settings.instructor_email, self.lock)
            self.embeds = Embeds(self.settings.url, self.lock)
            self.tokens = Tokens(self.settings, self.lock)
            self.faults = Faults(self.lock)
            self.journal = Journal(self.lock)
            self.viewers = Viewers(self.lock)
            self.launch_data = LaunchData(self.lock)
        self.gate.release()


def current_studio() -> Studio:
    """Give the Studio whose application answers this request."""
    return cast("Studio", current_app.extensions["studio"])
