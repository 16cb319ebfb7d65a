"""The small Studio gives, changes and takes back tokens as the real one does."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sandbox.studio_visitor import API, CLIENT, TOKEN, Caller, small_studio


@pytest.fixture
def studio() -> Iterator[Caller]:
    with small_studio() as caller:
        yield caller


def test_a_refresh_gives_two_new_tokens_and_kills_the_old_ones(studio: Caller) -> None:
    before = studio.tokens()
    given = studio.refresh(before["refresh_token"])

    assert given.status_code == 200
    pair = given.json()
    assert {key: pair[key] for key in ("token_type", "expires_in")} == {
        "token_type": "Bearer",
        "expires_in": 3600,
    }
    keys = {"access_token", "refresh_token", "token_type", "expires_in", "created_at"}
    assert pair.keys() == keys
    assert studio.tokens() == {key: pair[key] for key in ("access_token", "refresh_token")}
    assert len({*before.values(), pair["access_token"], pair["refresh_token"]}) == 4

    again = studio.refresh(before["refresh_token"])
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})
    old = {"Authorization": f"Bearer {before['access_token']}"}
    assert studio.send("GET", f"{API}/media/260854", headers=old).status_code == 401
    assert studio.refresh(pair["refresh_token"]).status_code == 200


def test_of_two_refreshes_at_once_only_one_succeeds(studio: Caller) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda _: Caller(studio.url).refresh("sandbox-refresh-token"), range(8))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7


def test_the_client_may_be_named_by_basic_authorization_and_must_be_known(studio: Caller) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "sandbox-refresh-token"}
    wrong = studio.send("POST", TOKEN, data=form, auth=("sandbox-client", "wrong"))
    assert (wrong.status_code, wrong.json()) == (401, {"error": "invalid_client"})
    nobody = studio.send("POST", TOKEN, data=form)
    assert (nobody.status_code, nobody.json()) == (401, {"error": "invalid_client"})
    odd = studio.send("POST", TOKEN, data={**CLIENT, "grant_type": "password"})
    assert (odd.status_code, odd.json()) == (400, {"error": "unsupported_grant_type"})
    good = studio.send("POST", TOKEN, data=form, auth=("sandbox-client", "sandbox-client-secret"))
    assert good.status_code == 200


def test_allowing_gives_a_code_without_state_that_is_good_once(studio: Caller) -> None:
    asked = {
        "client_id": "sandbox-client",
        "response_type": "code",
        "redirect_uri": "https://tool.test/back?a=1",
        "state": "kept",
    }
    page = studio.send("GET", "/api/public/oauth/authorize", params=asked)
    assert page.status_code == 200
    assert "<button" in page.text
    assert page.headers["Content-Security-Policy"].endswith("form-action 'self' https://tool.test")

    back = studio.send("POST", "/api/public/oauth/authorize", data=asked)
    assert back.status_code == 302
    target = urlsplit(back.headers["Location"])
    assert (target.scheme, target.netloc, target.path) == ("https", "tool.test", "/back")
    query = parse_qs(target.query)
    assert query.keys() == {"a", "code"}

    form = {**CLIENT, "grant_type": "authorization_code", "code": query["code"][0]}
    uri = asked["redirect_uri"]
    first = studio.send("POST", TOKEN, data={**form, "redirect_uri": uri})
    assert first.status_code == 200
    assert studio.tokens()["refresh_token"] == first.json()["refresh_token"]
    second = studio.send("POST", TOKEN, data={**form, "redirect_uri": uri})
    assert (second.status_code, second.json()) == (400, {"error": "invalid_grant"})


def test_who_denies_the_access_goes_back_with_an_error_and_no_code(studio: Caller) -> None:
    asked = {
        "client_id": "sandbox-client",
        "response_type": "code",
        "redirect_uri": "https://tool.test/back",
    }
    page = studio.send("GET", "/api/public/oauth/authorize", params=asked)
    assert 'value="deny"' in page.text
    denied = {**asked, "decision": "deny"}
    back = studio.send("POST", "/api/public/oauth/authorize", data=denied)
    assert back.headers["Location"] == "https://tool.test/back?error=access_denied"


def test_a_code_is_bound_to_its_redirect_uri(studio: Caller) -> None:
    asked = {"client_id": "sandbox-client", "response_type": "code"}
    back = studio.send(
        "POST",
        "/api/public/oauth/authorize",
        data={**asked, "redirect_uri": "https://tool.test/back"},
    )
    code = parse_qs(urlsplit(back.headers["Location"]).query)["code"][0]
    form = {**CLIENT, "grant_type": "authorization_code", "code": code}
    other = studio.send("POST", TOKEN, data={**form, "redirect_uri": "https://other.test/"})
    assert (other.status_code, other.json()) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "other"},
        {"response_type": "token"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "https://tool.test; script-src *"},
    ],
)
def test_a_wrong_authorization_request_is_refused_with_a_page(
    studio: Caller, change: dict[str, str]
) -> None:
    asked = {
        "client_id": "sandbox-client",
        "response_type": "code",
        "redirect_uri": "https://tool.test/back",
    }
    for method in ("GET", "POST"):
        answer = studio.send(method, "/api/public/oauth/authorize", params={**asked, **change})
        assert answer.status_code == 400
        assert "Sandbox Studio cannot show this" in answer.text


def test_an_access_token_expires_after_its_seconds() -> None:
    with small_studio(access_token_seconds=0) as studio:
        pair = studio.refresh("sandbox-refresh-token").json()
        assert pair["expires_in"] == 0
        headers = {"Authorization": f"Bearer {pair['access_token']}"}
        answer = studio.send("GET", f"{API}/media/260854", headers=headers)
        assert answer.status_code == 401
        assert answer.json() == {"error": "The access token is missing, expired or unknown."}
        assert studio.tokens() == {"access_token": None, "refresh_token": pair["refresh_token"]}


def test_tokens_can_be_made_to_expire_and_be_revoked(studio: Caller) -> None:
    expired = studio.send("POST", "/_sandbox/tokens", json={"expire": True})
    assert expired.json() == {"access_token": None, "refresh_token": "sandbox-refresh-token"}
    assert studio.refresh("sandbox-refresh-token").status_code == 200
    refresh_token = studio.tokens()["refresh_token"]
    revoked = studio.send("POST", "/_sandbox/tokens", json={"revoke": True})
    assert revoked.json() == {"access_token": None, "refresh_token": None}
    assert studio.refresh(refresh_token).status_code == 400
