"""`make bench`: what a launch costs, beside the floor, in turns in one run.

Machines drift, so figures are compared only within a round: each is a ratio to the floor of the
same round, or to the service's plain launch, and the median of the rounds counts. Rounds are
short: whatever else the machine does then meets a floor and what is beside it alike.
"""

import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import crowd
from bench.platform import Platform, Taken
from bench.servers import Running
from bench.subjects import MODES, WANTED, floor, service

ROUNDS, LAUNCHES, WARM_UP = 15, 400, 200


@dataclass(frozen=True)
class Subject:
    """Something that is measured: a server, and how it is launched."""

    name: str
    running: Running
    launch: Callable[[int], Taken]


@dataclass(frozen=True)
class Figures:
    """What one round of one subject came to."""

    cpu_ms: float
    rate: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    memory_mb: float
    failures: int


def main() -> int:
    """Measure, and print the table; the exit status is 1 where a launch failed."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name, ExitStack() as stack:
        platform = stack.enter_context(_platform())
        subjects = _subjects(stack, platform, Path(name))
        for subject in subjects:
            subject.launch(WARM_UP)
        fetched = platform.fetches
        rounds = [{each.name: _measure(each) for each in subjects} for _ in range(ROUNDS)]
        _tell(rounds)
        print(f"key set fetched {platform.fetches - fetched} times after the warm-up")
        lost = crowd.tell(crowd.measure(platform, Path(name) / "crowd"))
    failures = sum(figures.failures for one in rounds for figures in one.values())
    return int(lost + failures > 0)


@contextmanager
def _platform(delay_seconds: float = 0.0) -> Iterator[Platform]:
    platform = Platform()
    platform.delay_seconds = delay_seconds
    try:
        yield platform
    finally:
        platform.close()


def _subjects(stack: ExitStack, platform: Platform, folder: Path) -> list[Subject]:
    far = stack.enter_context(_platform(0.1))
    served = {
        "floor": (platform, stack.enter_context(floor(platform, folder))),
        "service": (platform, stack.enter_context(service(platform, folder / "service"))),
        "key set 100 ms away": (far, stack.enter_context(service(far, folder / "far"))),
        "1,000,000 embeds": (
            platform,
            stack.enter_context(service(platform, folder / "many", 1_000_000)),
        ),
    }
    for mode, settings in MODES.items():
        running = stack.enter_context(service(platform, folder / mode, settings=settings))
        served[f"launch mode {mode}"] = (platform, running)
    subjects = [_subject(name, *who) for name, who in served.items()]
    return [*subjects, _subject("login page", *served["service"], storage=True)]


def _subject(name: str, platform: Platform, running: Running, *, storage: bool = False) -> Subject:
    def launch(count: int) -> Taken:
        return platform.launch(running.port, count, WANTED, storage=storage)

    return Subject(name, running, launch)


def _measure(subject: Subject) -> Figures:
    before = subject.running.cpu_seconds()
    taken = subject.launch(LAUNCHES)
    return Figures(
        cpu_ms=(subject.running.cpu_seconds() - before) / LAUNCHES * 1000,
        rate=LAUNCHES / taken.wall_seconds,
        p50_ms=taken.quantile(0.5),
        p95_ms=taken.quantile(0.95),
        p99_ms=taken.quantile(0.99),
        memory_mb=subject.running.memory_bytes() / 1e6,
        failures=taken.failures,
    )


def _tell(rounds: list[dict[str, Figures]]) -> None:
    heads = ("", "CPU ms", "floors", "launches/s", "floors", "p50 ms", "p95", "p99", "MB", "failed")
    print(("{:22}" + "{:>11}" * (len(heads) - 1)).format(*heads))
    for name in rounds[0]:
        mine = [one[name] for one in rounds]
        floors = [one["floor"] for one in rounds]
        cells = (
            _median(each.cpu_ms for each in mine),
            _median(a.cpu_ms / b.cpu_ms for a, b in zip(mine, floors, strict=True)),
            _median(each.rate for each in mine),
            _median(a.rate / b.rate for a, b in zip(mine, floors, strict=True)),
            _median(each.p50_ms for each in mine),
            _median(each.p95_ms for each in mine),
            _median(each.p99_ms for each in mine),
            _median(each.memory_mb for each in mine),
        )
        failed = sum(each.failures for each in mine)
        print(f"{name:22}" + "".join(f"{cell:11.2f}" for cell in cells) + f"{failed:11}")


def _median(values: Iterator[float]) -> float:
    return statistics.median(list(values))


if __name__ == "__main__":
    sys.exit(main())
