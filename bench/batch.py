"""`make bench-batch`: a night's batch, how much of what is allowed it uses, and what a kill costs.

A sandbox Studio answers in 80 ms and refuses more than 20 calls within any second. The service
runs as it is run, with its worker beside. Every figure is read from outside: Studio's own log of
calls, the records, `/proc`.
"""

import argparse
import os
import random
import re
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from app.core import accounts, batch_making, batches
from app.core.batch_making import NewItem
from app.core.batches import Batch
from app.db import Database
from bench.platform import Platform
from bench.servers import Running, free_port, gunicorn
from bench.subjects import COURSE_ID, MEDIA_ID, WANTED, service

STUDIO_SECONDS, ALLOWED, TOO_MANY = 0.08, 20, 429
ASKED = 19.2
"""Our own limit: calls that left evenly arrive unevenly, and Studio counts any second."""
FIRST_COURSE = 50_000
ROUND, PAUSE_SECONDS, AT_ONCE = 20, 1.0, 1000


def main() -> int:
    """Measure, and print; the exit status is 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(prog="bench.batch", description=__doc__)
    parser.add_argument("--items", type=int, default=8000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--only", choices=("pace", "kills"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        parts = []
        if given.only != "kills":
            parts.append(_measure_pace(Path(name) / "pace", given.items))
        if given.only != "pace":
            parts.append(_measure_kills(Path(name) / "kills", given.items, given.kills))
    return int(not all(parts))


@dataclass
class Night:
    """A service with its worker, and the Studio that it calls."""

    running: Running
    studio: str
    platform: Platform
    db: Database
    log: Path

    def begin(self, count: int) -> Batch:
        """Begin a batch of one media in many courses, each with a title."""
        items = (NewItem(MEDIA_ID, FIRST_COURSE + each, title="A night") for each in range(count))
        return self.create(items)

    def create(self, items: Iterable[NewItem]) -> Batch:
        """Begin a batch; a worker finds it by itself."""
        account = accounts.find_account_at(self.db, self.studio)
        return batch_making.create_batch(self.db, account.id, items)[0]

    def wait(self, batch: Batch) -> Batch:
        """Give the batch when it is done."""
        while (now := self.look(batch)).status != "done":
            time.sleep(PAUSE_SECONDS)
        return now

    def look(self, batch: Batch) -> Batch:
        """Give the batch as it is now."""
        return batches.get_batch(self.db, batch.account_id, batch.id)

    def creations(self) -> list[dict[str, Any]]:
        """Give the calls of `create_embed` in Studio's own log, but that of what is launched."""
        calls = requests.get(f"{self.studio}/_sandbox/calls", timeout=60).json()
        return [call for call in calls if call["operation"] == "create_embed"][1:]

    def web_workers(self) -> set[int]:
        """Give gunicorn's own workers that are there."""
        booted = re.findall(r"Booting worker with pid: (\d+)", self.log.read_text())
        return _children(self.running.group) & {int(pid) for pid in booted}

    def find_worker(self) -> int:
        """Give the worker of batches, as soon as it is there."""
        while not (found := _children(self.running.group) - self.web_workers()):
            time.sleep(0.05)
        return found.pop()

    def kill_one(self, chance: random.Random) -> str:
        """Kill the worker of batches or one of the web workers, without a word."""
        what = chance.choice(("worker", "web"))
        victims = {self.find_worker()} if what == "worker" else self.web_workers()
        os.kill(chance.choice(sorted(victims)), signal.SIGKILL)
        return what

    def launch_ms(self) -> float:
        """Give the median of some launches of an embed that is there."""
        taken = self.platform.launch(self.running.port, ROUND, WANTED, width=1)
        assert not taken.failures
        return taken.quantile(0.5)


@contextmanager
def night(folder: Path, calls: int) -> Iterator[Night]:
    """Serve everything until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        studio = stack.enter_context(_studio(folder, calls))
        platform = Platform()
        stack.callback(platform.close)
        settings = {
            "STUDIO_URL": studio,
            "STUDIO_CLIENT_ID": "sandbox-client",
            "STUDIO_CLIENT_SECRET": "sandbox-client-secret",
            "STUDIO_REFRESH_TOKEN": "sandbox-refresh-token",
            "STUDIO_CALLS_PER_SECOND": str(ASKED),
        }
        running = stack.enter_context(service(platform, folder / "service", 1, settings))
        db = Database(f"sqlite:///{folder / 'service' / 'service.sqlite3'}")
        stack.callback(db.dispose)
        one = Night(running, studio, platform, db, folder / "service" / "service.log")
        one.wait(one.create([NewItem(MEDIA_ID, COURSE_ID, title="What is launched")]))
        yield one


@contextmanager
def _studio(folder: Path, calls: int) -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    arguments = ("--worker-class", "gthread", "--threads", "16", "--no-control-socket")
    environment = {"SANDBOX_STUDIO_URL": url}
    log = folder / "studio.log"
    with gunicorn("studio", port, (*arguments, "sandbox.studio.wsgi:app"), environment, log):
        slow = {"operation": "*", "delay_seconds": STUDIO_SECONDS, "times": AT_ONCE}
        for _ in range(calls // AT_ONCE + 1):
            requests.post(f"{url}/_sandbox/next", json=slow, timeout=5).raise_for_status()
        limits = {"per_second": ALLOWED, "retry_after": 1}
        requests.post(f"{url}/_sandbox/throttle", json=limits, timeout=5).raise_for_status()
        yield url


def _measure_pace(folder: Path, count: int) -> bool:
    with night(folder, 2 * count) as one:
        alone = [one.launch_ms() for _ in range(10)]
        batch, during, memory = one.begin(count), [], []
        while (now := one.look(batch)).status != "done":
            if now.status == "running":
                during.append(one.launch_ms())
                memory.append(_memory_mb(one.find_worker()))
            time.sleep(PAUSE_SECONDS)
        created = one.creations()
    served = [call["at"] for call in created if call["status"] == 200]
    share = (len(served) - 1) / (served[-1] - served[0]) / ALLOWED
    ratio = statistics.median(during) / statistics.median(alone)
    told = Counter(call["status"] for call in created)
    print(f"{count} items: {now.succeeded} succeeded, {now.failed} failed; calls by status {told}")
    print(f"share of the {ALLOWED} calls a second that are allowed: {share:.1%}")
    print(
        f"launch, median: {statistics.median(alone):.2f} ms alone, "
        f"{statistics.median(during):.2f} ms during the batch, ratio {ratio:.2f}"
    )
    quarters = [memory[len(memory) * part // 4] for part in range(4)] + memory[-1:]
    print("worker's memory, MB: " + " → ".join(f"{each:.0f}" for each in quarters))
    return share >= 0.95 and ratio < 1.2 and now.succeeded == count


def _measure_kills(folder: Path, count: int, kills: int) -> bool:
    with ExitStack() as stack:
        one = stack.enter_context(night(folder, 2 * count))
        batch = one.begin(count)
        killed: Counter[str] = Counter()
        chance = random.Random(7)  # noqa: S311 (chooses victims)
        every = count / ALLOWED / (kills + 1)
        for _ in range(kills):
            threading.Event().wait(every * chance.uniform(0.5, 1.5))
            killed[one.kill_one(chance)] += 1
        return tell_kills(one, one.wait(batch), killed)


def tell_kills(one: Night, done: Batch, killed: Counter[str]) -> bool:
    """Print what Studio and the records say; gives whether they agree, and nothing came twice."""
    created = [call for call in one.creations() if call["status"] != TOO_MANY]
    items = list(batches.list_items(one.db, done))
    urls = {item.embed.launch_url for item in items if item.embed}
    extra, kills = len(created) - done.total, sum(killed.values())
    print(
        f"kill -9 of {dict(killed)}: {done.succeeded} of {done.total} items are there, "
        f"{len(urls)} launch URLs, {len(created)} create_embed ({extra} more than items)"
    )
    return done.succeeded == len(urls) == done.total and extra <= kills


def _children(pid: int) -> set[int]:
    return {int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def _memory_mb(pid: int) -> float:
    fields = Path(f"/proc/{pid}/statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    sys.exit(main())
