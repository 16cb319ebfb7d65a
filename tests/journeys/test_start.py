"""A start that cannot go well ends at once, with all that is wrong and how to mend it."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.starting import (
    COMMANDS,
    PLATFORM,
    environment,
    listed,
    refused,
    run,
    serving,
)
from tests.servers import free_port
from tests.world import POSTGRESQL, database

each_command = pytest.mark.parametrize("command", COMMANDS)
SQLITE_REFUSALS = {
    "a folder": "/folder",
    "below a file": "/file/service.sqlite3",
    "no database": "/file",
}


@each_command
def test_all_faults_of_the_settings_are_told_at_once(tmp_path: Path, command: str):
    settings = environment(
        tmp_path,
        PUBLIC_URL="http://embed.school.example",
        SECRET_KEY="",
        STUDIO_CLIENT_SECRET="not-to-be-seen",
    )
    sentence, *faults = refused(settings, command)
    assert sentence == "The settings cannot be used:"
    assert [fault.split(":")[0] for fault in faults] == [
        "  - SECRET_KEY",
        "  - PUBLIC_URL",
        "  - STUDIO_CLIENT_SECRET",
    ]
    assert "not-to-be-seen" not in "".join(faults)


@pytest.mark.parametrize("case", SQLITE_REFUSALS)
def test_a_file_that_is_no_database_is_told_in_one_line(tmp_path: Path, case: str):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("This is no database, and stays what it is.")
    url = f"sqlite:///{tmp_path}{SQLITE_REFUSALS[case]}"
    (line,) = refused(environment(tmp_path, DATABASE_URL=url), "flask")
    assert line.startswith("DATABASE_URL")
    assert (tmp_path / "file").read_text().startswith("This is no database")


@pytest.mark.parametrize("migrated", [False, True])
def test_a_folder_that_cannot_be_written_is_told_in_one_line(tmp_path: Path, migrated: bool):
    folder = tmp_path / "folder"
    folder.mkdir()
    settings = environment(folder)
    if migrated:
        assert listed(settings) == []
    for path in folder.iterdir():
        path.chmod(0o400)
    folder.chmod(0o500)
    (line,) = refused(settings, "flask", without_powers=True)
    assert line.startswith(f"DATABASE_URL (sqlite:///{folder}")


@pytest.mark.parametrize(
    "server", ["127.0.0.1:5432/there_is_no_such_database", "127.0.0.1:PORT/any"]
)
def test_a_postgresql_that_is_not_there_is_told_in_one_line_without_its_password(
    tmp_path: Path, server: str
):
    server = server.replace("PORT", str(free_port("127.0.0.1")))
    url = f"postgresql://postgres:not-to-be-seen@{server}"
    (line,) = refused(environment(tmp_path, DATABASE_URL=url), "flask")
    assert line.startswith(f"DATABASE_URL (postgresql+psycopg://postgres:***@{server}) cannot be")
    assert "not-to-be-seen" not in line


def test_db_upgrade_tells_the_same_of_a_database_that_is_not_there(tmp_path: Path):
    url = f"{POSTGRESQL}/there_is_no_such_database"
    done = run(environment(tmp_path, DATABASE_URL=url), "flask", "db", "upgrade")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: DATABASE_URL (postgresql+psycopg://postgres@127.0.0.1")
    assert len(done.stderr.splitlines()) == 1


def test_a_postgresql_schema_that_is_out_of_date_stops_the_start_until_it_is_upgraded(
    tmp_path: Path,
):
    with database("postgresql", tmp_path) as url:
        settings = environment(tmp_path, DATABASE_URL=url)
        for command in COMMANDS:
            (line,) = refused(settings, command)
            assert "flask db upgrade" in line
        done = run(settings, "flask", "db", "upgrade")
        assert (done.returncode, done.stdout) == (0, "The schema is up to date.\n")
        assert listed(settings) == []
        with serving(settings) as service:
            assert service.get("/readyz").status_code == 200


def _file(tmp_path: Path, content: Any) -> dict[str, str]:
    file = tmp_path / "platforms.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return environment(tmp_path, PLATFORMS_FILE=str(file))


BROKEN: list[tuple[Any, str]] = [
    ("{", "is no JSON"),
    (["x"], "object whose names are issuers"),
    ({"https://lms.example": [{"client_id": "1"}]}, "auth_login_url"),
    ({"https://lms.example": [PLATFORM | {"auth_login_url": "http://lms.example"}]}, "https:"),
    ({"https://lms.example": [PLATFORM | {"key_set": {"keys": []}}]}, "key_set"),
]


@pytest.mark.parametrize(("content", "named"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_platforms_file_stops_the_start_with_one_sentence(
    tmp_path: Path, content: Any, named: str
):
    (line,) = refused(_file(tmp_path, content), "flask")
    assert line.startswith("PLATFORMS_FILE: ")
    assert named in line
    assert line.endswith(".")


def test_a_broken_platforms_file_stops_gunicorn_too(tmp_path: Path):
    (line,) = refused(_file(tmp_path, "{"), "gunicorn")
    assert line.startswith("PLATFORMS_FILE: ")


def test_a_platforms_file_adds_and_updates_and_never_removes(tmp_path: Path):
    other = PLATFORM | {"client_id": "2", "deployment_ids": []}
    first = listed(_file(tmp_path, {"https://lms.example": [PLATFORM, other]}))
    moved = PLATFORM | {"key_set_url": "https://lms.example/new", "deployment_ids": ["d-2"]}
    second = listed(
        _file(tmp_path, {"https://lms.example": moved, "https://new.example": [PLATFORM]})
    )
    assert [(one["issuer"], one["client_id"]) for one in second] == [
        ("https://lms.example", "10000000000001"),
        ("https://lms.example", "2"),
        ("https://new.example", "10000000000001"),
    ]
    assert second[1] == first[1]
    assert second[1]["accepts_any_deployment"] is True
    assert second[0] == first[0] | {
        "key_set_url": "https://lms.example/new",
        "deployment_ids": ["d-1", "d-2"],
    }


def test_a_broken_entry_leaves_everything_as_it_was(tmp_path: Path):
    before = listed(_file(tmp_path, {"https://lms.example": [PLATFORM]}))
    changed = PLATFORM | {"key_set_url": "https://lms.example/new"}
    refused(_file(tmp_path, {"https://lms.example": [changed, {"client_id": "2"}]}), "flask")
    assert listed(environment(tmp_path)) == before


def test_the_service_starts_without_redis_and_says_that_it_is_not_ready(tmp_path: Path):
    url = f"redis://:not-to-be-seen@127.0.0.1:{free_port('127.0.0.1')}/0"
    with serving(environment(tmp_path, REDIS_URL=url)) as service:
        ready, lives = service.get("/readyz"), service.get("/healthz")
        assert (ready.status_code, ready.json()) == (
            503,
            {"status": "unavailable", "checks": {"database": "ok", "redis": "ConnectionError"}},
        )
        assert (lives.status_code, lives.json()) == (200, {"status": "ok"})
        assert "not-to-be-seen" not in service.logs()


def test_two_starts_at_once_on_one_new_sqlite_file_serve_the_same(tmp_path: Path):
    together = threading.Barrier(2)

    def serve(number: int) -> Any:
        (tmp_path / str(number)).mkdir()
        log = str(tmp_path / str(number) / "service.log")
        with serving(environment(tmp_path, TEST_LOG=log)) as service:
            together.wait(30)
            assert service.get("/readyz").status_code == 200
            keys = service.get("/lti/jwks.json").json()["keys"]
            together.wait(30)
            return keys

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(serve, range(2))
    assert first == second
    assert first != []


def test_insecure_urls_outside_development_are_warned_about(tmp_path: Path):
    done = run(environment(tmp_path, ALLOW_INSECURE_URLS="1"), *COMMANDS["flask"])
    (line,) = (json.loads(line) for line in done.stderr.splitlines())
    assert (done.returncode, line["level"], line["event"]) == (0, "warning", "insecure-urls")
