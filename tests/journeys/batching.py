"""What the tests of batches share: batches that are begun, and waited for."""

import dataclasses
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from app.core import batch_making, batches
from app.core.batch_making import NewItem
from app.core.batches import Batch, Item
from app.models import batch as batch_table
from app.models import batch_item, lock
from tests.servers import free_port
from tests.world import ROOT, World, gunicorn

ACCOUNT = 1
MEDIA = 260854
SECONDS = 90
PAUSE = threading.Event()


def begin(world: World, items: Iterable[NewItem]) -> Batch:
    made, _ = batch_making.create_batch(world.database, ACCOUNT, items)
    return made


def wanted(courses: Iterable[int], *, title: str | None = "A title") -> list[NewItem]:
    return [NewItem(MEDIA, course_id, title=title) for course_id in courses]


def look(world: World, batch: Batch) -> Batch:
    return batches.get_batch(world.database, ACCOUNT, batch.id)


def items(world: World, batch: Batch) -> list[Item]:
    return list(batches.list_items(world.database, batch))


def wait_for(
    world: World, batch: Batch, is_so: Callable[[Batch], bool], seconds: float = SECONDS
) -> Batch:
    """The batch as soon as it is so."""
    give_up = time.monotonic() + seconds
    while not is_so(found := look(world, batch)):
        assert time.monotonic() < give_up, (found, world.logs()[-3000:])
        PAUSE.wait(0.1)
    return found


def wait_until_done(world: World, batch: Batch, seconds: float = SECONDS) -> Batch:
    return wait_for(world, batch, lambda found: found.status == "done", seconds)


def hurry(world: World, batch: Batch) -> None:
    """Let all that waits in a batch, and the batch itself, be due now."""
    now = datetime.now(UTC)
    with world.database.writing() as connection:
        mine = batch_item.c.batch_id == batch.id
        connection.execute(sa.update(batch_item).where(mine).values(due_at=now))
    with world.database.writing() as connection:
        connection.execute(sa.update(batch_table).values(resumes_at=now))


@contextmanager
def served(world: World, workers: int = 1, **settings: str) -> Iterator[tuple[World, int]]:
    """The service of a world once more, with a log of its own; gives its master's number too."""
    port = free_port("127.0.0.1")
    log = f"{world.environment['TEST_LOG']}.{port}"
    environment = {**world.environment, **settings, "TEST_LOG": log}
    again = dataclasses.replace(
        world, url=f"http://127.0.0.1:{port}", environment=environment, _database=None
    )
    with gunicorn(again, port, workers) as master, closing(again):
        yield again, master


def children(pid: int) -> set[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return {int(child) for child in text.split()}


def find_beside(world: World, master: int, *, but: int = 0) -> int:
    """The number of the worker beside gunicorn's own, as soon as it is there; another one."""
    give_up = time.monotonic() + SECONDS
    while True:
        booted = re.findall(r"Booting worker with pid: (\d+)", world.logs())
        found = children(master) - {int(pid) for pid in booted} - {but}
        if found:
            return found.pop()
        assert time.monotonic() < give_up, world.logs()
        PAUSE.wait(0.1)


def lives(pid: int) -> bool:
    """Whether a process is there, and no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def wait_until_gone(pid: int, seconds: float) -> None:
    give_up = time.monotonic() + seconds
    while lives(pid):
        assert time.monotonic() < give_up
        PAUSE.wait(0.1)


def wait_until_it_looked(pid: int, times: int) -> None:
    """Wait until a process that looks at something, and then rests, has done so."""
    give_up = time.monotonic() + SECONDS
    for _ in range(times):
        before = _count_rests(pid)
        while _count_rests(pid) == before:
            assert time.monotonic() < give_up
            PAUSE.wait(0.1)


def _count_rests(pid: int) -> list[str]:
    return re.findall(r"^voluntary_ctxt_switches.*", Path(f"/proc/{pid}/status").read_text(), re.M)


@contextmanager
def worker(world: World, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """`flask worker`, until the block ends."""
    log = Path(f"{world.environment['TEST_LOG']}.worker")
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "worker"],
            cwd=ROOT,
            env={**world.environment, **settings},
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def end_leases(world: World) -> None:
    """Let every lock be free, as it is a while after its holder died."""
    with world.database.writing() as connection:
        connection.execute(sa.update(lock).values(expires_at=datetime.now(UTC)))
