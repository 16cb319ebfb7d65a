"""What the tests of `flask doctor` share: how it is asked, and what it must never say."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app import create_app
from app.settings import Settings
from tests.journeys.starting import run
from tests.world import World, database, run_flask

HIDDEN = "not-to-be-seen"
Found = dict[str, tuple[str, str, str | None]]


@contextmanager
def beside(world: World, folder: Path) -> Iterator[dict[str, str]]:
    """The environment of a world, with a database of its own and tokens that are good now."""
    kind = world.environment["DATABASE_URL"].partition(":")[0]
    tokens = world.http.get(f"{world.studio.settings.url}/_sandbox/tokens").json()
    with database(kind, folder) as url:
        settings = world.environment | {
            "DATABASE_URL": url,
            "STUDIO_ACCESS_TOKEN": tokens["access_token"],
            "STUDIO_REFRESH_TOKEN": tokens["refresh_token"],
        }
        if kind == "postgresql":
            run_flask(settings, "db", "upgrade")
        yield settings


def examine(settings: dict[str, str], status: str, **options: bool) -> Found:
    """Run the command as people do; give each check's status, finding and remedy by its name."""
    done = run(settings, "flask", "doctor", "--json", **options)
    keeps_secrets(done.stdout + done.stderr, settings)
    return read(done.stdout, done.returncode, status)


def examine_here(settings: dict[str, str], status: str) -> Found:
    """The same in this process, for time's sake, where the service can start."""
    with pytest.MonkeyPatch.context() as patch:
        for name in (name.upper() for name in Settings.model_fields):
            patch.delenv(name, raising=False)
        for name, value in settings.items():
            patch.setenv(name, value)
        app = create_app()
        done = app.test_cli_runner().invoke(args=["doctor", "--json"])
        app.extensions["outside"].db.dispose()
    keeps_secrets(done.output, settings)
    return read(done.stdout, done.exit_code, status)


def read(text: str, exit_status: int, status: str) -> Found:
    answer = json.loads(text)
    assert set(answer) == {"status", "checks"}
    assert (answer["status"], exit_status) == (status, int(status == "failed")), answer
    found: Found = {}
    for check in answer["checks"]:
        assert list(check) == ["name", "status", "finding", "remedy"]
        assert (check["remedy"] is None) is (check["status"] == "ok"), check
        assert check["name"] not in found
        found[check["name"]] = (check["status"], check["finding"], check["remedy"])
    return found


def keeps_secrets(said: str, settings: dict[str, str]) -> None:
    assert "Traceback" not in said, said
    assert HIDDEN not in said
    for name, value in settings.items():
        if name == "SECRET_KEY" or name.endswith(("_TOKEN", "_SECRET")):
            assert value not in said, name


def troubles(found: Found) -> dict[str, str]:
    """The checks that are not well, but for the address: there the world's own service answers."""
    return {
        name: status
        for name, (status, _, _) in found.items()
        if status != "ok" and name != "address"
    }
