"""A world for each module, on each database; its Studio may be called as often as a test likes."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from app.models import studio_pace
from tests import world as worlds
from tests.api.calling import ADMIN, Api, make_api
from tests.world import World

OFTEN = {"STUDIO_CALLS_PER_SECOND": "1000", "API_CALLS_PER_MINUTE": "100000"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    with worlds.world(folder, request.param, **OFTEN) as built:
        yield built


@pytest.fixture(scope="module")
def key_to_all(world: World) -> Api:
    return make_api(world)


@pytest.fixture
def api(world: World, key_to_all: Api) -> Api:
    """The API with a key for everything, and a Studio without the last test's trouble."""
    world.tell_studio("caller", email=ADMIN)
    with world.database.writing() as connection:
        connection.execute(sa.delete(studio_pace))
    return key_to_all
