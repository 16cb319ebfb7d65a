"""A service that starts again: with rotated keys, with other tokens, on the same database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from sandbox.lms.people import PEOPLE
from tests import world as worlds
from tests.journeys.starting import started_again
from tests.pages import read_code
from tests.world import World

MEDIA, OTHER, MINE = 260854, 260861, 262118
NEW_KEY = "another-secret-of-the-tests-that-protects-nothing"
MADE, REFUSED = (302, ""), (502, "studio-authorization")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world with an LMS and a Studio, beside which each test has a service of its own."""
    with worlds.world(tmp_path_factory.mktemp("place"), workers=1) as built:
        yield built


@pytest.fixture
def world(place: World, tmp_path: Path) -> Iterator[World]:
    """The world with a new service: what a test changes stays changed."""
    settings = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'service.sqlite3'}",
        "STUDIO_REFRESH_TOKEN": _token(place),
        "TEST_LOG": str(tmp_path / "service.log"),
    }
    with started_again(place, **settings) as built:
        yield built


def _token(world: World, kind: str = "refresh_token") -> str:
    answer = world.http.get(f"{world.studio.settings.url}/_sandbox/tokens").json()
    return str(answer[kind])


def _launch(world: World, link: dict[str, str], course_id: int = 101) -> tuple[int, str]:
    answer = world.launch(link, course_id=course_id)
    return answer.status_code, read_code(answer)


def _make(world: World, course_id: int = 101) -> tuple[int, str]:
    """Have an instructor put a media of their own into a course; that needs Studio each time."""
    answer = world.launch({"media_id": str(MINE)}, person="instructor", course_id=course_id)
    return answer.status_code, read_code(answer)


def _refresh_elsewhere(world: World) -> None:
    """Let somebody else use the refresh token, so that ours is dead."""
    settings = world.studio.settings
    form = {
        "grant_type": "refresh_token",
        "refresh_token": _token(world),
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
    }
    assert world.http.post(f"{settings.url}/api/public/oauth/token", data=form).ok


def test_after_a_rotation_the_kept_tokens_win_over_those_of_the_environment(world: World):
    assert _make(world) == MADE
    assert world.environment["STUDIO_REFRESH_TOKEN"] != _token(world)
    with started_again(world) as again:
        world.tell_studio("tokens", expire=True)
        assert _make(again, 102) == MADE
    tokens = [call["status"] for call in world.calls("token")]
    assert tokens[-2:] == [200, 200]


def test_tokens_that_change_in_the_environment_replace_the_kept_ones(world: World):
    _refresh_elsewhere(world)
    assert _make(world) == REFUSED
    with started_again(world, STUDIO_REFRESH_TOKEN=_token(world)) as again:
        assert _make(again) == MADE


def test_tokens_fill_an_account_that_has_none(world: World, tmp_path: Path):
    empty = f"sqlite:///{tmp_path / 'another.sqlite3'}"
    without = {"STUDIO_REFRESH_TOKEN": None, "DATABASE_URL": empty}
    with started_again(world, **without) as again:
        assert _make(again) == REFUSED
    with started_again(world, DATABASE_URL=empty) as again:
        assert _make(again) == MADE


def test_an_access_token_alone_is_enough_while_it_lives(world: World, tmp_path: Path):
    given = {
        "STUDIO_REFRESH_TOKEN": None,
        "STUDIO_ACCESS_TOKEN": _token(world, "access_token"),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'another.sqlite3'}",
    }
    with started_again(world, **given) as again:
        assert _make(again) == MADE
        world.tell_studio("tokens", expire=True)
        assert _make(again, 102) == REFUSED
        assert _make(again) == MADE


def test_a_start_without_tokens_forgets_none(world: World):
    assert _make(world) == MADE
    with started_again(world, STUDIO_REFRESH_TOKEN=None) as again:
        assert _make(again, 102) == MADE


def test_a_rotated_secret_key_still_opens_what_the_old_one_closed(world: World):
    assert _make(world) == MADE
    old_key, before = world.environment["SECRET_KEY"], world.get("/lti/jwks.json").json()
    begun = world.login()
    with started_again(world, SECRET_KEY=f"{NEW_KEY},{old_key}") as again:
        world.tell_studio("tokens", expire=True)
        assert _make(again, 102) == MADE
        assert again.get("/lti/jwks.json").json() == before
        claims = again.claims(begun.nonce, {"media_id": str(MINE)})
        assert again.send(begun, claims).status_code == 302


def test_another_secret_key_keeps_links_and_embeds_and_says_what_to_do_for_new_ones(world: World):
    link, new = world.marked(MEDIA), world.marked(OTHER)
    assert _launch(world, link) == MADE
    before = world.get("/lti/jwks.json").json()["keys"]
    begun = world.login()
    with started_again(world, SECRET_KEY=NEW_KEY) as again:
        assert again.get("/readyz").status_code == 200
        assert _launch(again, link) == MADE
        assert _launch(again, new) == REFUSED
        assert again.marked(MEDIA) == link
        published = again.get("/lti/jwks.json").json()["keys"]
        assert len(published) == 2
        assert before[0] in published
        stale = again.send(begun, again.claims(begun.nonce, link))
        assert (stale.status_code, read_code(stale)) == (401, "launch-expired")
        assert "SECRET_KEY no longer opens the kept tokens" in again.logs()
    with started_again(world, SECRET_KEY=NEW_KEY, STUDIO_REFRESH_TOKEN=_token(world)) as again:
        assert _launch(again, new) == MADE


def _everything(url: str) -> str:
    """All that a database holds, as text."""
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    tables = sa.MetaData()
    with engine.connect() as connection:
        tables.reflect(connection)
        rows = [
            row for table in tables.tables.values() for row in connection.execute(table.select())
        ]
    engine.dispose()
    return repr(rows)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_secret_and_no_person_stands_in_the_database(place: World, tmp_path: Path, kind: str):
    with worlds.database(kind, tmp_path) as url:
        settings = {"DATABASE_URL": url, "STUDIO_REFRESH_TOKEN": _token(place)}
        worlds.run_flask(place.environment | settings, "db", "upgrade")
        with started_again(place, **settings) as world:
            for person in ("instructor", "student"):
                assert world.launch(world.marked(MEDIA), person=person).status_code == 302
            names = ("STUDIO_REFRESH_TOKEN", "STUDIO_CLIENT_SECRET", "SECRET_KEY")
            secrets = {
                *(world.environment[name] for name in names),
                *(_token(world, token) for token in ("refresh_token", "access_token")),
                *("PRIVATE KEY", "sandbox.test", "Instructor"),
                *(person.sub for person in PEOPLE),
            }
            held = _everything(url)
            files = b"".join(path.read_bytes() for path in tmp_path.glob("*.sqlite3*"))
    assert place.lms.settings.client_id in held
    assert (place.lms.settings.client_id.encode() in files) is (kind == "sqlite")
    assert {secret for secret in secrets if secret in held or secret.encode() in files} == set()
