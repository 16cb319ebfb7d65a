"""Keys are kept as hashes, found by themselves alone, and end at once."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.core import api_keys, returned
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
