"""An older database keeps what it holds when it is brought up to date."""

import sqlalchemy as sa
from alembic import command

from app.core import platforms
from app.core.platforms import Registration
from app.db import Database
from app.migrating import alembic_config
from app.models import course, deployment, platform, studio_account

THEN = "'2026-11-24 00:00:00+00'"
ROWS = (
    f"INSERT INTO platform VALUES (1, 'i', 'first', 'a', NULL, NULL, 'k', false, {THEN})",
    f"INSERT INTO platform VALUES (5, 'i', 'second', 'a', NULL, NULL, 'k', true, {THEN})",
    f"INSERT INTO deployment VALUES (1, 'd', NULL), (5, 'e', {THEN})",
    f"INSERT INTO course VALUES (5, 'context', 7, 'admin', {THEN})",
    "INSERT INTO studio_account (id, url, home_issuer) VALUES"
    " (1, 'known', 'i'), (2, 'new', NULL), (3, 'lost', 'gone')",
)


def _upgrade_from_the_first(db: Database) -> None:
    with db.writing() as connection:
        command.upgrade(alembic_config(connection), "0001")
    with db.writing() as connection:
        for row in ROWS:
            connection.execute(sa.text(row))
    db.upgrade()


def test_platforms_with_their_deployments_and_courses_stay(empty_db: Database):
    _upgrade_from_the_first(empty_db)
    with empty_db.reading() as connection:
        found = [
            connection.execute(sa.select(*columns)).all()
            for columns in (
                (platform.c.id, platform.c.client_id),
                (deployment.c.platform_id, deployment.c.deployment_id),
                (course.c.platform_id, course.c.course_id),
            )
        ]
    assert found == [[(1, "first"), (5, "second")], [(1, "d"), (5, "e")], [(5, 7)]]


def test_of_a_whole_issuer_at_home_the_platform_that_came_first_remains(empty_db: Database):
    _upgrade_from_the_first(empty_db)
    columns = (studio_account.c.url, studio_account.c.home_issuer, studio_account.c.home_client_id)
    with empty_db.reading() as connection:
        found = connection.execute(sa.select(*columns).order_by(studio_account.c.id)).all()
    assert found == [("known", "i", "first"), ("new", None, None), ("lost", "gone", "")]


def test_the_number_of_a_platform_is_never_used_again(db: Database):
    def add(client_id: str) -> int:
        registration = Registration(client_id=client_id, auth_login_url="a", key_set_url="k")
        with db.writing() as connection:
            return platforms.save_platform(connection, "https://lms.example", registration)

    first, last = add("first"), add("last")
    platforms.remove_platform(db, last)
    assert add("another") > last > first
