"""A page that frames the service, listens to all and answers all, gets and proves nothing."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask import Flask, request
from playwright.sync_api import Frame, Page, Playwright

from tests import world as worlds
from tests.browser.chromium import set_chromium, shut_own_storage, without_cookies
from tests.browser.watching import launches
from tests.servers import serving
from tests.world import World

DATA = re.compile(r'data-([a-z]+)="([^"]*)"')


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A service that lets the hostile page frame it, so that this alone does not keep it out."""
    ancestors = "http://127.0.0.1:*,http://127.0.0.3:*"
    with worlds.world(tmp_path_factory.mktemp("world"), FRAME_ANCESTORS=ancestors) as built:
        yield built


def create_hostile(url: str) -> Flask:
    """A site that frames what it is told to, listens to all, and answers whatever is asked."""
    app = Flask("hostile")
    app.config["URL"] = url

    @app.get("/")
    def _top() -> str:
        return (
            "<!doctype html><title>hostile</title><script>"
            "window.heard = [];"
            "window.stored = {};"
            "addEventListener('message', ({ data, source }) => {"
            "  heard.push(data);"
            "  if (!data || !data.subject) return;"
            "  source.postMessage({ subject: data.subject + '.response',"
            "    message_id: data.message_id, key: data.key, value: data.value }, '*');"
            "});"
            "</script><iframe name='inner' src='about:blank'></iframe>"
            f"<form method='post' target='inner' action='{request.args['service']}/lti/launch'>"
            "<input name='id_token'><input name='state'><input name='storage_proof'></form>"
        )

    return app


@pytest.fixture
def hostile() -> Iterator[str]:
    with serving("127.0.0.3", create_hostile) as app:
        yield app.config["URL"]


def _begin(world: World) -> dict[str, str]:
    settings = world.lms.settings
    return {
        "iss": settings.url,
        "client_id": settings.client_id,
        "login_hint": "someone",
        "lti_storage_target": "_parent",
    }


def _open_hostile(page: Page, hostile: str, world: World) -> Frame:
    page.goto(f"{hostile}/?{urlencode({'service': world.environment['PUBLIC_URL']})}")
    return page.frames[1]


def test_a_hostile_parent_page_is_told_nothing_of_a_login(
    playwright: Playwright, tmp_path: Path, world: World, hostile: str
):
    """It stores whatever it is given and answers it all; the login never believes it."""
    service = world.environment["PUBLIC_URL"]
    with set_chromium(playwright, tmp_path, without_cookies(service, hostile)) as context:
        shut_own_storage(context, service)
        page = context.new_page()
        frame = _open_hostile(page, hostile, world)
        frame.goto(f"{service}/lti/login?{urlencode(_begin(world))}")
        frame.get_by_role("link", name="Open in a new window").wait_for()
        assert page.evaluate("heard") == []


@pytest.mark.parametrize("storage_proof", [None, "theirs"])
def test_a_hostile_page_cannot_have_a_browser_launch_what_it_began_itself(
    page: Page, world: World, hostile: str, storage_proof: str | None
):
    """Login CSRF: it knows state, token and secret of its own login, and has no cookie here."""
    answer = world.post("/lti/login", data=_begin(world))
    login, secret = _read_login(answer.text)
    token = world.lms.keys.sign(world.claims(login["nonce"], world.marked(260854)))
    fields: dict[str, Any] = {"id_token": token, "state": login["state"]}
    fields["storage_proof"] = secret if storage_proof else None
    before = len(launches(world))
    frame = _open_hostile(page, hostile, world)
    page.evaluate(
        """fields => { for (const [name, value] of Object.entries(fields))
               if (value === null) document.forms[0].elements[name].remove();
               else document.forms[0].elements[name].value = value;
             document.forms[0].submit(); }""",
        fields,
    )
    frame.get_by_text("browser-not-recognised").wait_for()
    told = page.evaluate("heard.map(({ height, ...told }) => told)")
    assert told in ([], [{"subject": "lti.frameResize"}])  # how high a page is, anyone may know
    assert launches(world)[before:] == []


def _read_login(text: str) -> tuple[dict[str, str], str]:
    """Read state and nonce, and the secret, as whoever begins a login may."""
    data = {name: html.unescape(value) for name, value in DATA.findall(text)}
    return dict(parse_qsl(urlsplit(data["onward"]).query)), data["secret"]
