"""Studio's Media API by way of ours: the same paths and parameters, statuses and shapes."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.api.calling import CELLS, EXTERNAL, INES_ONLY, OUTSIDER, Api, check_problem
from tests.rules.source import ROOT
from tests.rules.studio_situations import GOOD, Asker, good, situation
from tests.world import World

KNOWN = json.loads((ROOT / "sandbox" / "operations.json").read_text())
OPERATIONS = {
    operation["name"]: operation
    for operation in KNOWN["operations"]
    if operation["page"] == "Media"
}
DELETED = "261007"
SIGNATURE = re.compile(r"\?expires=\d+&signature=[0-9a-f]+")
STATUSES = [
    (name, status)
    for name, operation in OPERATIONS.items()
    for status in operation["statuses"]
    if status not in ("200", "302")
]
MEANINGS = {
    "400": "studio-rejected",
    "401": "key-missing",
    "403": "studio-forbidden",
    "404": "media-not-found",
    "422": "fields-odd",
}


@pytest.fixture
def studio(world: World, api: Api) -> Iterator[Asker]:
    """Studio itself, with an access token of its own; what it shows when asked directly."""
    url = world.studio.settings.url
    api.get(f"/media/{CELLS}")
    tokens = world.http.get(f"{url}/_sandbox/tokens").json()
    asker = Asker(url, KNOWN["base"], tokens["access_token"])
    yield asker
    asker.session.close()


@pytest.fixture
def ours(api: Api) -> Iterator[Asker]:
    asker = Asker(api.world.url, "/api/v1", api.key)
    yield asker
    asker.session.close()


def _shown(answer: requests.Response) -> Any:
    """Status, body and target of an answer, without signatures, which have a time in them."""
    target = answer.headers.get("Location", "")
    text = SIGNATURE.sub("", answer.text)
    body = json.loads(text) if answer.headers["Content-Type"] == "application/json" else None
    return answer.status_code, body, SIGNATURE.sub("", target)


READING = [name for name in OPERATIONS if OPERATIONS[name]["method"] == "GET"]


def test_every_operation_of_the_media_api_is_meant():
    assert len(OPERATIONS) == 13


@pytest.mark.parametrize("name", READING)
def test_what_reads_answers_what_studio_answers(ours: Asker, studio: Asker, name: str):
    asked = good(OPERATIONS[name])
    assert _shown(ours.ask(asked)) == _shown(studio.ask(asked))


@pytest.mark.parametrize(
    "query",
    [
        {"title": "cell", "per_page": 3},
        {"page": 2, "per_page": 50},
        {"page": 999},
        {"owner": "ines.instructor@sandbox.test", "min_size": 1, "max_size": 90_000_000},
        {"start_date": "2024-09-01", "end_date": "2025-06-30", "source": "upload"},
        {"last_viewed_start_date": "2025-01-01", "last_viewed_end_date": "2025-12-31"},
        {"last_viewed_by_student_start_date": "2025-01-01", "tag": "biology"},
        {"last_viewed_by_student_end_date": "2024-12-31"},
    ],
    ids=str,
)
def test_a_search_finds_what_studio_finds(ours: Asker, studio: Asker, query: dict[str, Any]):
    asked = good(OPERATIONS["search"], query=query)
    mine, theirs = _shown(ours.ask(asked)), _shown(studio.ask(asked))
    assert mine == theirs
    assert mine[0] == 200


@pytest.mark.parametrize("query", [{"min_permission": "edit"}, {"quality": "low"}], ids=str)
def test_parameters_are_handed_on(api: Api, ours: Asker, studio: Asker, query: dict[str, Any]):
    given = {"permissions": [{"user_id": 4305, "permission": "view"}]}
    assert api.post(f"/media/{CELLS}/permissions", given).status_code in (200, 400)
    name = "users" if "min_permission" in query else "download"
    asked = good(OPERATIONS[name], query=query)
    mine = _shown(ours.ask(asked))
    assert mine == _shown(studio.ask(asked))
    assert mine != _shown(studio.ask(good(OPERATIONS[name])))


@pytest.mark.parametrize(("name", "status"), STATUSES)
def test_each_refusal_of_the_reference_page_has_its_status_here(
    world: World, ours: Asker, name: str, status: str
):
    asked = situation(OPERATIONS[name], status)
    world.tell_studio("caller", email=asked.person)
    check_problem(world, ours.ask(asked), int(status), MEANINGS[status])


def test_a_media_is_archived_unarchived_moved_and_deleted(ours: Asker, studio: Asker, api: Api):
    def found(media_id: str) -> bool:
        pages = [api.get("/media/search", per_page=50, page=n).json()["media"] for n in range(1, 6)]
        return int(media_id) in {media["id"] for page in pages for media in page}

    media_id = DELETED
    assert found(media_id)
    archived = api.call("PUT", f"/media/{media_id}/archive")
    assert (archived.status_code, archived.json()["media"]["id"]) == (200, int(media_id))
    assert not found(media_id)
    moved = api.call("PUT", f"/media/{media_id}/unarchive?collection_id=50011")
    assert (moved.status_code, moved.json()["media"]["collection"]["id"]) == (200, 50_011)
    assert found(media_id)
    asked = good(OPERATIONS["show"], values=GOOD | {"media_id": media_id})
    before = studio.ask(asked).json()
    deleted = api.call("DELETE", f"/media/{media_id}")
    assert (deleted.status_code, deleted.json()) == (200, before)
    assert studio.ask(asked).status_code == 404


def test_permissions_are_added_and_listed(world: World, studio: Asker, api: Api):
    wanted = [{"user_id": 4402, "permission": "edit"}, {"group_id": 880, "permission": "access"}]
    answer = api.post(f"/media/{INES_ONLY}/permissions", {"permissions": wanted})
    listed = studio.ask(
        good(OPERATIONS["permissions"], values=GOOD | {"media_id": str(INES_ONLY)})
    ).json()
    assert (answer.status_code, answer.json()) == (200, listed)
    assert {(one["id"], one["permission"]) for one in listed["permissions"]} >= {
        (4402, "edit"),
        (880, "access"),
    }
    again = api.post(f"/media/{INES_ONLY}/permissions", {"permissions": wanted})
    check_problem(world, again, 400, "studio-rejected")


@pytest.mark.parametrize(
    ("path", "status", "name"),
    [
        (f"/media/{EXTERNAL}/download", 422, "studio-rejected"),
        ("/media/262118/download?quality=highest", 404, "media-not-found"),
        (f"/media/{CELLS}/download?quality=best-of-all", 422, "studio-rejected"),
        ("/media/search?source=betamax", 422, "studio-rejected"),
    ],
)
def test_what_studio_rejects_stays_rejected(
    world: World, api: Api, path: str, status: int, name: str
):
    check_problem(world, api.get(path), status, name)


def test_a_foreign_media_makes_no_embed(world: World, api: Api):
    world.tell_studio("caller", email=OUTSIDER)
    check_problem(world, api.embed(1, media_id=INES_ONLY), 403, "studio-forbidden")
    assert api.get("/embeds", media_id=INES_ONLY).json()["embeds"] == []


def test_what_studio_says_beyond_its_documents_is_handed_on(world: World, api: Api):
    beyond = {"media.hologram": {"depth": [1, None]}, "media.owner.pronouns": "they"}
    world.tell_studio("next", operation="show", change=beyond, drop=[])
    media = api.get(f"/media/{CELLS}").json()["media"]
    assert (media["hologram"], media["owner"]["pronouns"]) == ({"depth": [1, None]}, "they")
    world.tell_studio("next", operation="show", drop=["media.description", "media.owner"])
    left = api.get(f"/media/{CELLS}").json()["media"]
    assert not {"description", "owner"} & set(left)


def test_a_search_without_meta_answers_none(world: World, api: Api):
    world.tell_studio("next", operation="search", drop=["meta"])
    assert set(api.get("/media/search").json()) == {"media"}


def test_a_download_goes_elsewhere_without_the_key(world: World, api: Api):
    elsewhere = "https://files.notorious.example/7.mp4?signature=x"
    world.tell_studio("next", operation="download", redirect=elsewhere)
    answer = api.get(f"/media/{CELLS}/download")
    assert (answer.status_code, answer.headers["Location"]) == (302, elsewhere)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "signature=x" not in world.logs()
