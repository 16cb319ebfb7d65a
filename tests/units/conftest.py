"""A migrated database for tests that need one: on SQLite and on PostgreSQL."""

from collections.abc import Iterator

import pytest

from app.db import Database
from tests.world import database


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_db(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A database with nothing in it."""
    with database(request.param, tmp_path_factory.mktemp("database")) as url:
        made = Database(url.replace("postgresql://", "postgresql+psycopg://"))
        yield made
        made.dispose()


@pytest.fixture
def db(empty_db: Database) -> Database:
    """A database with every table."""
    empty_db.upgrade()
    return empty_db
