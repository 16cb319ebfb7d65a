"""`flask doctor`: what it finds in the service's own hands: settings, database, keys, address."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.journeys.doctoring import (
    HIDDEN,
    beside,
    examine,
    examine_here,
    keeps_secrets,
    troubles,
)
from tests.journeys.starting import environment, run
from tests.world import POSTGRESQL, World, database, run_flask


@pytest.fixture
def apart(world: World, tmp_path: Path) -> Iterator[dict[str, str]]:
    with beside(world, tmp_path) as settings:
        yield settings


def test_a_world_that_is_well_is_told_so(world: World):
    found = examine_here(world.environment, "ok")
    lms = world.lms.settings
    name = f"platform {lms.url}, client id {lms.client_id}"
    assert list(found) == ["settings", "database", "keys", "address", name, "studio", "clock"]
    kind = "SQLite" if "sqlite" in world.environment["DATABASE_URL"] else "PostgreSQL"
    public = world.environment["PUBLIC_URL"]
    (key,) = world.get("/lti/jwks.json").json()["keys"]
    assert [finding for _, finding, _ in found.values()] == [
        f"PUBLIC_URL is {public}: for development, on this machine only.",
        f"{kind} can be read and written to, and its schema is up to date.",
        f"Key {key['kid']} signs, and the key of the marks is there.",
        f"{public}/lti/jwks.json answers, with our keys.",
        f"1 usable key at {lms.url}/api/lti/security/jwks.",
        f"{world.studio.settings.url} answers, and accepts our tokens.",
        found["clock"][1],
    ]
    assert found["clock"][1].startswith("It is within ")


def test_another_secret_key_opens_neither_tokens_nor_the_old_key(apart: dict[str, str]):
    (old,) = json.loads(run_flask(apart, "keys", "list", "--json").stdout)
    found = examine(apart | {"SECRET_KEY": "another-key-that-protects-nothing"}, "failed")
    no_key = "There is no key that signs by now, and that SECRET_KEY opens."
    assert found["keys"][:2] == ("failed", no_key)
    url = apart["STUDIO_URL"]
    assert found["studio"][:2] == ("failed", f"SECRET_KEY does not open the kept tokens of {url}.")
    both = apart | {"SECRET_KEY": f"another-key-that-protects-nothing,{apart['SECRET_KEY']}"}
    again = examine_here(both, "warning")
    assert (again["keys"][0], again["studio"][0]) == ("ok", "ok")
    assert json.loads(run_flask(apart, "keys", "list", "--json").stdout) == [old]


def test_without_platform_and_studio_it_says_what_to_set(apart: dict[str, str]):
    left = {name: value for name, value in apart.items() if not name.startswith("STUDIO_")}
    del left["PLATFORMS_FILE"]
    found = examine_here(left, "failed")
    assert {name: troubles(found)[name] for name in ("platforms", "studio", "clock")} == {
        "platforms": "warning",
        "studio": "failed",
        "clock": "warning",
    }
    assert "flask platforms invite" in str(found["platforms"][2])
    assert "STUDIO_URL" in str(found["studio"][2])


def test_a_missing_database_is_one_failure_and_the_rest_is_not_checked(
    world: World, tmp_path: Path
):
    (tmp_path / "file").write_text("This is no folder.")
    kind = world.environment["DATABASE_URL"].partition(":")[0]
    missing = {
        "sqlite": f"sqlite:///{tmp_path}/file/service.sqlite3",
        "postgresql": POSTGRESQL.replace("@", f":{HIDDEN}@") + "/there_is_no_such_database",
    }
    found = examine(world.environment | {"DATABASE_URL": missing[kind]}, "failed")
    assert found["settings"][0] == "ok"
    status, finding, remedy = found["database"]
    assert (status, finding.startswith("DATABASE_URL (")) == ("failed", True)
    assert remedy
    rest = set(found) - {"settings", "database"}
    assert rest == {"keys", "address", "platforms", "studio", "clock"}
    assert {found[name][:2] for name in rest} == {
        ("warning", "Not checked, because the database failed.")
    }


def test_a_database_that_is_read_only_fails(tmp_path: Path):
    settings = environment(tmp_path)
    run_flask(settings, "keys", "list")
    for path in tmp_path.iterdir():
        path.chmod(0o400)
    tmp_path.chmod(0o500)
    done = run(settings, "flask", "doctor", "--json", without_powers=True)
    tmp_path.chmod(0o700)
    keeps_secrets(done.stdout + done.stderr, settings)
    checks = {check["name"]: check["status"] for check in json.loads(done.stdout)["checks"]}
    assert (done.returncode, checks["database"]) == (1, "failed")


def test_a_schema_that_is_out_of_date_fails_and_names_the_command(tmp_path: Path):
    with database("postgresql", tmp_path) as url:
        found = examine(environment(tmp_path, DATABASE_URL=url), "failed")
    assert found["database"][0] == "failed"
    assert "flask db upgrade" in str(found["database"][2])


def test_a_schema_of_a_newer_version_fails_in_words(apart: dict[str, str]):
    run_flask(apart, "keys", "list")
    url = apart["DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    assert examine(apart, "failed")["database"][0] == "failed"
    done = run_flask(apart, "db", "upgrade", check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: The database's schema is of a newer version")


def test_an_address_that_leads_to_another_service_is_told(apart: dict[str, str]):
    """The world's service answers there, with the keys of its own database."""
    status, finding, remedy = examine_here(apart, "warning")["address"]
    assert status == "warning"
    assert finding.endswith("answers, but not with the keys of this database.")
    assert "DATABASE_URL" in str(remedy)


def test_a_start_that_fails_for_another_reason_is_one_failed_check(
    apart: dict[str, str], tmp_path: Path
):
    file = tmp_path / "broken.json"
    file.write_text("{")
    found = examine(apart | {"PLATFORMS_FILE": str(file)}, "failed")
    assert found["start"][0] == "failed"
    assert found["start"][1].startswith("PLATFORMS_FILE: ")
    assert found["database"][0] == "ok"


def test_broken_settings_stop_it_with_just_their_list(tmp_path: Path):
    settings = environment(tmp_path, PUBLIC_URL="ftp://x", STUDIO_CLIENT_SECRET=HIDDEN)
    done = run(settings, "flask", "doctor")
    keeps_secrets(done.stdout + done.stderr, settings)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[0] == "The settings cannot be used:"
    assert "PUBLIC_URL" in done.stderr
