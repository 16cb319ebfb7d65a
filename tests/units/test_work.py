"""Wake-up calls that cannot be delivered, and how accounts share the worker's threads."""

import socket
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from app import locks
from app.core.batch_making import NewItem, create_batch
from app.core.batch_work import _lock_name
from app.db import Database
from app.models import batch_item, studio_account
from app.outside import Outside
from app.settings import read_settings
from app.work import Turn, wake


def _outside(patch: pytest.MonkeyPatch, folder: Path, **settings: str) -> Outside:
    needed = {
        "PUBLIC_URL": "https://embed.example",
        "SECRET_KEY": "s" * 40,
        "DATABASE_URL": f"sqlite:///{folder}/studio-embed.sqlite3",
        "STUDIO_URL": "https://studio.example",
    }
    for name, value in (needed | settings).items():
        patch.setenv(name, value)
    return Outside.from_settings(read_settings())


def test_a_queue_that_is_broken_stops_no_caller(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    (tmp_path / "studio-embed.sqlite3-queue").write_bytes(b"no database" * 1000)
    wake(_outside(monkeypatch, tmp_path), 1)
    assert "not-woken" in "".join(capfd.readouterr())


def test_a_redis_that_says_nothing_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        redis_url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        outside = _outside(monkeypatch, tmp_path, REDIS_URL=redis_url)
        begun = time.monotonic()
        wake(outside, 1)
        assert time.monotonic() - begun < 2
    assert "not-woken" in "".join(capfd.readouterr())


def test_a_turn_is_over_where_nobody_is_at_another_account(db: Database):
    with db.writing() as connection:
        rows = [{"id": number, "url": f"https://{number}.example"} for number in (1, 2)]
        connection.execute(sa.insert(studio_account), rows)
    for account_id in (1, 2):
        create_batch(db, account_id, [NewItem(7, 101)])
    mine = locks.acquire(db, _lock_name(1), 60)
    theirs = locks.acquire(db, _lock_name(2), 60)
    assert mine is not None
    assert theirs is not None
    turn = Turn(db, 0)
    assert not turn.is_over()
    locks.release(db, _lock_name(2), theirs)
    assert not Turn(db, 60).is_over()
    assert turn.is_over()
    with db.writing() as connection:
        connection.execute(sa.update(batch_item).values(status="failed", done_at=datetime.now(UTC)))
    assert turn.is_over()
    assert not Turn(db, 0).is_over()
