"""A browser of sorts before the small LMS, and what its pages say. Not here: any test."""

from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import requests
from flask import Flask

from sandbox.lms import LmsSettings, create_lms
from tests.servers import serving


class ReadPage(HTMLParser):
    """What a page says, as far as these tests ask."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text, self.doctype, self.title = text, "", ""
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_decl(self, decl: str) -> None:
        self.doctype = decl

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] == "title":
            self.title += data.strip()

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def form(self) -> dict[str, Any]:
        fields = {i["name"]: i["value"] for i in self.all("input") if i.get("type") == "hidden"}
        return {"action": self.all("form")[0]["action"], "fields": fields}


@contextmanager
def small_lms(**settings: Any) -> Iterator[Any]:
    """Serve an LMS; gives its `url`, its `state` and a `session` to call it with."""

    def create(url: str) -> Flask:
        return create_lms(LmsSettings(url=url, **settings))

    with serving("127.0.0.1", create) as app, requests.Session() as session:
        session.trust_env = False
        state = app.extensions["lms"]
        yield SimpleNamespace(url=state.settings.url, state=state, session=session)


def get(lms: Any, path: str, person: str = "student", **query: str) -> requests.Response:
    cookie = {"Cookie": f"sandbox_lms_person={person}"}
    return lms.session.get(lms.url + path, params=query, headers=cookie)


def post(lms: Any, path: str, body: Any) -> requests.Response:
    return lms.session.post(lms.url + path, json=body)


def make_link(lms: Any, **custom: str) -> str:
    body = {"course_id": 101, "page": "week-1", "title": "Mitosis", "custom": custom}
    return post(lms, "/_sandbox/links", body).json()["lookup_uuid"]


def retrieve(lms: Any, lookup_uuid: str, person: str = "student", course: int = 101) -> Any:
    path = f"/courses/{course}/external_tools/retrieve"
    query = {"display": "borderless", "resource_link_lookup_uuid": lookup_uuid}
    return ReadPage(get(lms, path, person, **query).text).form


def authorization(lms: Any, login: Any, **changes: str | None) -> dict[str, str]:
    asked = {
        "client_id": login["fields"]["client_id"],
        "redirect_uri": login["fields"]["target_link_uri"],
        "response_type": "id_token",
        "response_mode": "form_post",
        "scope": "openid",
        "prompt": "none",
        "login_hint": login["fields"]["login_hint"],
        "lti_message_hint": login["fields"]["lti_message_hint"],
        "nonce": "n-1",
        "state": "s & <1>",
    } | changes
    return {name: value for name, value in asked.items() if value is not None}


def authorize(lms: Any, login: Any, person: str = "student", **changes: str | None) -> Any:
    query = authorization(lms, login, **changes)
    return ReadPage(get(lms, "/api/lti/authorize_redirect", person, **query).text).form


def start(lms: Any, placement: str, person: str) -> Any:
    path = f"/courses/101/external_tools/launch/{placement}"
    return ReadPage(get(lms, path, person).text).form
