"""Programs of Python begun by a process that has the libraries loaded already.

Each start of the service and each command loads the same libraries, for a second; the tests begin
hundreds. Python's fork server loads them once for each test process. Nothing of this project is
loaded there, nor what reads its environment when it is loaded (`prometheus_client`).
"""

import atexit
import multiprocessing
import os
import runpy
import sys
from collections.abc import Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired
from tempfile import TemporaryDirectory

SECONDS = 60
ROOT = Path(__file__).parent.parent
LIBRARIES = (
    *("babel.support", "cryptography.fernet", "flask.cli", "flask_babel", "gunicorn.app.wsgiapp"),
    *("gunicorn.workers.gthread", "huey", "jwcrypto.jwk", "jwt", "oauthlib.oauth1", "psycopg"),
    *("pydantic_settings", "pylti1p3.contrib.flask", "redis", "requests", "rich.table"),
    *("spectree", "sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.sqlite", "stamina"),
    *("structlog", "swagger_ui_bundle"),
)
_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload([*LIBRARIES, __name__])


def begin(
    module: str, arguments: Sequence[str], environment: dict[str, str], out: Path, err: Path
) -> ForkServerProcess:
    """Run a module as `python -m` does, in a session of its own; its output is added to files."""
    process = _server.Process(target=_run, args=(module, arguments, environment, out, err))
    process.start()
    return process


def run(
    module: str, arguments: Sequence[str], environment: dict[str, str]
) -> CompletedProcess[str]:
    """Run a module to its end, as `subprocess.run` does with its output captured."""
    with TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        process = begin(module, arguments, environment, out, err)
        process.join(SECONDS)
        if process.is_alive():
            process.kill()
            raise TimeoutExpired([module, *arguments], SECONDS)
        assert process.exitcode is not None
        return CompletedProcess(
            [module, *arguments], process.exitcode, out.read_text(), err.read_text()
        )


def _run(
    module: str, arguments: Sequence[str], environment: dict[str, str], out: Path, err: Path
) -> None:
    os.setsid()
    for number, path in ((1, out), (2, err)):
        with path.open("ab") as file:
            os.dup2(file.fileno(), number)
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [module, *arguments]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        atexit._run_exitfuncs()
