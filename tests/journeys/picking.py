"""The picker as a browser without scripts has it: the fields of its form, and its buttons."""

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from typing import Any

import requests

from app.core import sessions
from app.crypto import Vault
from app.lti.session import Visit
from sandbox.lms import messages
from sandbox.lms.people import find_person
from tests.world import World

SETTINGS = f"{messages.DEEP_LINKING}/deep_linking_settings"
TITLE = re.compile(r'<li class="media[^>]* data-title="([^"]*)"')
ROW = re.compile(r'<li class="media[^>]* data-media="(\d+)"')
SAID = re.compile(r'data-said="([^"]*)"')


class _Form(HTMLParser):
    """Reads which fields a form would send, as HTML has it; templates do not count."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self.buttons: list[dict[str, str | None]] = []
        self._hidden_in, self._select = 0, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, value = found.get("name") or "", found.get("value") or ""
        self._hidden_in += tag == "template"
        if self._hidden_in or "disabled" in found:
            return
        if tag == "button":
            self.buttons.append(found)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            if "selected" in found or self._select not in dict(self.fields):
                self.fields = [each for each in self.fields if each[0] != self._select]
                self.fields.append((self._select, value))
        elif tag == "input":
            chosen = found.get("type") not in ("radio", "checkbox") or "checked" in found
            self.fields += [(name, value)] if name and chosen else []

    def handle_endtag(self, tag: str) -> None:
        self._hidden_in -= tag == "template"
        self._select = "" if tag == "select" else self._select


@dataclass
class Picker:
    """One page of the picker."""

    world: World
    answer: requests.Response

    @property
    def text(self) -> str:
        return self.answer.text

    @property
    def titles(self) -> list[str]:
        return [unescape(title) for title in TITLE.findall(self.text)]

    @property
    def media_ids(self) -> list[int]:
        return [int(media_id) for media_id in ROW.findall(self.text)]

    @property
    def said(self) -> str:
        """What is announced of the list."""
        found = SAID.search(self.text)
        return unescape(found[1]) if found else ""

    @property
    def picks(self) -> list[str]:
        return [value for name, value in self.fields if name == "pick"]

    @property
    def fields(self) -> list[tuple[str, str]]:
        return self._form().fields

    def field(self, name: str) -> str:
        return dict(self.fields)[name]

    def button(self, name: str, value: str | int | None = None) -> dict[str, str | None]:
        """A button that can be pressed, by what it sends."""
        found = self._buttons(name, value)
        assert found, f"there is no button {name} {value}"
        return found[0]

    def has_button(self, name: str, value: str | int | None = None) -> bool:
        return bool(self._buttons(name, value))

    def _buttons(self, name: str, value: str | int | None) -> list[dict[str, str | None]]:
        wanted = {"name": name} | ({} if value is None else {"value": str(value)})
        return [each for each in self._form().buttons if wanted.items() <= each.items()]

    def press(self, name: str, value: str | int | None = None, **typed: str) -> "Picker":
        """Fill fields in, and press a button."""
        button = self.button(name, value)
        path = button.get("formaction") or "/lti/picker"
        return self.send((name, button.get("value") or ""), path=path, **typed)

    def send(self, *more: tuple[str, str], path: str = "/lti/picker", **typed: str) -> "Picker":
        """Send the form with fields filled in, and with more than it has."""
        kept = [pair for pair in self.fields if pair[0] not in typed]
        sent = [*kept, *typed.items(), *more]
        return dataclasses.replace(self, answer=self.world.post(path, data=sent))

    def search(self, **typed: str) -> "Picker":
        return self.press("search", **typed)

    def _form(self) -> _Form:
        form = _Form()
        form.feed(self.text)
        return form


def deep_link(
    world: World,
    *,
    person: str = "instructor",
    course_id: int = 101,
    change: Callable[[dict[str, Any]], object] | None = None,
    **settings: Any,
) -> Picker:
    """Open the picker as the editor of the LMS does; `settings` are deep linking's own."""
    login, who = world.login(), find_person(person)
    assert who is not None
    claims = messages.deep_linking_claims(
        who,
        world.lms.find_course(course_id),
        login.nonce,
        datetime.now(UTC),
        world.lms.settings,
        "the LMS's own data",
    )
    claims[SETTINGS] |= settings
    if change is not None:
        change(claims)
    return Picker(world, world.send(login, claims))


def in_course_page(picker: Picker) -> Picker:
    """The same picker, as it is where it was opened from the course page."""
    world, vault = picker.world, Vault((picker.world.environment["SECRET_KEY"],))
    text = sessions.find_session(world.database, vault, picker.field("session"))
    visit = Visit.model_validate_json(text or "").model_copy(update={"picking": None})
    token = sessions.open_session(world.database, vault, visit.model_dump_json())
    return Picker(world, world.post("/lti/picker", data={"session": token}))


def without_email(claims: dict[str, Any]) -> None:
    """As an LMS that names nobody."""
    claims.pop("email")
