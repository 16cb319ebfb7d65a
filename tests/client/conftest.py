"""A small Studio for each module, and none of the trouble that the test before made there."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from app.models import studio_pace
from tests.client.reaching import Reach, reached


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reach]:
    with reached("sqlite", tmp_path_factory.mktemp("client")) as made:
        yield made


@pytest.fixture
def reach(built: Reach) -> Reach:
    """What can be reached, rested and without faults."""
    built.tell("throttle")
    built.tell("release")
    built.tell("caller", email="ada.admin@sandbox.test")
    with built.db.writing() as connection:
        connection.execute(sa.delete(studio_pace))
    return built
