"""All that one small LMS remembers, behind one lock; gone when the process ends."""

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from flask import current_app

from sandbox.lms.behaviour import Behaviour
from sandbox.lms.courses import Course, courses_at_start
from sandbox.lms.key_set import KeySetSwitch
from sandbox.lms.keys import SigningKeys
from sandbox.lms.placements import Placement
from sandbox.lms.settings import LmsSettings


@dataclass(frozen=True)
class PendingLaunch:
    """A launch between login initiation and id_token."""

    person_id: str
    course_id: int
    placement: Placement
    lookup_uuid: str = ""
    page: str = ""
    """The page in whose editor it began."""


@dataclass(frozen=True)
class Request:
    """A deep-linking request that waits for its answer; `asked` are its settings as signed."""

    launch: PendingLaunch
    asked: Mapping[str, Any]


@dataclass(frozen=True)
class RegisteredTool:
    """A tool that registered itself, and waits until an admin turns it on."""

    client_id: str
    deployment_id: str
    metadata: Mapping[str, Any]
    custom: Mapping[str, str]


class Lms:
    """The state of one LMS; `app.extensions["lms"]`."""

    def __init__(self, settings: LmsSettings) -> None:
        self.settings = self._at_start = settings
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
        self.settings = self._at_start
        self._tokens: set[str] = set()
        self._registered: RegisteredTool | None = None
        self._courses = courses_at_start()
        self._launches: dict[str, PendingLaunch] = {}
        self._requests: dict[str, Request] = {}
        self._nonces: set[str] = set()
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

    def change_course(self, course_id: int, change: Callable[[Course], Course]) -> None:
        """Put a changed course in its place; raises KeyError where there is no such course."""
        with self._lock:
            self._courses[course_id] = change(self._courses[course_id])

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

    def keep_request(self, data: str, request: Request) -> None:
        """Keep a deep-linking request until it is answered."""
        with self._lock:
            self._requests[data] = request

    def find_request(self, data: str) -> Request | None:
        """Give the request that brought this `data`, while it has no answer."""
        with self._lock:
            return self._requests.get(data)

    def use_answer(self, data: str, nonce: str) -> bool:
        """Take a request's answer; False where it has one, or the tool used the nonce before."""
        with self._lock:
            if nonce in self._nonces or data not in self._requests:
                return False
            self._nonces.add(nonce)
            del self._requests[data]
            return True

    def start_registration(self) -> str:
        """Give a token with which a tool can register itself, once."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._tokens.add(token)
        return token

    def may_register(self, token: str) -> bool:
        """Whether the token is good."""
        with self._lock:
            return token in self._tokens

    def register(self, token: str, tool: RegisteredTool) -> bool:
        """Keep a tool until it is turned on, and use the token up; False where it was used."""
        with self._lock:
            if token not in self._tokens:
                return False
            self._tokens.remove(token)
            self._registered = tool
            return True

    @property
    def registered(self) -> RegisteredTool | None:
        """The tool that waits."""
        with self._lock:
            return self._registered

    def turn_on(self) -> bool:
        """Put the tool that waits in the place of the one that is there; False without one."""
        with self._lock:
            tool, self._registered = self._registered, None
            if tool is None:
                return False
            self.settings = replace(
                self.settings,
                client_id=tool.client_id,
                deployment_id=tool.deployment_id,
                tool_custom=tool.custom,
            )
            return True

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
