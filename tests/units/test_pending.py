"""What a launch leaves for the next request: given once, unreadable to others, gone in time."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.core import pending
from app.crypto import Vault
from app.db import Database
from app.models import pending_launch

THREADS = 20
SOON = timedelta(minutes=2)
PAST = timedelta(seconds=-1)
VAULT = Vault(("a-secret-of-the-tests",))
TEXT = '{"name": "Zoë 👩\u200d🔬"}'


def rows(db: Database) -> list[Any]:
    with db.reading() as connection:
        return list(connection.execute(sa.select(pending_launch)))


def keep_expired(db: Database, count: int) -> None:
    earlier = datetime.now(UTC) + PAST
    old = [
        {"hash": f"old-{number}", "content": b"x", "expires_at": earlier} for number in range(count)
    ]
    with db.writing() as connection:
        connection.execute(sa.insert(pending_launch), old)


def at_once(do: Callable[[int], Any]) -> list[Any]:
    together = threading.Barrier(THREADS)

    def one(number: int) -> Any:
        together.wait()
        return do(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS)))


def test_what_is_kept_is_found_as_often_as_wanted_and_taken_once(db: Database):
    pending.keep(db, VAULT, "name", TEXT, SOON)
    pending.keep(db, VAULT, "other", "other text", SOON)
    found = [pending.find(db, VAULT, "name") for _ in range(2)]
    taken = [pending.take(db, VAULT, "name") for _ in range(2)]
    assert (found, taken) == ([TEXT, TEXT], [TEXT, None])
    assert pending.find(db, VAULT, "name") is None
    assert pending.take(db, VAULT, "other") == "other text"
    assert rows(db) == []


def test_a_name_that_nobody_was_given_finds_nothing_and_takes_nothing(db: Database):
    pending.keep(db, VAULT, "name", TEXT, SOON)
    (row,) = rows(db)
    for name in ("", "Name", "name ", "%", row.hash):
        assert (pending.find(db, VAULT, name), pending.take(db, VAULT, name)) == (None, None)
    assert pending.take(db, VAULT, "name") == TEXT


def test_of_twenty_who_take_at_once_one_gets_it(db: Database):
    pending.keep(db, VAULT, "name", TEXT, SOON)
    taken = at_once(lambda _: pending.take(db, VAULT, "name"))
    assert sorted(text or "" for text in taken) == [""] * (THREADS - 1) + [TEXT]


def test_what_is_over_is_neither_found_nor_taken(db: Database):
    pending.keep(db, VAULT, "name", TEXT, SOON)
    with db.writing() as connection:
        earlier = datetime.now(UTC) + PAST
        connection.execute(sa.update(pending_launch).values(expires_at=earlier))
    assert (pending.find(db, VAULT, "name"), pending.take(db, VAULT, "name")) == (None, None)


def test_its_time_is_as_long_as_was_said(db: Database):
    before = datetime.now(UTC)
    pending.keep(db, VAULT, "name", TEXT, SOON)
    (row,) = rows(db)
    assert before + SOON <= row.expires_at <= datetime.now(UTC) + SOON


def test_neither_the_name_nor_the_text_can_be_read_in_the_database(db: Database):
    pending.keep(db, VAULT, "a-name", "a text of a person", SOON)
    (row,) = rows(db)
    shown = repr(tuple(row)) + repr(bytes(row.content))
    assert [word for word in ("a-name", "text", "person") if word in shown] == []


def test_under_another_secret_key_nothing_is_given(db: Database):
    pending.keep(db, VAULT, "name", TEXT, SOON)
    assert pending.find(db, Vault(("another-secret",)), "name") is None
    assert pending.find(db, Vault(("another-secret", *VAULT.secret_keys)), "name") == TEXT


def test_what_is_over_is_removed_in_passing_a_few_at_a_time(db: Database):
    keep_expired(db, 60)
    for name in ("first", "second"):
        pending.keep(db, VAULT, name, TEXT, SOON)
    for left in (10, 0):
        with db.writing() as connection:
            pending.remove_over(connection, datetime.now(UTC), 50)
        assert len(rows(db)) == left + 2
    assert [pending.take(db, VAULT, name) for name in ("first", "second")] == [TEXT, TEXT]


def test_twenty_who_keep_at_once_do_not_get_in_each_others_way(db: Database):
    keep_expired(db, 2000)
    at_once(lambda number: pending.keep(db, VAULT, f"name-{number}", TEXT, SOON))
    taken = at_once(lambda number: pending.take(db, VAULT, f"name-{number}"))
    assert taken == [TEXT] * THREADS
