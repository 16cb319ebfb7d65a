"""Who may call the API, and what a key that may not is told."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from app.core import api_keys
from tests.api.calling import CELLS, UNKNOWN, Api, check_problem, make_api
from tests.world import World

WISH = {"course_id": 1, "embed_type": "embed"}
EMBED = {"media_id": CELLS, **WISH}
GRANT = {"permissions": [{"user_id": 4402, "permission": "view"}]}
CALLS: dict[str, tuple[str, str, str, Any]] = {
    "make an embed": ("embeds:write", "POST", "/embeds", EMBED),
    "list embeds": ("embeds:read", "GET", "/embeds", None),
    "show an embed": ("embeds:read", "GET", "/embeds/1", None),
    "forget an embed": ("embeds:write", "DELETE", "/embeds/1", None),
    "get a cartridge": ("embeds:read", "GET", f"/courses/{UNKNOWN}/cartridge", None),
    "begin a batch": ("embeds:write", "POST", "/batches", {"items": [EMBED]}),
    "list batches": ("embeds:read", "GET", "/batches", None),
    "show a batch": ("embeds:read", "GET", f"/batches/{UNKNOWN}", None),
    "list items": ("embeds:read", "GET", f"/batches/{UNKNOWN}/items", None),
    "cancel": ("embeds:write", "POST", f"/batches/{UNKNOWN}/cancel", None),
    "retry": ("embeds:write", "POST", f"/batches/{UNKNOWN}/retry", None),
    "search": ("media:read", "GET", "/media/search", None),
    "show": ("media:read", "GET", f"/media/{UNKNOWN}", None),
    "delete": ("media:write", "DELETE", f"/media/{UNKNOWN}", None),
    "archive": ("media:write", "PUT", f"/media/{UNKNOWN}/archive", None),
    "unarchive": ("media:write", "PUT", f"/media/{UNKNOWN}/unarchive", None),
    "courses": ("media:read", "GET", f"/media/{UNKNOWN}/courses", None),
    "create_embed": ("embeds:write", "POST", f"/media/{UNKNOWN}/create_embed", WISH),
    "download": ("media:read", "GET", f"/media/{UNKNOWN}/download", None),
    "permissions": ("media:read", "GET", f"/media/{UNKNOWN}/permissions", None),
    "add_permissions": ("media:write", "POST", f"/media/{UNKNOWN}/permissions", GRANT),
    "perspectives": ("media:read", "GET", f"/media/{UNKNOWN}/perspectives", None),
    "sources": ("media:read", "GET", f"/media/{UNKNOWN}/sources", None),
    "users": ("media:read", "GET", f"/media/{UNKNOWN}/users", None),
}


@pytest.fixture(scope="module")
def by_scope(world: World) -> Callable[[str, bool], Api]:
    """The API with a key for one scope, or for all others."""
    one = {scope: make_api(world, [scope]) for scope in api_keys.SCOPES}
    others = {
        scope: make_api(world, [other for other in api_keys.SCOPES if other != scope])
        for scope in api_keys.SCOPES
    }
    return lambda scope, has_it: (one if has_it else others)[scope]


@pytest.mark.parametrize("name", CALLS)
def test_an_operation_needs_its_scope_and_no_other(
    world: World, api: Api, by_scope: Callable[[str, bool], Api], name: str
):
    scope, method, path, body = CALLS[name]
    refused = by_scope(scope, False).call(method, path, json=body)
    document = check_problem(world, refused, 403, "scope-missing")
    assert document["detail"] == f"This key lacks the scope {scope}."
    assert refused.headers["WWW-Authenticate"] == (
        f'Bearer realm="Studio Embed", error="insufficient_scope", scope="{scope}"'
    )
    answer = by_scope(scope, True).call(method, path, json=body)
    assert answer.status_code in (200, 201, 202, 204, 404)


@pytest.mark.parametrize("name", CALLS)
def test_nothing_is_done_without_a_key(world: World, name: str):
    _, method, path, body = CALLS[name]
    answer = world.http.request(method, f"{world.url}/api/v1{path}", json=body)
    check_problem(world, answer, 401, "key-missing")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Studio Embed"'


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("", "key-missing"),
        ("Bearer", "key-missing"),
        ("Bearer ", "key-missing"),
        ("Basic dXNlcjpwYXNz", "key-missing"),
        ("Bearer se_0a1b2c3d_" + "0" * 64, "key-unknown"),
        ("Bearer nonsense", "key-unknown"),
        ("Bearer \xff", "key-unknown"),
    ],
)
def test_what_is_no_key_is_told_apart_from_no_key(world: World, header: str, name: str):
    answer = world.get("/api/v1/embeds", headers={"Authorization": header.encode("latin-1")})
    check_problem(world, answer, 401, name)
    assert ('error="invalid_token"' in answer.headers["WWW-Authenticate"]) == (
        name == "key-unknown"
    )


@pytest.mark.parametrize(
    ("wished", "is_taken"),
    [
        ("night-7_of.8", True),
        ("0f" * 32, True),
        ("0f" * 32 + "0", False),
        ("", False),
        ("a b", False),
        ("{}", False),
        ("a\tb", False),
        ("ü", False),
    ],
)
def test_a_programs_own_request_id_is_given_back_where_it_is_one_word(
    world: World, api: Api, wished: str, is_taken: bool
):
    headers = {"X-Request-Id": wished.encode("latin-1")}
    for path, status in (("/embeds", 200), ("/nothing", 404)):
        answer = api.call("GET", path, headers=headers)
        given = answer.headers["X-Request-Id"]
        assert (answer.status_code, given == wished) == (status, is_taken)
        assert f'"reference": "{given}"' in world.logs()


def test_pages_have_references_of_their_own(world: World):
    answer = world.get("/", headers={"X-Request-Id": "mine"})
    assert answer.headers["X-Request-Id"] != "mine"


def test_the_scheme_may_be_written_in_any_case(api: Api):
    for scheme in ("bearer", "BEARER"):
        headers = {"Authorization": f"{scheme} {api.key}"}
        assert api.call("GET", "/embeds", headers=headers).status_code == 200


def test_a_revoked_key_ends_at_once_in_every_process(world: World):
    mine, other = make_api(world), make_api(world)

    def answers(api: Api) -> set[int]:
        return {api.get("/embeds").status_code for _ in range(12)}

    assert (answers(mine), answers(other)) == ({200}, {200})
    world.flask("api-keys", "revoke", mine.key.split("_")[1])
    assert (answers(mine), answers(other)) == ({401}, {200})


def test_a_key_in_the_address_counts_for_nothing_and_none_is_logged(world: World, api: Api):
    answer = requests.get(f"{world.url}/api/v1/embeds?access_token={api.key}", timeout=10)
    check_problem(world, answer, 401, "key-missing")
    assert api.get(f"/{api.key}").status_code == 404
    assert api.key not in world.logs()
    assert api.key.rpartition("_")[2] not in world.logs()


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_no_other_origin_is_let_in_by_a_browser(api: Api, origin: str):
    answer = api.call("GET", "/embeds", headers={"Origin": origin})
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]
    asked = api.call("OPTIONS", "/embeds", headers={"Access-Control-Request-Method": "POST"})
    check_problem(api.world, asked, 405, "method-not-allowed")
