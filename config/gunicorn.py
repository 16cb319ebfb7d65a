"""How gunicorn serves: `gunicorn -c config/gunicorn.py wsgi:app`.

The master loads the service once, migrates SQLite and imports platforms; workers are forked
after. Requests are logged by the service itself, without query strings.
"""

import atexit
import gc
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from gunicorn import glogging

# Each master has a folder of its own, in which its processes count together: it must be named
# before the first counter is made. A reload reads this file again, and keeps the folder.
FOLDER, OURS = "PROMETHEUS_MULTIPROC_DIR", "studio-embed-metrics-"
MEMORY = "/dev/shm"  # noqa: S108 (what is counted and what beats in memory waits for no disk)
if OURS not in os.environ.get(FOLDER, ""):
    os.environ[FOLDER] = tempfile.mkdtemp(prefix=OURS, dir=MEMORY)

    @atexit.register
    def _remove_folder(starting: int = os.getpid()) -> None:
        """Remove it where the start fails: `on_exit` is not called then."""
        if os.getpid() == starting:
            on_exit(None)


from app.beside import Beside  # noqa: E402
from app.locks import Seats  # noqa: E402
from app.logs import set_up_logs  # noqa: E402
from app.work import Work  # noqa: E402

bind = "127.0.0.1:8000"
workers = 2
threads = 4
worker_class = "gthread"
worker_tmp_dir = MEMORY
preload_app = True
control_socket_disable = True
timeout = 60
graceful_timeout = 30
keepalive = 75  # longer than proxies keep a connection, which else send into a closed one
limit_request_line = 8190  # hints of a login by GET may have 4 kB each


class Logger(glogging.Logger):
    """Lets gunicorn's own messages go the way of all others."""

    def setup(self, _cfg: Any) -> None:
        """Set up our logs in place of gunicorn's."""
        set_up_logs()
        self.error_log.propagate = True


logger_class = Logger


def when_ready(server: Any) -> None:
    """Let workers that run as another user count, too, and have one for batches beside them.

    gunicorn has no hook for its master's loop, in which that one is looked after, nor for the
    moment when it begins to stop.
    """
    if os.geteuid() == 0:
        os.chown(os.environ[FOLDER], server.cfg.uid, server.cfg.gid)
    outside = server.app.wsgi().extensions["outside"]
    if outside.settings.worker == "beside":
        server.beside = Beside(server, lambda: Work(outside).run())
        manage_workers, stop = server.manage_workers, server.stop

        def manage_all() -> None:
            manage_workers()
            server.beside.look()

        def stop_all(graceful: bool = True) -> None:
            server.beside.begin_stop(server.cfg.graceful_timeout)
            stop(graceful)

        server.manage_workers, server.stop = manage_all, stop_all


def on_exit(server: Any) -> None:
    """Let the worker of batches finish what it has in hand; remove the folder of the figures."""
    if beside := getattr(server, "beside", None):
        beside.stop()
    shutil.rmtree(os.environ[FOLDER], ignore_errors=True)


def post_worker_init(worker: Any) -> None:
    """Keep one thread of each worker from ever waiting for Studio, and let it count.

    Whoever tidies temporary folders up may have removed the one of the figures.
    What was loaded before the fork stays: looking through it for garbage finds nothing, and
    copies it into each worker. What a request leaves behind is looked for less often.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    Path(os.environ[FOLDER]).mkdir(mode=0o700, exist_ok=True)
    outside = worker.wsgi.extensions["outside"]
    outside.seats = Seats(max(1, worker.cfg.threads - 1))
    outside.patient_seats = Seats(max(1, worker.cfg.threads - 2))
