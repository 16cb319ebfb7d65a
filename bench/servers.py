"""Servers under measure: each with a process group of its own, whose CPU and memory is read."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
START_SECONDS = 30


@dataclass(frozen=True)
class Running:
    """A server and all its processes."""

    name: str
    port: int
    group: int

    def cpu_seconds(self) -> float:
        """The CPU time that all its threads have used so far, to the nanosecond (proc(5))."""
        return sum(self._thread_seconds(process) for process, _ in self._stats())

    def memory_bytes(self) -> int:
        """The memory that its processes hold now; what they share counts once for each."""
        return sum(int(fields[21]) for _, fields in self._stats()) * PAGE_BYTES

    @staticmethod
    def _thread_seconds(process: Path) -> float:
        used = (path.read_text().split()[0] for path in process.glob("task/*/schedstat"))
        return sum(int(nanoseconds) for nanoseconds in used) / 1e9

    def _stats(self) -> Iterator[tuple[Path, list[str]]]:
        """Give each process with the fields of its `stat` that follow its name (proc(5))."""
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[2]) == self.group:
                yield path.parent, fields


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as unbound:
        unbound.bind(("127.0.0.1", 0))
        found: int = unbound.getsockname()[1]
        return found


@contextmanager
def gunicorn(
    name: str, port: int, arguments: tuple[str, ...], environment: Mapping[str, str], log: Path
) -> Iterator[Running]:
    """Run an application under gunicorn until the block ends."""
    command = [sys.executable, "-m", "gunicorn", *arguments, "--bind", f"127.0.0.1:{port}"]
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 (the arguments are the bench's own)
            command,
            cwd=ROOT,
            env={**_shell(), **environment},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _await(name, port, process, log)
        yield Running(name, port, process.pid)
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait()


def _shell() -> dict[str, str]:
    kept = ("PATH", "HOME", "LANG")
    return {name: os.environ[name] for name in kept if name in os.environ}


def _await(name: str, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"{name} does not start:\n{log.read_text()[-2000:]}")
