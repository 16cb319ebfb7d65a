"""Locks, claims, nonces, pending launches and refreshes over many processes at once."""

import itertools
import multiprocessing
import multiprocessing.synchronize
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app import locks
from app.core import embeds, pending
from app.core.carried import LTI
from app.core.embeds import EmbedKey
from app.core.memory import Memory
from app.core.platforms import Platform
from app.crypto import Vault
from app.db import Database
from app.errors import LaunchError
from app.http import make_session
from app.lti import once
from app.lti.claims import RESOURCE_LINK_REQUEST, read_launch
from app.lti.state import State
from app.models import studio_account
from app.studio.client import StudioClient
from app.studio.oauth import TokenStore
from tests import world as worlds
from tests.world import World

PROCESSES = 8
ROUNDS = 10
KEYS = ("a-secret-of-the-tests-that-protects-nothing",)

_begin: Any = None


def _keep_barrier(barrier: multiprocessing.synchronize.Barrier) -> None:
    globals()["_begin"] = barrier


def _in_process(job: tuple[Callable[[Database], Any], str]) -> Any:
    """Run a job on a database of this process's own, when all processes are there."""
    do, url = job
    db = Database(url)
    try:
        db.ping()
        _begin.wait(30)
        return do(db)
    finally:
        db.dispose()


@pytest.fixture(scope="module")
def processes() -> Iterator[Any]:
    context = multiprocessing.get_context("spawn")
    with context.Pool(PROCESSES, _keep_barrier, (context.Barrier(PROCESSES),)) as pool:
        yield pool


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("processes")
    with worlds.world(folder, request.param, workers=1) as built:
        yield built


@pytest.fixture
def at_once(processes: Any, world: World) -> Callable[[Callable[[Database], Any]], list[Any]]:
    """Do something in every process at once; gives what each came to."""
    url = world.environment["DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:")
    return lambda do: processes.map(_in_process, [(do, url)] * PROCESSES, chunksize=1)


def _acquire(db: Database) -> list[bool]:
    return [locks.acquire(db, f"lock-{number}", 60) is not None for number in range(ROUNDS)]


def test_of_all_processes_one_takes_a_lock(at_once: Any):
    taken = at_once(_acquire)
    assert [sum(round_) for round_ in zip(*taken, strict=True)] == [1] * ROUNDS


def _hold_in_turn(db: Database) -> list[tuple[float, float]]:
    """Hold one lock again and again; gives when it was held."""
    held = []

    def hold() -> bool:
        began = time.monotonic()
        db.ping()
        held.append((began, time.monotonic()))
        return True

    for _ in range(ROUNDS):
        locks.one_for_all(db, "turn", lambda: None, hold, lease_seconds=30, wait_seconds=30)
    return held


def test_no_two_processes_hold_a_lock_at_the_same_time(at_once: Any):
    spans = sorted(span for held in at_once(_hold_in_turn) for span in held)
    assert len(spans) == PROCESSES * ROUNDS
    assert [(one, other) for one, other in itertools.pairwise(spans) if one[1] > other[0]] == []


def _use_up(db: Database) -> list[bool]:
    platform = Platform(1, "https://lms.example", "c", "", None, None, "", any_deployment=False)
    claims = {"sub": "s", f"{LTI}roles": [], f"{LTI}version": "1.3.0"}
    claims |= {f"{LTI}message_type": RESOURCE_LINK_REQUEST, f"{LTI}resource_link": {"id": "r"}}
    launch = read_launch(platform, claims, "d")
    found = []
    for number in range(ROUNDS):
        try:
            once.use_up(Memory(db), launch, State("", 1, f"nonce{number:03}", "", False, None))
        except LaunchError:
            found.append(False)
        else:
            found.append(True)
    return found


def test_of_all_processes_one_uses_a_nonce_up(at_once: Any):
    used = at_once(_use_up)
    assert [sum(round_) for round_ in zip(*used, strict=True)] == [1] * ROUNDS


def _take(db: Database) -> list[str | None]:
    return [pending.take(db, Vault(KEYS), f"hint-{number}") for number in range(ROUNDS)]


def test_of_all_processes_one_takes_a_pending_launch(at_once: Any, world: World):
    url = world.environment["DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:")
    db = Database(url)
    for number in range(ROUNDS):
        pending.keep(db, Vault(KEYS), f"hint-{number}", f"who {number}", timedelta(minutes=1))
    db.dispose()
    given = [Counter(round_) for round_ in zip(*at_once(_take), strict=True)]
    assert given == [Counter({None: PROCESSES - 1, f"who {n}": 1}) for n in range(ROUNDS)]


def _studio(db: Database) -> StudioClient:
    with db.reading() as connection:
        account = connection.execute(sa.select(studio_account)).one()
    session = make_session(allow_private=True)
    tokens = TokenStore(db, Vault(KEYS), session, account.id, account.url)
    return StudioClient(account.url, session, tokens)


def _call(db: Database) -> int:
    return len([_studio(db).get_media(260854) for _ in range(12)])


def test_an_expired_token_is_refreshed_once_and_the_account_lives(at_once: Any, world: World):
    assert world.launch(world.marked(260854)).status_code == 302
    before = len(world.calls("token"))
    world.tell_studio("tokens", expire=True)
    assert at_once(_call) == [12] * PROCESSES
    assert len(world.calls("token")) - before == 1
    assert world.launch(world.marked(260861)).status_code == 302


def _claim(db: Database) -> str:
    key = EmbedKey(1, 262590, 4711, "embed", downloadable=False)
    found = embeds.ensure_embed(
        db,
        _studio(db),
        key,
        lambda _: None,
        made_by="launch",
        since=datetime.now(UTC),
        wait_seconds=30,
    )
    return found.launch_url


def test_all_processes_get_the_one_embed_that_one_of_them_makes(at_once: Any, world: World):
    before = len(world.calls("create_embed"))
    assert len(set(at_once(_claim))) == 1
    assert len(world.calls("create_embed")) - before == 1
