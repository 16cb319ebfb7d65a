"""An admin of the LMS connects Studio from a course page, and nobody else does."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from app.core import account_state, accounts
from app.models import studio_account, studio_connection
from tests.journeys.connecting import Admin, account_of, forget_tokens, make_link
from tests.journeys.course_pages import open_course
from tests.pages import read_code
from tests.world import World

MEDIA = 260854
BUTTON = "Connect Studio"
REFUSED = (403, "connect-not-offered")


@pytest.fixture(autouse=True)
def _disconnected(world: World) -> None:
    """Begin with a course that has a video, and an account that has no tokens."""
    assert world.launch(world.marked(MEDIA)).status_code == 302
    forget_tokens(world)


def _go(world: World, session: str) -> tuple[int, str]:
    answer = world.post("/lti/connect", data={"session": session})
    return answer.status_code, read_code(answer)


def test_an_admin_gets_to_a_link_that_connects(world: World):
    page = open_course(world, "admin")
    assert BUTTON in page.text
    sent = world.post("/lti/connect", data={"session": page.session})
    address = urlsplit(sent.headers["Location"])
    assert (sent.status_code, address.path) == (303, "/studio/connect")
    done = Admin(world).connect(parse_qs(address.query)["link"][0])
    assert (done.status_code, account_state.read_state(account_of(world))) == (200, "connected")

    assert BUTTON not in open_course(world, "admin").text
    assert _go(world, page.session) == REFUSED  # a page that was open all the while


def _update(world: World, **values: Any) -> None:
    account = studio_account.c.url == world.studio.settings.url
    with world.database.writing() as connection:
        connection.execute(sa.update(studio_account).where(account).values(values))


def test_one_whose_tokens_studio_refused_is_connected_anew(world: World):
    assert Admin(world).connect(make_link(world)).status_code == 200
    assert BUTTON not in open_course(world, "admin").text
    _update(world, disconnected_at=datetime.now(UTC))
    assert BUTTON in open_course(world, "admin").text


def test_one_that_never_had_tokens_is_connected(world: World):
    _update(world, disconnected_at=None)
    assert BUTTON in open_course(world, "admin").text


@pytest.mark.parametrize("secret", [None, b"sealed under another SECRET_KEY"])
def test_it_is_not_offered_where_it_cannot_work(world: World, secret: bytes | None):
    page = open_course(world, "admin")
    before = account_of(world).client_secret
    _update(world, client_secret=secret)
    try:
        assert BUTTON not in open_course(world, "admin").text
        assert _go(world, page.session) == (503, "studio-client")
    finally:
        _update(world, client_secret=before)


@pytest.mark.parametrize("person", ["instructor", "student"])
def test_nobody_else_is_offered_it_or_gets_there(world: World, person: str):
    page = open_course(world, person)
    assert BUTTON not in page.text
    assert _go(world, page.session) == REFUSED


def test_an_admin_of_another_lms_does_not_connect_this_one(world: World):
    home = world.lms.settings
    accounts.set_home(world.database, 1, "https://home.example", "1")
    try:
        page = open_course(world, "admin")
        refused = _go(world, page.session)
    finally:
        accounts.set_home(world.database, 1, home.url, home.client_id)
    assert (BUTTON in page.text, refused) == (False, REFUSED)


def test_without_a_session_nothing_is_begun(world: World):
    with world.database.writing() as connection:
        connection.execute(sa.delete(studio_connection))
    for session in ("", "forged"):
        assert _go(world, session) == (401, "page-expired")
    with world.database.reading() as connection:
        assert connection.execute(sa.select(studio_connection)).first() is None
