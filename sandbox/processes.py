"""The demo's servers as processes: free ports, start, answer, end. Not here: which servers."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parent.parent

_GUNICORN = (sys.executable, "-m", "gunicorn", "--no-control-socket")
_START_SECONDS = 60
_END_SECONDS = 10


class FailedError(Exception):
    """The demo cannot go on; the message is for the terminal."""


class StoppedError(Exception):
    """Someone ended the demo."""


@dataclass(frozen=True)
class Server:
    """One of the three: what starts it, where it listens, where it must answer."""

    name: str
    port_variable: str
    host: str
    port: int
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    health_url: str


@dataclass(frozen=True)
class Running:
    """A server's process and what it writes."""

    name: str
    process: subprocess.Popen[bytes]
    output: Path

    def check(self) -> None:
        """Raise `FailedError` with the last lines of its output if it has ended."""
        status = self.process.poll()
        if status is not None:
            last = self.output.read_text(errors="replace").splitlines()[-25:]
            raise FailedError("\n".join((f"{self.name} has ended with status {status}:", *last)))


def check_port(server: Server) -> None:
    """Raise FailedError where the server could not listen."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((server.host, server.port))
        except OSError as error:
            raise FailedError(
                f"{server.name} needs {server.host}:{server.port}: {error.strerror}.\n"
                f"End what listens there, or choose another port: {server.port_variable}=…"
            ) from error


@contextmanager
def started(server: Server, folder: Path) -> Iterator[Running]:
    """Start a server in a process group of its own; it ends with the block."""
    output = folder / f"{server.name.lower().replace(' ', '-')}.log"
    with output.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603 (the arguments are the demo's own)
            [*_GUNICORN, "--bind", f"{server.host}:{server.port}", *server.arguments],
            cwd=ROOT,
            env=server.environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Running(server.name, process, output)
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask the whole process group to end, and kill what does not."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_END_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def pause(stop: threading.Event, seconds: float) -> None:
    """Wait so long; raise StoppedError as soon as someone ends the demo."""
    if stop.wait(seconds):
        raise StoppedError


def wait_until_ready(
    servers: tuple[Server, ...], running: list[Running], stop: threading.Event
) -> None:
    """Return when all answer; raise FailedError when one has ended or takes too long."""
    deadline = time.monotonic() + _START_SECONDS
    waiting = [server for server in servers if not _is_ready(server)]
    while waiting:
        for each in running:
            each.check()
        if time.monotonic() > deadline:
            raise FailedError(f"{waiting[0].name} does not answer at {waiting[0].health_url}")
        pause(stop, 0.1)
        waiting = [server for server in waiting if not _is_ready(server)]


def _is_ready(server: Server) -> bool:
    with requests.Session() as session, suppress(requests.RequestException):
        session.trust_env = False
        return session.get(server.health_url, timeout=2).ok
    return False
