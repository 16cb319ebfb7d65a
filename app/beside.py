"""The worker that gunicorn's master has beside its own: one command serves, and works batches off.

It is forked from the master, which has loaded everything, and looked after in the master's loop.
Not here: what it works (`app/work.py`); which hooks of gunicorn call this (`config/gunicorn.py`).
"""

import os
import select
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

import structlog
from gunicorn import util

START_AGAIN_SECONDS = 2.0
WATCH_SECONDS = 0.5
LEFT_ALONE_SECONDS = 10.0
log = structlog.get_logger()


class Beside:
    """A process that is there while the master is."""

    def __init__(self, server: Any, run: Callable[[], None]) -> None:
        self._server, self._run = server, run
        self._pid: int | None = None
        self._ends: int | None = None
        self._started_at = -START_AGAIN_SECONDS
        self._stops_at: float | None = None

    def look(self) -> None:
        """Start it where it is not there, but not again and again without a pause."""
        if not self._has_ended(0):
            return
        if self._pid is not None:
            log.warning("worker-ended", pid=self._pid)
            self._pid = None
        if time.monotonic() - self._started_at >= START_AGAIN_SECONDS:
            self._started_at = time.monotonic()
            try:
                self._start()
            except OSError as error:
                log.warning("worker-not-started", why=error.strerror)

    def begin_stop(self, seconds: float) -> None:
        """Let it finish what it has in hand, but no longer than this from now; said twice is once.

        It is meant for the moment when the master's own workers are told to stop, too.
        """
        if self._stops_at is None:
            self._stops_at = time.monotonic() + seconds
            self._kill(signal.SIGTERM)

    def stop(self) -> None:
        """Wait until it has stopped, or its time is over."""
        assert self._stops_at is not None
        if not self._has_ended(max(self._stops_at - time.monotonic(), 0)):
            self._kill(signal.SIGKILL)

    def _kill(self, number: int) -> None:
        if self._pid is not None and not self._has_ended(0):
            with suppress(ProcessLookupError):
                os.kill(self._pid, number)

    def _has_ended(self, wait_seconds: float) -> bool:
        """Whether it is not there: the pipe that only it could write to says so, not its number."""
        if self._ends is None:
            return True
        readable, _, _ = select.select([self._ends], [], [], wait_seconds)
        if readable:
            os.close(self._ends)
            self._ends = None
        return bool(readable)

    def _start(self) -> None:
        """Fork it; raises `OSError` where the system has no process or pipe to give."""
        master = os.getpid()
        ends, alive = os.pipe()
        # A signal to stop waits until it meets no handler of the master, which would lose it.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, self._server.SIGNALS)
        try:
            self._pid = os.fork()
            if self._pid == 0:
                self._live(master)
        except OSError:
            os.close(ends)
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            os.close(alive)
        self._ends = ends

    def _live(self, master: int) -> NoReturn:
        """Be that process. It leaves by `_exit`: what is done at an exit is for the master."""
        try:
            for number in (*self._server.SIGNALS, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, self._server.SIGNALS)
            for listener in self._server.LISTENERS:
                listener.close()
            cfg = self._server.cfg
            util.set_owner_process(cfg.uid, cfg.gid, initgroups=cfg.initgroups)
            util._setproctitle(f"batches [{self._server.proc_name}]")
            threading.Thread(target=_end_with, args=(master,), daemon=True).start()
            self._run()
        except BaseException:  # beyond this stands the master's loop, which is not this process's
            log.exception("worker-failed")
            os._exit(1)
        os._exit(0)


def _end_with(master: int) -> None:
    """End when the master is gone, however it went."""
    while os.getppid() == master:
        time.sleep(WATCH_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(LEFT_ALONE_SECONDS)
    os._exit(1)
