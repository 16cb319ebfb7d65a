"""When a token is refreshed, what becomes of it, and what a token endpoint that fails means."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app import locks
from app.crypto import Vault
from app.models import studio_account, studio_pace
from app.studio import errors
from app.studio.calls import _wait_until
from app.studio.oauth import TokenStore
from app.studio.pace import FAILURES_TO_OPEN, OPEN_FOR, Pace, list_circuits
from tests.client.reaching import FAST, KEYS, Reach


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


def _open_circuit(reach: Reach, at: datetime) -> None:
    pace = Pace(reach.db, reach.account_id, FAST)
    for _ in range(FAILURES_TO_OPEN):
        pace.note_failure(at)


def test_nothing_is_asked_while_the_circuit_is_open_not_even_for_a_token(reach: Reach):
    reach.client().ping()
    _open_circuit(reach, datetime.now(UTC))
    _let_it_end_in(reach, 0)
    before = len(reach.calls())
    with pytest.raises(errors.StudioHeldBackError):
        reach.client().patient().search()
    assert len(reach.calls()) == before


def test_who_tries_studio_out_may_refresh_its_token_and_go_on(reach: Reach):
    reach.client().ping()
    _open_circuit(reach, datetime.now(UTC) - OPEN_FOR)
    reach.tell("tokens", expire=True)
    assert len(reach.client().patient().search().items) == 20
    assert list_circuits(reach.db) == []


@pytest.mark.parametrize(
    ("how", "opens"), [({"status": 500}, True), ({"reset": True}, True), ({"status": 429}, False)]
)
def test_a_token_endpoint_that_fails_opens_the_circuit(
    reach: Reach, how: dict[str, Any], opens: bool
):
    reach.client().ping()
    _let_it_end_in(reach, 0)
    reach.fail("token", times=FAILURES_TO_OPEN, **how)
    for _ in range(FAILURES_TO_OPEN):
        with pytest.raises(errors.StudioTokenError):
            reach.client().ping()
    assert bool(list_circuits(reach.db)) == opens


def test_the_refresh_of_another_is_waited_for_until_the_deadline_and_is_no_failure(reach: Reach):
    reach.client().ping()
    _let_it_end_in(reach, 0)
    name = f"studio-tokens-{reach.account_id}"
    holder = locks.acquire(reach.db, name, 60)
    assert holder
    begun = time.monotonic()
    with pytest.raises(errors.StudioTokenError):
        reach.client().within(0.3).ping()
    assert time.monotonic() - begun < 2
    locks.release(reach.db, name, holder)
    with reach.db.reading() as connection:
        assert connection.execute(sa.select(studio_pace.c.failures)).scalar_one() == 0


def test_a_wait_ends_at_the_deadline_however_far_off_a_clock_set_back_makes_its_end():
    begun = time.monotonic()
    _wait_until(datetime.now(UTC) + timedelta(hours=1), begun + 0.1)
    assert 0.1 <= time.monotonic() - begun < 2
