"""An admin of the LMS connects Studio from a course page, and nobody else does."""

from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from app.core import account_state, accounts
from app.models import studio_account, studio_connection
from tests.journeys.connecting import Admin, account_of, forget_tokens
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


def test_one_whose_tokens_studio_refused_is_connected_anew(world: World):
    refused = sa.update(studio_account).values(disconnected_at=sa.func.now())
    with world.database.writing() as connection:
        connection.execute(refused)
    assert BUTTON in open_course(world, "admin").text


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
