"""Keys are kept as hashes, found by themselves alone, and end at once."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from app.core import api_keys, returned
from app.core.api_keys import ApiKey
from app.core.embeds import EmbedKey
from app.db import Database
from app.errors import ApiError
from app.models import api_key, studio_account

NOBODYS = "se_0a1b2c3d_" + "0" * 64


@pytest.fixture
def account_id(db: Database) -> int:
    with db.writing() as connection:
        made = sa.insert(studio_account).values(url="https://studio.example")
        return int(connection.execute(made.returning(studio_account.c.id)).scalar_one())


def test_a_key_says_what_it_is_and_only_its_hash_is_kept(db: Database, account_id: int):
    made, key = api_keys.make_key(db, account_id, "cron", ["media:read", "embeds:read"])
    assert re.fullmatch(rf"se_{made.id}_[0-9a-f]{{64}}", key)
    assert (made.name, made.scopes) == ("cron", ("embeds:read", "media:read"))
    with db.reading() as connection:
        row = connection.execute(sa.select(api_key)).one()
    assert key.rpartition("_")[2] not in repr(row)


def test_a_key_is_found_by_the_whole_of_it(db: Database, account_id: int):
    made, key = api_keys.make_key(db, account_id, "cron", ["media:read"])
    assert api_keys.find_key(db, key) == made
    others = (key[:-1], f"{key}0", key.upper(), f"{key}\n", made.id, "", NOBODYS, "\ud800")
    assert [api_keys.find_key(db, other) for other in others] == [None] * len(others)


def test_a_revoked_key_is_not_found_and_stays_in_the_list(db: Database, account_id: int):
    made, key = api_keys.make_key(db, account_id, "cron", ["media:read"])
    ended = api_keys.revoke_key(db, made.id)
    assert ended.revoked_at is not None
    assert api_keys.find_key(db, key) is None
    assert api_keys.list_keys(db) == [ended]
    assert api_keys.revoke_key(db, made.id) == ended
    with pytest.raises(ApiError, match="There is no API key 00000000"):
        api_keys.revoke_key(db, "00000000")


def test_a_use_is_noted_once_a_minute(db: Database, account_id: int):
    made, key = api_keys.make_key(db, account_id, "cron", ["media:read"])
    api_keys.note_use(db, made)
    first = api_keys.find_key(db, key)
    assert first is not None
    assert first.last_used_at is not None
    assert datetime.now(UTC) - first.last_used_at < timedelta(seconds=30)
    api_keys.note_use(db, first)
    assert api_keys.find_key(db, key) == first
    earlier = first.last_used_at - timedelta(minutes=2)
    with db.writing() as connection:
        connection.execute(sa.update(api_key).values(last_used_at=earlier))
    again = api_keys.find_key(db, key)
    assert again is not None
    api_keys.note_use(db, again)
    last = api_keys.find_key(db, key)
    assert last is not None
    assert last.last_used_at is not None
    assert last.last_used_at >= first.last_used_at


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.dispose()


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[tuple[Database, ApiKey, str]]:
    """A database that nobody may write to any more, and a key that is in it."""
    path = tmp_path / "service.sqlite3"
    with _opened(f"sqlite:///{path}") as before:
        before.upgrade()
        with before.writing() as connection:
            made = sa.insert(studio_account).values(id=1, url="https://studio.example")
            connection.execute(made)
        made_key = api_keys.make_key(before, 1, "cron", ["media:read"])
    with _opened(f"sqlite:///file:{path}?mode=ro&uri=true") as after:
        yield after, *made_key


def test_a_key_is_good_where_its_use_cannot_be_noted_and_the_log_says_so_once_a_minute(
    read_only: tuple[Database, ApiKey, str],
):
    db, made, key = read_only
    with pytest.raises(OperationalError):
        api_keys.note_use(db, made)
    uses = api_keys.Uses(db)
    with capture_logs() as logged:
        for now in (0.0, 59.0, 60.0):
            uses.note(made, now)
    assert api_keys.find_key(db, key) == made
    told = [(line["event"], line["key_id"], line["why"]) for line in logged]
    assert told == [("key-use-not-noted", made.id, "attempt to write a readonly database")] * 2


def test_a_use_is_noted_again_once_the_database_can_be_written_to(db: Database, account_id: int):
    made, key = api_keys.make_key(db, account_id, "cron", ["media:read"])
    with db.writing() as connection:
        connection.execute(sa.text("ALTER TABLE api_key RENAME TO elsewhere"))
    uses = api_keys.Uses(db)
    uses.note(made, 0.0)
    with db.writing() as connection:
        connection.execute(sa.text("ALTER TABLE elsewhere RENAME TO api_key"))
    for now, noted in ((59.0, False), (60.0, True)):
        uses.note(made, now)
        found = api_keys.find_key(db, key)
        assert found is not None
        assert (found.last_used_at is not None) == noted


def test_what_was_returned_counts_for_every_course_and_for_nothing_else(
    db: Database, account_id: int
):
    key = EmbedKey(account_id, 5, 101, "embed", downloadable=False)
    returned.note_returned(db, key)
    returned.note_returned(db, key)
    same = EmbedKey(account_id, 5, 999, "embed", downloadable=False)
    others = (
        EmbedKey(account_id + 1, 5, 101, "embed", downloadable=False),
        EmbedKey(account_id, 6, 101, "embed", downloadable=False),
        EmbedKey(account_id, 5, 101, "bare_embed", downloadable=False),
        EmbedKey(account_id, 5, 101, "embed", downloadable=True),
    )
    assert returned.was_returned(db, same)
    assert [returned.was_returned(db, other) for other in others] == [False] * 4
