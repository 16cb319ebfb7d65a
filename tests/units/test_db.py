"""The database: transactions, and a schema that is what the models say."""

import gc
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import OperationalError

from app.db import Database
from app.errors import StartError
from app.models import lock, metadata, used_nonce
from tests.world import ROOT, bare_environment

ROW = {"holder": "h", "expires_at": datetime(2026, 1, 1, tzinfo=UTC)}


def _names(db: Database) -> list[str]:
    with db.reading() as connection:
        return list(connection.execute(sa.select(lock.c.name).order_by(lock.c.name)).scalars())


def test_what_is_written_stays_and_what_fails_is_as_if_it_never_was(db: Database):
    with db.writing() as connection:
        connection.execute(sa.insert(lock).values(name="kept", **ROW))
    with pytest.raises(ZeroDivisionError), db.writing() as connection:
        connection.execute(sa.insert(lock).values(name="lost", **ROW))
        raise ZeroDivisionError
    assert _names(db) == ["kept"]


def test_after_a_failure_the_same_connection_writes_again(db: Database):
    for _ in range(40):
        with pytest.raises(ZeroDivisionError), db.writing():
            raise ZeroDivisionError
    with db.writing() as connection:
        connection.execute(sa.insert(lock).values(name="kept", **ROW))
    assert _names(db) == ["kept"]


def test_the_models_are_the_migrated_schema(db: Database):
    with db.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_schema_that_differs_would_be_seen(empty_db: Database):
    empty_db.upgrade()
    with empty_db.writing() as connection:
        connection.execute(sa.text("DROP TABLE mark_key"))
    with empty_db.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) != []


def test_an_upgrade_can_be_run_again_and_loses_nothing(db: Database):
    with db.writing() as connection:
        connection.execute(sa.insert(lock).values(name="kept", **ROW))
    db.upgrade()
    assert (db.is_current(), _names(db)) == (True, ["kept"])


def test_two_processes_that_upgrade_at_once_both_succeed(empty_db: Database):
    url = empty_db.url.render_as_string(hide_password=False)
    code = "import sys; from app.db import Database; Database(sys.argv[1]).upgrade()"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, url],
            cwd=ROOT,
            env=bare_environment(),
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    ended = [(process.communicate()[1], process.returncode) for process in started]
    assert [status for _, status in ended] == [0, 0, 0], ended
    assert empty_db.is_current()


def test_only_sqlite_is_upgraded_where_a_start_finds_it_out_of_date(empty_db: Database):
    if empty_db.is_sqlite:
        empty_db.prepare()
        assert empty_db.is_current()
    else:
        with pytest.raises(StartError, match=r"out of date: run `flask db upgrade`\."):
            empty_db.prepare()


def test_times_come_back_as_they_were_in_utc(db: Database):
    elsewhere = datetime(2026, 7, 1, 12, 0, tzinfo=timezone(timedelta(hours=5)))
    with db.writing() as connection:
        connection.execute(sa.insert(lock).values(name="kept", holder="h", expires_at=elsewhere))
    with db.reading() as connection:
        found = connection.execute(sa.select(lock.c.expires_at)).scalar_one()
    assert found == elsewhere
    assert found.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_refused(db: Database):
    naive = datetime(2026, 7, 1)  # noqa: DTZ001 (that is the point)
    insert = sa.insert(lock).values(name="x", holder="h", expires_at=naive)
    with (
        pytest.raises(sa.exc.StatementError, match="a time without a zone"),
        db.writing() as connection,
    ):
        connection.execute(insert)


def test_a_reader_is_not_held_up_by_a_writer(db: Database):
    with db.writing() as connection:
        connection.execute(sa.insert(lock).values(name="not yet", **ROW))
        assert _names(db) == []
    assert _names(db) == ["not yet"]


def test_an_url_that_cannot_be_read_is_told_without_its_password():
    with pytest.raises(StartError) as caught:
        Database("postgresql+psycopg://u:pass-word@host:port/db")
    assert "DATABASE_URL" in str(caught.value)
    assert "pass-word" not in str(caught.value)


def test_one_statement_that_writes_gives_its_value_or_none(db: Database):
    insert = "INSERT INTO used_nonce (nonce) VALUES (:nonce) ON CONFLICT DO NOTHING RETURNING 7"
    assert db.write_one(insert, nonce=b"one") == 7
    assert db.write_one(insert, nonce=b"one") is None
    with db.reading() as connection:
        kept = connection.execute(sa.select(used_nonce.c.nonce)).scalars().all()
    assert [bytes(nonce) for nonce in kept] == [b"one"]


def test_a_database_that_is_away_is_told_as_such_by_the_one_statement_too(tmp_path: Path):
    away = Database(f"sqlite:///{tmp_path / 'nowhere' / 'x.sqlite3'}")
    with pytest.raises(OperationalError):
        away.write_one("INSERT INTO used_nonce (nonce) VALUES (:nonce)", nonce=b"one")


def test_a_connection_of_a_thread_goes_with_it(tmp_path: Path):
    made = Database(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    made.upgrade()

    def write(number: int) -> None:
        made.write_one("INSERT INTO used_nonce (nonce) VALUES (:nonce)", nonce=bytes([number]))

    for number in range(50):
        thread = threading.Thread(target=write, args=(number,))
        thread.start()
        thread.join()
    gc.collect()
    assert len(made._owned) < 5
    made.dispose()
