"""What the tests of starts share: a service that should not start, and one that starts again."""

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from tests import warm
from tests.servers import free_port
from tests.world import ROOT, World, bare_environment, gunicorn

PLATFORM = {
    "client_id": "10000000000001",
    "auth_login_url": "https://lms.example/auth",
    "auth_token_url": "https://lms.example/token",
    "key_set_url": "https://lms.example/keys",
    "deployment_ids": ["d-1"],
}
SERVE = ("gunicorn", "-c", "config/gunicorn.py", "--bind", "127.0.0.1:0", "wsgi:app")
LIST = ("flask", "platforms", "list", "--json")
COMMANDS = {"gunicorn": SERVE, "flask": LIST}


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """The least that a service needs outside development, and a database of its own."""
    return (
        bare_environment(
            PUBLIC_URL="https://embed.school.example",
            SECRET_KEY="a-secret-of-the-tests-that-protects-nothing",
            DATABASE_URL=f"sqlite:///{folder / 'service.sqlite3'}",
            TEST_LOG=str(folder / "service.log"),
        )
        | settings
    )


def run(
    settings: dict[str, str], *command: str, without_powers: bool = False, given: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command that should end by itself; `without_powers`: root keeps to permissions too.

    `given` is what stands on its standard input.
    """
    guard = ["setpriv", "--bounding-set=-all"] if without_powers and os.geteuid() == 0 else []
    if not guard and not given:
        return warm.run(command[0], command[1:], settings)
    return subprocess.run(
        [*guard, sys.executable, "-m", *command],
        cwd=ROOT,
        env=settings,
        input=given,
        capture_output=True,
        text=True,
        timeout=40,
        check=False,
    )


def refused(settings: dict[str, str], command: str, **options: bool) -> list[str]:
    """What a start says that fails, without the lines of the log."""
    done = run(settings, *COMMANDS[command], **options)
    said = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return [line.removeprefix("Error: ") for line in said]


def listed(settings: dict[str, str]) -> Any:
    """What `flask platforms list --json` answers."""
    done = run(settings, *LIST)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@contextmanager
def serving(settings: dict[str, str]) -> Iterator[World]:
    """The service alone, with these settings, until the block ends."""
    port = free_port("127.0.0.1")
    with requests.Session() as session:
        session.trust_env = False
        alone = World(f"http://127.0.0.1:{port}", None, None, settings, session)
        with gunicorn(alone, port, 1):
            yield alone


@contextmanager
def started_again(world: World, **settings: str | None) -> Iterator[World]:
    """The service of a world, once more, beside the first, with other settings; None unsets."""
    changed = {name: value for name, value in settings.items() if value is not None}
    left = {name: world.environment[name] for name in world.environment if name not in settings}
    port = free_port("127.0.0.1")
    again = dataclasses.replace(
        world, url=f"http://127.0.0.1:{port}", environment=left | changed, _database=None
    )
    with gunicorn(again, port, 1), contextlib.closing(again):
        yield again
