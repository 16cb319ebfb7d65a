"""A launch works once, and what is over is removed, whatever else goes wrong."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.core import platforms
from app.core.carried import LTI
from app.core.memory import Memory
from app.core.platforms import Registration
from app.db import Database
from app.errors import LaunchError
from app.lti import once, state
from app.lti.claims import RESOURCE_LINK_REQUEST, Launch, read_launch
from app.lti.state import State
from app.models import deployment, used_nonce

ISSUER = "https://lms.example"


def launch(db: Database, *, any_deployment: bool = True) -> Launch:
    """A launch of a platform that is registered."""
    fields = {"client_id": "1", "auth_login_url": f"{ISSUER}/a", "key_set_url": f"{ISSUER}/k"}
    deployments = None if any_deployment else ["d"]
    registration = Registration(**fields, deployment_ids=deployments)
    platforms.import_platforms(db, [(ISSUER, registration)])
    claims = {"sub": "s", f"{LTI}roles": [], f"{LTI}version": "1.3.0"}
    claims |= {f"{LTI}message_type": RESOURCE_LINK_REQUEST, f"{LTI}resource_link": {"id": "r"}}
    return read_launch(platforms.get_platform(db, ISSUER, "1"), claims, "d")


def begun() -> State:
    return state.begin(1, by_page=False, storage_target=None)[0]


def kept(db: Database) -> int:
    with db.reading() as connection:
        query = sa.select(sa.func.count()).select_from(used_nonce)
        return connection.execute(query).scalar_one()


def used_at(db: Database, then: datetime, count: int) -> None:
    """Use nonces up as logins of that time had them."""
    start = state.nonces_since(then.timestamp())
    rows = [{"nonce": start + number.to_bytes(20, "big")} for number in range(count)]
    with db.writing() as connection:
        connection.execute(sa.insert(used_nonce), rows)


def test_a_login_is_used_up_once(db: Database):
    message, login = launch(db), begun()
    assert not once.is_used(db, login)
    once.use_up(Memory(db), message, login)
    assert once.is_used(db, login)
    with pytest.raises(LaunchError) as refused:
        once.use_up(Memory(db), message, login)
    assert refused.value.slug == "launch-expired"
    once.use_up(Memory(db), message, begun())


def test_nonces_of_later_logins_sort_later():
    first = state.nonces_since(1_700_000_000)
    assert first < state.nonces_since(1_700_000_001) < state.nonces_since(5_000_000_000)
    now = begun()
    assert state.nonces_since(time.time() - 1) < now.nonce_bytes < state.nonces_since(2**33)
    assert len(now.nonce_bytes) == 25


def test_nonces_are_removed_once_no_state_can_bring_them_back_and_not_before(db: Database):
    now = datetime.now(UTC)
    old = timedelta(seconds=once.KEPT_SECONDS + 5)
    used_at(db, now - old, once.SWEPT_AT_ONCE + 10)
    used_at(db, now - timedelta(seconds=state.LIFETIME_SECONDS + 60), 3)
    once.sweep(db, now)
    assert kept(db) == 13
    once.sweep(db, now)
    assert kept(db) == 3


def test_a_deployment_is_recorded_once_where_any_is_accepted(db: Database):
    message, memory = launch(db), Memory(db)
    for _ in range(3):
        once.use_up(memory, message, begun())
    with db.reading() as connection:
        assert connection.execute(sa.select(deployment.c.deployment_id)).scalars().all() == ["d"]


def test_a_platform_that_is_removed_in_between_is_not_registered(db: Database):
    message = launch(db)
    platforms.remove_platform(db, message.platform.id)
    with pytest.raises(LaunchError) as refused:
        once.use_up(Memory(db), message, begun())
    assert refused.value.slug == "platform-not-registered"
