"""Every command of `flask`: what it does, what it says as text and as JSON, how it fails."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests import world as worlds
from tests.journeys.commanding import fail as _fail
from tests.journeys.commanding import in_environment
from tests.journeys.commanding import say as _say
from tests.journeys.commanding import say_json as _json
from tests.journeys.starting import PLATFORM
from tests.pages import read_code
from tests.world import World

MEDIA, OTHER, THIRD = 260854, 260861, 261533
ISSUER = "https://lms.example"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with worlds.world(tmp_path_factory.mktemp("commands"), workers=1) as built:
        yield built


@pytest.fixture(scope="module", autouse=True)
def _environment(world: World) -> Iterator[World]:
    with in_environment(world):
        yield world


def _add(issuer: str, *more: str) -> list[str]:
    options = ["--issuer", issuer, "--client-id", "7"]
    options += ["--auth-login-url", f"{issuer}/auth", "--key-set-url", f"{issuer}/keys"]
    return ["platforms", "add", *options, *more]


def _described(issuer: str = ISSUER, **changes: Any) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "client_id": "7",
        "auth_login_url": f"{issuer}/auth",
        "auth_token_url": None,
        "auth_audience": None,
        "key_set_url": f"{issuer}/keys",
        "accepts_any_deployment": True,
        "deployment_ids": [],
        **changes,
    }


def test_a_platform_is_added_shown_updated_and_removed(world: World):
    added = _json(*_add(ISSUER))
    number = added.pop("id")
    assert added == _described()
    updated = _say(*_add(ISSUER, "--deployment-id", "d-1", "--deployment-id", "d-2"))
    assert updated == f"Saved platform {number}: {ISSUER}, client id 7.\n"
    expected = _described(accepts_any_deployment=False, deployment_ids=["d-1", "d-2"])
    assert _json("platforms", "show", "--issuer", ISSUER) == {"id": number} | expected
    assert _say("platforms", "show", "--issuer", ISSUER).splitlines() == [
        f"id: {number}",
        f"issuer: {ISSUER}",
        "client_id: 7",
        f"auth_login_url: {ISSUER}/auth",
        "auth_token_url: -",
        "auth_audience: -",
        f"key_set_url: {ISSUER}/keys",
        "accepts_any_deployment: False",
        "deployment_ids: d-1, d-2",
    ]
    assert f"{number}   {ISSUER}" in _say("platforms", "list")
    removed = _say("platforms", "remove", "--issuer", ISSUER)
    assert removed == f"Removed platform {number}: {ISSUER}, client id 7.\n"
    assert ISSUER in _fail(world, "platforms", "show", "--issuer", ISSUER)


def test_platforms_are_listed_with_their_deployments(world: World):
    settings = world.lms.settings
    (found,) = [one for one in _json("platforms", "list") if one["issuer"] == settings.url]
    assert (found["client_id"], found["deployment_ids"]) == (
        settings.client_id,
        [settings.deployment_id],
    )


def test_platforms_are_imported_from_a_file_all_or_none(world: World, tmp_path: Path):
    file = tmp_path / "more.json"
    file.write_text(
        json.dumps({"https://one.example": PLATFORM, "https://two.example": [PLATFORM]})
    )
    assert _say("platforms", "import", str(file)) == f"Saved 2 platforms from {file}.\n"
    file.write_text(json.dumps({"https://three.example": PLATFORM, "https://four.example": [{}]}))
    assert "https://four.example" in _fail(world, "platforms", "import", str(file))
    issuers = {one["issuer"] for one in _json("platforms", "list")}
    assert {"https://one.example", "https://two.example"} < issuers
    assert "https://three.example" not in issuers


def test_what_cannot_be_done_fails_with_one_line(world: World):
    assert _fail(world, "embeds", "show", "999999") == (
        "Error: There is no embed 999999. `flask embeds list` shows those that are there.\n"
    )


def test_wrong_use_is_told_with_status_2(world: World):
    said = _fail(world, "embeds", "show", "abc", status=2)
    assert said.startswith("Usage: python -m flask embeds show [OPTIONS] EMBED_ID\n")
    assert "\nError: Invalid value for 'EMBED_ID': 'abc' is not a valid integer" in said


def test_a_link_is_printed_as_its_custom_parameters(world: World):
    found = _json("embeds", "link", str(MEDIA), "--embed-type", "bare_embed", "--downloadable")
    mark = found.pop("link")
    assert found == {"media_id": str(MEDIA), "embed_type": "bare_embed", "downloadable": "true"}
    assert len(mark) == 43
    text = _say("embeds", "link", str(MEDIA), "--downloadable").splitlines()
    assert text[:3] == [f"media_id={MEDIA}", "embed_type=embed", "downloadable=true"]
    assert text[3].startswith("link=")
    assert text[3] != f"link={mark}"


def test_an_embed_is_listed_shown_forgotten_and_made_again(world: World):
    link = world.marked(MEDIA)
    first = world.launch(link, course_id=102)
    launch_url = parse_qs(urlsplit(first.headers["Location"]).query)["url"][0]
    (found,) = _json("embeds", "list", "--course", "102")
    number, created, made = found["id"], found.pop("created_at"), found.pop("made_at")
    assert datetime.fromisoformat(created) <= datetime.fromisoformat(made)
    assert found == {
        "id": number,
        "media_id": MEDIA,
        "course_id": 102,
        "embed_type": "embed",
        "downloadable": False,
        "title": found["title"],
        "launch_url": launch_url,
        "html": found["html"],
        "content_item": found["content_item"],
        "studio": world.studio.settings.url,
    }
    assert 'src="/courses/102/external_tools/retrieve?' in found["html"]
    assert found["content_item"]["custom"] == world.marked(MEDIA)
    assert _json("embeds", "show", str(number)) == {
        **found,
        "created_at": created,
        "made_at": made,
    }
    assert f"launch_url: {launch_url}\n" in _say("embeds", "show", str(number))
    head, row = _say("embeds", "list", "--course", "102").splitlines()
    assert head.split() == ["id", "media", "course", "type", "downloadable", "title"]
    assert row.split(maxsplit=5) == [
        str(number),
        str(MEDIA),
        "102",
        "embed",
        "no",
        found["title"],
    ]
    assert _say("embeds", "forget", str(number)) == f"Forgot embed {number}.\n"
    assert _say("embeds", "list", "--course", "102") == "No embed yet.\n"
    before = len(world.calls("create_embed"))
    again = world.launch(link, course_id=102)
    assert (again.status_code, len(world.calls("create_embed")) - before) == (302, 1)


def test_without_a_mark_a_forgotten_embed_stays_forgotten_for_students(world: World):
    world.launch(world.marked(THIRD), course_id=103)
    (found,) = _json("embeds", "list", "--course", "103")
    _say("embeds", "forget", str(found["id"]))
    answer = world.launch({"media_id": str(THIRD)}, course_id=103)
    assert (answer.status_code, read_code(answer)) == (403, "not-embedded-yet")


def test_a_course_link_counts_before_what_canvas_says(world: World):
    course, issuer = world.lms.copy_course(103), world.lms.settings.url
    arguments = ["--platform", issuer, "--context", course.context_id, "--course", "888001"]
    said = _say("courses", "link", *arguments)
    assert said == f"Context {course.context_id} of {issuer} is course 888001.\n"
    answer = world.launch(world.marked(OTHER), course_id=course.id)
    assert answer.status_code == 302
    assert "/courses/888001/" in answer.headers["Location"]
    (made,) = _json("embeds", "list", "--course", "888001")
    assert (made["media_id"], made["course_id"]) == (OTHER, 888001)


def test_a_new_key_is_published_beside_the_old_one_and_signs_later(world: World):
    (old,) = world.get("/lti/jwks.json").json()["keys"]
    said = _say("keys", "rotate")
    published = world.get("/lti/jwks.json").json()["keys"]
    (new,) = [key for key in published if key != old]
    assert len(published) == 2
    assert said.startswith(f"Published key {new['kid']}. It signs in an hour")
    assert set(new) == {"kty", "n", "e", "kid", "alg", "use"}
    first, second = _json("keys", "list")
    assert (first["kid"], second["kid"]) == (new["kid"], old["kid"])
    assert first["retires_at"] is None
    signs, retires = (
        datetime.fromisoformat(text) for text in (first["signs_from"], second["retires_at"])
    )
    assert signs - datetime.fromisoformat(first["created_at"]) > timedelta(minutes=59)
    assert retires - signs == timedelta(days=2)
    head, *rows = _say("keys", "list").splitlines()
    assert head.split() == ["kid", "created", "signs", "from", "retires"]
    assert [row.split()[0] for row in rows] == [new["kid"], old["kid"]]


def test_an_api_key_is_shown_once_listed_and_revoked(world: World):
    scopes = ["--scope", "media:read", "--scope", "embeds:write"]
    made = _json("api-keys", "create", "--name", "a cron job", *scopes)
    key, number = made.pop("key"), made["id"]
    assert made == {"id": number, "name": "a cron job", "scopes": ["embeds:write", "media:read"]}
    assert key.startswith(f"se_{number}_")
    listed = _say("api-keys", "list", "--json")
    assert key.rpartition("_")[2] not in listed
    (found,) = [one for one in json.loads(listed) if one["id"] == number]
    created = found.pop("created_at")
    assert found == {
        "id": number,
        "name": "a cron job",
        "account_id": 1,
        "scopes": ["embeds:write", "media:read"],
        "last_used_at": None,
        "revoked_at": None,
    }
    head, *rows = _say("api-keys", "list").splitlines()
    assert head.split() == ["id", "name", "studio", "scopes", "created", "last", "used", "revoked"]
    assert f"{number}  a cron job  1       embeds:write media:read  {created}  -          -" in rows
    headers = {"Authorization": f"Bearer {key}"}
    assert world.get("/api/v1/media/search", headers=headers).status_code == 200
    (used,) = [one for one in _json("api-keys", "list") if one["id"] == number]
    assert datetime.fromisoformat(used["last_used_at"]) >= datetime.fromisoformat(created)
    assert _say("api-keys", "revoke", number) == f"Revoked API key {number} (a cron job).\n"
    assert world.get("/api/v1/media/search", headers=headers).status_code == 401


def test_an_api_key_is_made_for_the_studio_account_that_is_named(world: World):
    url = world.studio.settings.url
    named = ("--name", "n", "--scope", "media:read", "--studio", url.removeprefix("http://"))
    first, second, key = _say("api-keys", "create", *named).splitlines()
    number = key.split("_")[1]
    assert first == f"Made API key {number} for {url}: media:read."
    assert second == "It is shown only now:"


def test_the_schema_of_a_database_that_is_up_to_date_stays(world: World):
    assert _say("db", "upgrade") == "The schema is up to date.\n"
