"""A token is refreshed ahead of its end, and never takes the place of one that came meanwhile."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.crypto import Vault
from app.models import studio_account
from app.studio.oauth import TokenStore
from tests.client.reaching import KEYS, Reach


def _let_it_end_in(reach: Reach, seconds: int) -> None:
    _write(reach, access_expires_at=datetime.now(UTC) + timedelta(seconds=seconds))


def _write(reach: Reach, **columns: Any) -> None:
    with reach.db.writing() as connection:
        connection.execute(sa.update(studio_account).values(columns))


def _read(reach: Reach) -> Any:
    with reach.db.reading() as connection:
        return connection.execute(sa.select(studio_account)).one()


@pytest.mark.parametrize(("seconds", "refreshes"), [(40, 0), (20, 1), (-3600, 1)])
def test_a_token_that_is_about_to_end_is_refreshed_before_the_call(
    reach: Reach, seconds: int, refreshes: int
):
    reach.client().ping()
    before = len(reach.calls())
    _let_it_end_in(reach, seconds)
    reach.client().ping()
    assert [(call["operation"], call["status"]) for call in reach.calls()[before:]] == [
        *[("token", 200)] * refreshes,
        ("ping", 200),
    ]


@pytest.fixture
def restored(reach: Reach) -> Iterator[Reach]:
    """What can be reached, whose account has Studio's own tokens again afterwards."""
    yield reach
    token = reach.http.get(f"{reach.url}/_sandbox/tokens").json()["refresh_token"]
    kept = Vault(KEYS).encrypt(token)
    _write(reach, refresh_token=kept, access_token=None, disconnected_at=None)


@pytest.mark.parametrize("answer", [{}, {"status": 400}], ids=["kept", "refused"])
def test_a_refresh_changes_no_tokens_that_came_meanwhile(restored: Reach, answer: dict[str, Any]):
    vault = Vault(KEYS)
    store = TokenStore(restored.db, vault, restored.http, restored.account_id, restored.url)
    _let_it_end_in(restored, 0)
    restored.fail("token", hold=True, **answer)
    with ThreadPoolExecutor(1) as threads:
        asking = threads.submit(store.access_token)
        restored.http.get(f"{restored.url}/_sandbox/held?at_least=1")
        others = {"access_token": vault.encrypt("a"), "refresh_token": vault.encrypt("r")}
        _write(restored, **others, access_expires_at=None)
        restored.tell("release")
        assert asking.result() == "a"
    row = _read(restored)
    assert {name: getattr(row, name) for name in others} == others
    assert row.disconnected_at is None
