"""What tests of pages that post themselves to Studio share: a browser that does what they say."""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import requests

from tests.world import World

Fields = list[tuple[str, str]]


@dataclass
class Form:
    """A form that posts itself, as a browser reads it out of its page."""

    action: str = ""
    attributes: dict[str, str | None] = field(default_factory=dict)
    fields: Fields = field(default_factory=list)
    buttons: list[tuple[bool, dict[str, str | None]]] = field(default_factory=list)

    @property
    def said(self) -> dict[str, str]:
        """What the form says, each name once, without what signs it."""
        assert len(dict(self.fields)) == len(self.fields)
        return {name: value for name, value in self.fields if not name.startswith("oauth_")}

    def without(self, name: str) -> Fields:
        return [pair for pair in self.fields if pair[0] != name]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.form = Form()
        self._without_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "form":
            self.form.action = attributes.get("action") or ""
            self.form.attributes = attributes
        if tag == "input":
            value = attributes.get("value") or ""
            self.form.fields.append((attributes["name"] or "", value))
        if tag == "button":
            self.form.buttons.append((self._without_script, attributes))
        self._without_script = self._without_script or tag == "noscript"

    def handle_endtag(self, tag: str) -> None:
        self._without_script = self._without_script and tag != "noscript"


def read_form(answer: requests.Response) -> Form:
    """The form of an answer that goes on by itself."""
    assert (answer.status_code, 'id="onward"' in answer.text) == (200, True), answer.text
    reader = _Reader()
    reader.feed(answer.text)
    return reader.form


def post(world: World, form: Form, fields: Fields | None = None, url: str = "") -> Any:
    """Post a form, or other fields, as browsers do: with CRLF for every line break."""
    sent = [
        (name, "\r\n".join(value.replace("\r\n", "\n").replace("\r", "\n").split("\n")))
        for name, value in (form.fields if fields is None else fields)
    ]
    return world.http.post(url or form.action, data=sent, allow_redirects=False)


def launches(world: World) -> list[dict[str, Any]]:
    """Every launch that Studio believed, oldest first."""
    answer = world.http.get(f"{world.studio.settings.url}/_sandbox/launches")
    found: list[dict[str, Any]] = answer.json()
    return found


def platform_ids(world: World) -> dict[str, int]:
    """The number of each registered platform, by its issuer."""
    listed = json.loads(world.flask("platforms", "list", "--json").stdout)
    return {platform["issuer"]: platform["id"] for platform in listed}
