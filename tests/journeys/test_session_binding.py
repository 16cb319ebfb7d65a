"""A page is over as soon as an admin changes what it belongs to: LMS, Studio account, course."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from app.core import accounts, courses, platforms
from app.db import Database
from app.models import studio_account
from tests import world as worlds
from tests.journeys.course_pages import open_course
from tests.journeys.picking import deep_link
from tests.pages import read_code
from tests.world import World

Change = Callable[[Database, int, str], None]
OVERTAKEN = "Since this page was opened, an admin changed how your course is set up here."


@pytest.fixture(params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A world of its own for each test: its platform does not stay as it is."""
    with worlds.world(tmp_path_factory.mktemp("binding"), request.param, workers=1) as built:
        yield built


def _remove_platform(database: Database, platform_id: int, _context_id: str) -> None:
    platforms.remove_platform(database, platform_id)


def _bind_elsewhere(database: Database, platform_id: int, _context_id: str) -> None:
    with database.writing() as connection:
        other = sa.insert(studio_account).values(url="https://other.example")
        account_id = connection.execute(other.returning(studio_account.c.id)).scalar_one()
    accounts.bind_platform(database, platform_id, account_id)


def _link_elsewhere(database: Database, platform_id: int, context_id: str) -> None:
    courses.link_course(database, platform_id, context_id, 777)


def _link_as_it_is(database: Database, platform_id: int, context_id: str) -> None:
    courses.link_course(database, platform_id, context_id, 101)


@pytest.mark.parametrize("change", [_remove_platform, _bind_elsewhere, _link_elsewhere])
def test_what_an_admin_changed_ends_the_pages_that_were_open(world: World, change: Change):
    sessions = [open_course(world, "instructor").session, deep_link(world).field("session")]
    _change(world, change)
    for session in sessions:
        for path in ("/lti/course", "/lti/picker", "/lti/picker/insert", "/lti/picker/cancel"):
            answer = world.post(path, data={"session": session})
            assert (answer.status_code, read_code(answer)) == (401, "page-expired")
            assert OVERTAKEN in answer.text


def test_what_stays_as_it_is_ends_no_page(world: World):
    page = open_course(world, "instructor")
    _change(world, _link_as_it_is)
    assert world.post("/lti/course", data={"session": page.session}).status_code == 200


def _change(world: World, change: Change) -> None:
    platform = platforms.get_platform(world.database, world.lms.settings.url, None)
    change(world.database, platform.id, world.lms.find_course(101).context_id)
    world.flask("platforms", "list")  # takes longer than anybody looks away
