"""Databases for tests that need one: on SQLite and on PostgreSQL."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from app.db import Database
from app.models import metadata, revision
from tests import world

KINDS = ["sqlite", "postgresql"]


def _make(kind: str, paths: pytest.TempPathFactory) -> Iterator[Database]:
    with world.database(kind, paths.mktemp("database")) as url:
        made = Database(url.replace("postgresql://", "postgresql+psycopg://"))
        yield made
        made.dispose()


@pytest.fixture(params=KINDS)
def empty_db(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A database with nothing in it."""
    yield from _make(request.param, tmp_path_factory)


@pytest.fixture(scope="module", params=KINDS)
def _upgraded_db(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    for made in _make(request.param, tmp_path_factory):
        made.upgrade()
        yield made


@pytest.fixture
def db(_upgraded_db: Database) -> Database:
    """A database with every table, and no row in them but the number of changes."""
    with _upgraded_db.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            if table is not revision:
                connection.execute(sa.delete(table))
    return _upgraded_db
