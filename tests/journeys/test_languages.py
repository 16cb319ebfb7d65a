"""Pages in the language of their reader: the launch's, else the browser's, else English."""

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from app import locks, texts
from app.core import accounts
from app.core.embeds import EmbedKey
from app.models import embed
from app.texts import say
from sandbox.lms.messages import LTI
from tests.journeys.connecting import Admin, make_link
from tests.pages import read_code
from tests.world import World, run_flask

MEDIA = 260854
NOT_READY = {
    "en": "This video is not ready in this course yet.",
    "de": "Dieses Video ist in diesem Kurs noch nicht bereit.",
    "es": "Este video aún no está listo en este curso.",
}
WHY = {
    "en": "Studio cannot put this video into this course.",
    "de": "Studio kann dieses Video nicht in diesen Kurs einfügen.",
    "es": "Studio no puede poner este video en este curso.",
}
HINT = "Please ask the owner of the video in Studio to share it."


def heading(answer: requests.Response) -> str:
    return unescape(answer.text.partition("<h1>")[2].partition("</h1>")[0])


def speaking(locale: Any) -> Any:
    """What makes a launch say a locale."""
    return lambda claims: claims[f"{LTI}/launch_presentation"].update(locale=locale)


@pytest.mark.parametrize(
    ("locale", "accepted", "language"),
    [
        ("de-AT", "es", "de"),
        ("es_419", "de", "es"),
        ("en-GB", "de", "en"),
        ("pt-BR", "fr, es-MX;q=0.5, de;q=0.4", "es"),
        (None, "de", "de"),
        (["de"], "en", "en"),
        ("d" * 5000, "xx", "en"),
    ],
)
def test_a_launch_is_answered_in_its_language_else_in_the_browsers(
    world: World, locale: Any, accepted: str, language: str
):
    with world.reading("en", "en"):
        login = world.login()
    claims = world.claims(login.nonce, {"media_id": str(MEDIA)}, course_id=103)
    speaking(locale)(claims)
    with world.reading(accepted, language):
        answer = world.send(login, claims)
    assert (answer.status_code, read_code(answer)) == (403, "not-embedded-yet")
    assert heading(answer) == NOT_READY[language]


@pytest.mark.parametrize(
    ("language", "title", "step"),
    [
        ("en", "Almost there", "Open in a new window"),
        ("de", "Gleich geht es weiter", "In neuem Fenster öffnen"),
        ("es", "Ya casi está", "Abrir en una ventana nueva"),
    ],
)
def test_before_the_launch_a_page_speaks_the_browsers_language(
    world: World, language: str, title: str, step: str
):
    settings = world.lms.settings
    asked = {"iss": settings.url, "login_hint": "x", "client_id": settings.client_id}
    with world.reading(f"{language}-ZZ", language):
        answer = world.post("/lti/login", data=asked, headers={"Sec-Fetch-Dest": "iframe"})
    assert (answer.status_code, heading(answer)) == (200, title)
    assert f">{step}</a>" in answer.text
    assert f"<title>{title} · Studio Embed</title>" in answer.text


def test_an_error_keeps_its_code_in_every_language(world: World):
    with world.reading("de", "de"):
        lost, refused = world.get("/nowhere"), world.get("/lti/launch")
    assert (lost.status_code, read_code(lost), heading(lost)) == (
        404,
        "not-found",
        "Diese Seite gibt es nicht.",
    )
    assert (refused.status_code, read_code(refused)) == (405, "method-not-allowed")
    assert ", Referenz <code" in lost.text


@pytest.mark.parametrize("language", ["en", "de", "es"])
@pytest.mark.parametrize("kept", ["in parts", "as it was once"])
def test_whoever_waited_reads_of_anothers_failure_in_their_own_language(
    world: World, language: str, kept: str
):
    title, hint = say(WHY["en"]), say(HINT)
    parts = kept == "in parts"
    failure = {
        "slug": "studio-forbidden",
        "status": 403,
        "title": texts.to_json(title) if parts else str(title),
        "hint": texts.to_json(hint) if parts else str(hint),
        "retry_after_seconds": None,
        "log": "create_embed: Studio answered 403",
    }
    course_id = world.lms.copy_course(103).id
    now = datetime.now(UTC)
    row = {
        **vars(key_in(world, course_id)),
        "created_at": now,
        "uncertain": False,
        "failure": json.dumps(failure),
        "failed_at": now + timedelta(seconds=50),  # after whoever launches now began to wait
    }
    with world.database.writing() as connection:
        connection.execute(sa.insert(embed).values(row))
    with world.reading("fr", language):
        answer = launch_in(world, language, course_id)
    assert (answer.status_code, read_code(answer)) == (403, "studio-forbidden")
    assert heading(answer) == WHY[language]


def test_a_page_that_waits_goes_on_in_the_language_of_its_launch(world: World):
    course_id = world.lms.copy_course(103).id
    name = key_in(world, course_id).lock_name
    holder = locks.acquire(world.database, name, 60)
    assert holder is not None
    with world.reading("es", "de"):
        first = launch_in(world, "de", course_id)
        (path,) = re.findall(r'<a href="([^"]+)">Jetzt nachsehen</a>', first.text)
        second = world.get(unescape(path))
    locks.release(world.database, name, holder)
    assert (heading(first), heading(second)) == ("Einen Moment", "Einen Moment")


def key_in(world: World, course_id: int) -> EmbedKey:
    account = accounts.find_account_at(world.database, world.studio.settings.url)
    assert account is not None
    return EmbedKey(account.id, MEDIA, course_id, "embed", False)


def launch_in(world: World, language: str, course_id: int) -> requests.Response:
    """Launch a link of ours, as an LMS in this language does."""
    login = world.login()
    claims = world.claims(login.nonce, world.marked(MEDIA), course_id=course_id)
    speaking(language)(claims)
    return world.send(login, claims)


def test_an_admins_pages_speak_their_language_with_commands_as_they_are(world: World):
    with world.reading("de-CH", "de"):
        home = world.get("/")
        link = make_link(world)
        asked = Admin(world).open(link)
        connected = Admin(world).connect(link)
    url = world.studio.settings.url
    assert "Dieser Dienst bringt Videos aus Canvas Studio auf die Seiten Ihrer Kurse." in home.text
    assert "<code>flask api-keys create</code>" in home.text
    assert (
        "Wenn Sie das nicht in Ihrem LMS oder mit <code>flask studio connect</code> angefordert"
        in asked.text
    )
    assert f"Ein erster Versuch war erfolgreich: {url} antwortet und nimmt" in connected.text


def test_the_apis_pages_and_problems_are_english_whoever_reads(world: World):
    with world.reading("de", "en"):
        pages = [world.get(path) for path in ("/api/docs", "/problems/key-missing", "/problems/x")]
        problem = world.get("/api/v1/media/1")
    assert [page.status_code for page in pages] == [200, 200, 404]
    assert problem.json()["detail"] == "The request has no API key."


def test_commands_are_english_in_every_environment(world: World):
    environment = world.environment | {"LANG": "de_DE.UTF-8", "LANGUAGE": "de"}
    done = run_flask(environment, "embeds", "show", "999", check=False)
    assert done.stderr == (
        "Error: There is no embed 999. `flask embeds list` shows those that are there.\n"
    )
