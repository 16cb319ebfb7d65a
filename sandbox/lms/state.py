"""All that one small LMS remembers, behind one lock; gone when the process ends."""

import secrets
import threading
from dataclasses import dataclass
from typing import Any, Literal, cast

from flask import current_app

from sandbox.lms.behaviour import Behaviour
from sandbox.lms.courses import Course, ResourceLink, courses_at_start
from sandbox.lms.key_set import KeySetSwitch
from sandbox.lms.keys import SigningKeys
from sandbox.lms.settings import LmsSettings

Placement = Literal["link", "course_navigation", "editor_button"]


@dataclass(frozen=True)
class PendingLaunch:
    """A launch between login initiation and id_token."""

    person_id: str
    course_id: int
    placement: Placement
    lookup_uuid: str = ""


class Lms:
    """The state of one LMS; `app.extensions["lms"]`."""

    def __init__(self, settings: LmsSettings) -> None:
        self.settings = settings
        self.keys = SigningKeys()
        self.key_set = KeySetSwitch()
        self.behaviour = Behaviour()
        self._lock = threading.Lock()
        self._forget()

    @property
    def issuer(self) -> str:
        """Who this LMS says it is."""
        return self.behaviour.issuer or self.settings.url

    def _forget(self) -> None:
        self._courses = courses_at_start()
        self._launches: dict[str, PendingLaunch] = {}
        self._pickers: set[str] = set()
        self._log: list[dict[str, Any]] = []

    def reset(self) -> None:
        """Forget everything but the keys."""
        self.key_set.set(status=None, hold=False)
        self.behaviour = Behaviour()
        with self._lock:
            self._forget()

    def list_courses(self) -> list[Course]:
        """List the courses as they were made."""
        with self._lock:
            return list(self._courses.values())

    def find_course(self, course_id: int) -> Course | None:
        """Give the course as it is now, or None."""
        with self._lock:
            return self._courses.get(course_id)

    def add_link(self, course_id: int, slug: str, link: ResourceLink) -> None:
        """Put a link on a page; raises KeyError where there is no such course."""
        with self._lock:
            self._courses[course_id] = self._courses[course_id].with_link(slug, link)

    def copy_course(self, course_id: int) -> Course:
        """Make a course out of another; raises KeyError where there is no such course."""
        with self._lock:
            copy = self._courses[course_id].copied(max(self._courses) + 1)
            self._courses[copy.id] = copy
            return copy

    def start_launch(self, launch: PendingLaunch) -> str:
        """Keep the launch; gives the hint under which it can be taken, once."""
        hint = secrets.token_urlsafe(24)
        with self._lock:
            self._launches[hint] = launch
        return hint

    def take_launch(self, hint: str) -> PendingLaunch | None:
        """Give the launch and forget it; None where the hint is unknown or used."""
        with self._lock:
            return self._launches.pop(hint, None)

    def start_picking(self) -> str:
        """Give what a deep-linking response must bring back as `data`."""
        data = secrets.token_urlsafe(24)
        with self._lock:
            self._pickers.add(data)
        return data

    def is_picking(self, data: object) -> bool:
        """Say whether a request with this `data` was sent out."""
        with self._lock:
            return data in self._pickers

    def note(self, event: str, **details: Any) -> None:
        """Write a line into the log."""
        with self._lock:
            self._log.append({"event": event, **details})

    def log(self) -> list[dict[str, Any]]:
        """List what happened since the start or the last reset."""
        with self._lock:
            return list(self._log)


def current_lms() -> Lms:
    """Give the LMS of the application that answers now."""
    return cast("Lms", current_app.extensions["lms"])
