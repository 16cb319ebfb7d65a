"""The small Studio behaves as the service must expect of the real one, failures included."""

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from oauthlib.oauth1 import SIGNATURE_TYPE_BODY, Client

from sandbox.studio import StudioSettings, create_studio
from tests.servers import serving

API = "/api/public/v1"
TOKEN = "/api/public/oauth/token"
UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
CLIENT = {"client_id": "sandbox-client", "client_secret": "sandbox-client-secret"}
LAUNCH = {
    "lti_message_type": "basic-lti-launch-request",
    "lti_version": "LTI-1p0",
    "resource_link_id": "link-1",
    "user_id": "user-7",
    "roles": "Learner",
    "custom_canvas_course_id": "42",
}


class Caller:
    """Speaks to one small Studio over HTTP, without any proxy."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.session.request(
            method, self.url + path, timeout=10, allow_redirects=False, **options
        )

    def tokens(self) -> dict[str, str]:
        return self.send("GET", "/_sandbox/tokens").json()

    def api(self, method: str, path: str, **options: Any) -> requests.Response:
        token = self.tokens()["access_token"]
        return self.send(
            method, API + path, headers={"Authorization": f"Bearer {token}"}, **options
        )

    def embed(self, **changes: Any) -> requests.Response:
        order = {"course_id": 42, "embed_type": "embed", **changes}
        return self.api("POST", "/media/260854/create_embed", json=order)

    def launch_url(self, **changes: Any) -> str:
        return self.embed(**changes).json()["launch_url"]

    def refresh(self, refresh_token: str) -> requests.Response:
        return self.send(
            "POST",
            TOKEN,
            data={**CLIENT, "grant_type": "refresh_token", "refresh_token": refresh_token},
        )

    def fail_next(self, **order: Any) -> None:
        answer = self.send("POST", "/_sandbox/next", json=order)
        assert answer.status_code == 200, answer.text

    def launch(self, url: str, body: str) -> requests.Response:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.session.post(url, data=body, headers=headers, timeout=10)


@pytest.fixture
def studio() -> Iterator[Caller]:
    with serving("127.0.0.2", lambda url: create_studio(StudioSettings(url=url))) as app:
        yield Caller(app.extensions["studio"].settings.url)


def signed(
    url: str,
    parameters: dict[str, str] | None = None,
    key: str = "sandbox-consumer",
    secret: str = "sandbox-consumer-secret",
    **changes: str,
) -> str:
    client = Client(key, client_secret=secret, signature_type=SIGNATURE_TYPE_BODY)
    _, _, body = client.sign(
        url,
        "POST",
        body=urlencode({**(LAUNCH if parameters is None else parameters), **changes}),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    return str(body)


def cookie_of(answer: requests.Response) -> dict[str, str]:
    return {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}


def video_of(page: requests.Response) -> str:
    found = re.search(r'src="(/media/[^"]+)"', page.text)
    assert found is not None, page.text
    return found[1]


# OAuth


def test_a_refresh_gives_two_new_tokens_and_kills_the_old_ones(studio: Caller) -> None:
    before = studio.tokens()
    given = studio.refresh(before["refresh_token"])

    assert given.status_code == 200
    pair = given.json()
    assert {key: pair[key] for key in ("token_type", "expires_in")} == {
        "token_type": "Bearer",
        "expires_in": 3600,
    }
    assert pair.keys() == {"access_token", "refresh_token", "token_type", "expires_in"}
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
    settings = {"access_token_seconds": 0}
    with serving("127.0.0.2", lambda url: create_studio(StudioSettings(url, **settings))) as app:
        studio = Caller(app.extensions["studio"].settings.url)
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


# The Media API


def test_every_operation_wants_an_access_token(studio: Caller) -> None:
    operations = [
        ("GET", "/search"),
        ("GET", "/260854"),
        ("DELETE", "/260854"),
        ("PUT", "/260854/archive"),
        ("PUT", "/260854/unarchive"),
        ("GET", "/260854/courses"),
        ("POST", "/260854/create_embed"),
        ("GET", "/260854/download"),
        ("GET", "/260854/permissions"),
        ("POST", "/260854/permissions"),
        ("GET", "/260854/perspectives"),
        ("GET", "/260854/sources"),
        ("GET", "/260854/users"),
    ]
    answers = [studio.send(method, f"{API}/media{path}") for method, path in operations]
    assert [answer.status_code for answer in answers] == [401] * 13
    assert {answer.json()["error"] for answer in answers} == {
        "The access token is missing, expired or unknown."
    }


def test_a_media_is_shown_in_the_documented_shape(studio: Caller) -> None:
    media = studio.api("GET", "/media/261533").json()["media"]
    assert re.fullmatch(UUID, media.pop("embed_id"))
    assert re.fullmatch(f"{UUID}-261533", media.pop("lti_launch_id"))
    assert media == {
        "id": 261533,
        "title": "Énergie & <b>matière</b> – 物理 \"1\" <script>alert('1')</script>",
        "description": "Un titre qui met les pages à l’épreuve.",
        "duration": 6.008,
        "created_at": "2024-10-01T10:30:00Z",
        "last_viewed": None,
        "last_viewed_by_student": None,
        "thumbnail_url": f"{studio.url}/thumbnails/261533.svg",
        "transcoding_status": "transcoded",
        "owner": {
            "id": 4071,
            "full_name": "Ines Instructor",
            "display_name": "Ines Instructor",
            "email": "ines.instructor@sandbox.test",
        },
        "size": 9441268,
        "source": "upload",
    }


def test_a_search_finds_by_title_and_owner_and_pages(studio: Caller) -> None:
    def found(**query: object) -> tuple[list[int], dict[str, int]]:
        answer = studio.api("GET", "/media/search", params=query).json()
        return [media["id"] for media in answer["media"]], answer["meta"]

    one_page = {"current_page": 1, "last_page": 1}
    everything = [260854, 260861, 261007, 261533, 262118, 262590, 263940]
    assert found() == (everything, {**one_page, "total_count": 7})
    assert found(title="éNERGIE") == ([261533], {**one_page, "total_count": 1})
    assert found(owner="Omar.Other@sandbox.test") == (
        [261007, 262590, 263940],
        {**one_page, "total_count": 3},
    )
    assert found(title="nothing") == ([], {**one_page, "total_count": 0})
    assert found(owner="ines.instructor@sandbox.test", page=2, per_page=3) == (
        [262118],
        {"current_page": 2, "last_page": 2, "total_count": 4},
    )


@pytest.mark.parametrize("query", [{"per_page": "51"}, {"page": "0"}, {"page": "x"}, {"q": "1"}])
def test_a_search_refuses_wrong_parameters(studio: Caller, query: dict[str, str]) -> None:
    answer = studio.api("GET", "/media/search", params=query)
    assert (answer.status_code, list(answer.json())) == (422, ["error"])


def test_users_are_those_with_at_least_the_asked_permission(studio: Caller) -> None:
    def emails(media_id: int, **query: str) -> list[str]:
        users = studio.api("GET", f"/media/{media_id}/users", params=query).json()["users"]
        return [f"{user['email'].split('.')[0]} {user['permission']}" for user in users]

    assert emails(261007) == ["omar edit", "ines edit", "tara access"]
    assert emails(261007, min_permission="view") == ["omar edit", "ines edit"]
    assert emails(262590, min_permission="view") == ["omar edit", "ines view"]
    assert emails(262590, min_permission="edit") == ["omar edit"]
    assert emails(263940) == ["omar edit"]
    wrong = studio.api("GET", "/media/261007/users", params={"min_permission": "own"})
    assert wrong.status_code == 422


def test_each_create_embed_makes_another_launch_url_that_perspectives_list(studio: Caller) -> None:
    answers = [studio.embed(), studio.embed(embed_type="bare_embed", downloadable=True)]
    other = studio.launch_url(course_id=43)

    assert [answer.status_code for answer in answers] == [200, 200]
    first, second = (answer.json()["launch_url"] for answer in answers)
    assert len({first, second, other}) == 3
    assert re.fullmatch(
        re.escape(f"{studio.url}/lti/launch?custom_arc_launch_type=embed&custom_arc_media_id=")
        + f"{UUID}-260854&custom_arc_start_at=0",
        first,
    )
    assert "custom_arc_launch_type=bare_embed&" in second
    listed = studio.api("GET", "/media/260854/perspectives").json()
    assert listed == {
        "perspectives": [
            {
                "id": 2608540,
                "media_id": 260854,
                "collection": {"id": 40710, "name": None, "type": "user", "course_id": None},
                "embeds": [],
            },
            {
                "id": 2608541,
                "media_id": 260854,
                "collection": {
                    "id": 700042,
                    "name": "Course 42",
                    "type": "course_wide",
                    "course_id": 42,
                },
                "embeds": [
                    {"launch_url": first, "embed_type": "embed", "downloadable": False},
                    {"launch_url": second, "embed_type": "bare_embed", "downloadable": True},
                ],
            },
            {
                "id": 2608542,
                "media_id": 260854,
                "collection": {
                    "id": 700043,
                    "name": "Course 43",
                    "type": "course_wide",
                    "course_id": 43,
                },
                "embeds": [{"launch_url": other, "embed_type": "embed", "downloadable": False}],
            },
        ]
    }
    assert studio.api("GET", "/media/260854/courses").json() == {
        "courses": [{"id": 42, "name": "Course 42"}, {"id": 43, "name": "Course 43"}]
    }


@pytest.mark.parametrize(
    "order",
    [
        None,
        [],
        {},
        {"course_id": 42},
        {"embed_type": "embed"},
        {"course_id": "42", "embed_type": "embed"},
        {"course_id": True, "embed_type": "embed"},
        {"course_id": 0, "embed_type": "embed"},
        {"course_id": 42, "embed_type": "other"},
        {"course_id": 42, "embed_type": "embed", "downloadable": "true"},
        {"course_id": 42, "embed_type": "embed", "more": 1},
    ],
)
def test_create_embed_refuses_a_wrong_body_and_makes_nothing(studio: Caller, order: object) -> None:
    answer = studio.api("POST", "/media/260854/create_embed", json=order)
    assert (answer.status_code, list(answer.json())) == (422, ["error"])
    assert studio.api("GET", "/media/260854/courses").json() == {"courses": []}


def test_a_media_that_cannot_be_is_422_and_one_that_is_not_is_404(studio: Caller) -> None:
    order = {"course_id": 42, "embed_type": "embed"}
    for bad in ("abc", "0", "-1", "²", "9" * 19, "9" * 30):
        answer = studio.api("POST", f"/media/{bad}/create_embed", json=order)
        assert answer.status_code == 422, bad
        assert answer.json() == {"error": "Invalid media_id is provided."}
        assert studio.api("GET", f"/media/{bad}").status_code == 404
    missing = studio.api("POST", "/media/260855/create_embed", json=order)
    assert missing.status_code == 404
    assert missing.json() == {"error": "The media ID was not found."}
    assert studio.api("GET", "/media/260855").status_code == 404


def test_a_deleted_media_is_gone_for_api_and_launches(studio: Caller) -> None:
    url = studio.launch_url()
    assert studio.send("DELETE", "/_sandbox/media/260854").status_code == 200
    assert studio.send("DELETE", "/_sandbox/media/260854").status_code == 404
    assert studio.api("GET", "/media/260854").status_code == 404
    refused = studio.launch(url, signed(url))
    assert (refused.status_code, "is gone" in refused.text) == (400, True)


def test_the_operations_that_no_embedding_needs_are_there(studio: Caller) -> None:
    def search() -> int:
        return studio.api("GET", "/media/search").json()["meta"]["total_count"]

    assert studio.api("PUT", "/media/260854/archive").json()["media"]["id"] == 260854
    assert search() == 6
    assert studio.api("PUT", "/media/260854/unarchive").status_code == 200
    assert search() == 7
    assert studio.api("GET", "/media/260854/download").status_code == 302
    assert len(studio.api("GET", "/media/260854/sources").json()["sources"]) == 1
    new = {"permissions": [{"user_id": 4071, "permission": "view"}]}
    shared = studio.api("POST", "/media/263940/permissions", json=new)
    assert shared.status_code == 200
    assert shared.json() == studio.api("GET", "/media/263940/permissions").json()
    assert studio.api("POST", "/media/263940/permissions", json=new).status_code == 400
    assert studio.api("DELETE", "/media/260854").json()["media"]["id"] == 260854
    assert studio.api("GET", "/media/260854").status_code == 404


def test_a_sound_has_no_thumbnail(studio: Caller) -> None:
    codes = [studio.send("GET", f"/thumbnails/{one}.svg").status_code for one in (260854, 262118)]
    assert codes == [200, 403]


# Launches


def test_a_signed_launch_is_logged_and_shows_title_tabs_and_player(studio: Caller) -> None:
    url = studio.launch_url()
    page = studio.launch(url, signed(url, custom_extra="ünï&=", lis_person_name_full="Léa"))

    assert page.status_code == 200
    assert "<h1>Cell Division: Mitosis in Six Minutes</h1>" in page.text
    assert re.findall(r'role="tab" id="([^"]+)"', page.text) == ["tab-details", "tab-comments"]
    assert page.text.count("<video ") == 1
    assert "autoplay" not in page.text
    assert "Download" not in page.text
    assert studio.send("GET", "/_sandbox/launches").json() == [
        {
            "media_id": 260854,
            "launch_id": parse_qs(urlsplit(url).query)["custom_arc_media_id"][0],
            "launch_type": "embed",
            "downloadable": False,
            "course_id": 42,
            "user_id": "user-7",
            "roles": "Learner",
            "parameters": {**LAUNCH, "custom_extra": "ünï&=", "lis_person_name_full": "Léa"},
        }
    ]
    assert studio.send("GET", "/_sandbox/refusals").json() == []


def test_a_page_may_be_framed_and_has_a_strict_policy_and_cookie(studio: Caller) -> None:
    url = studio.launch_url()
    page = studio.launch(url, signed(url))
    assert page.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; media-src 'self'; "
        "img-src 'self' data:; base-uri 'none'; form-action 'self'"
    )
    assert "X-Frame-Options" not in page.headers
    name, *attributes = page.headers["Set-Cookie"].split("; ")
    assert re.fullmatch(f"studio_{UUID}-260854=[A-Za-z0-9_-]{{32}}", name)
    assert set(attributes) == {"Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"}
    assert page.text.startswith("<!doctype html>")
    assert not re.search(r"<script>|<style|\son[a-z]+=|\sstyle=", page.text)


@pytest.mark.parametrize("roles", ["Instructor", "Learner,urn:lti:role:ims/lis/Instructor"])
def test_an_instructor_sees_insights(studio: Caller, roles: str) -> None:
    url = studio.launch_url()
    page = studio.launch(url, signed(url, roles=roles))
    tabs = re.findall(r'role="tab" id="([^"]+)"', page.text)
    assert tabs == ["tab-details", "tab-comments", "tab-insights"]
    ids = re.findall(r'\sid="([^"]+)"', page.text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'aria-(?:controls|labelledby)="([^"]+)"', page.text)) <= set(ids)


def test_a_bare_embed_has_only_the_player_and_downloads_if_allowed(studio: Caller) -> None:
    url = studio.launch_url(embed_type="bare_embed")
    plain = studio.launch(url, signed(url, roles="Instructor"))
    assert plain.status_code == 200
    assert ("<h1>" in plain.text, 'role="tab"' in plain.text) == (False, False)
    assert ("<video " in plain.text, "Download" in plain.text) == (True, False)

    url = studio.launch_url(embed_type="bare_embed", downloadable=True)
    downloadable = studio.launch(url, signed(url))
    assert f'<a href="{video_of(downloadable)}" download=' in downloadable.text


def test_a_title_with_markup_is_shown_as_text(studio: Caller) -> None:
    order = {"course_id": 42, "embed_type": "embed"}
    url = studio.api("POST", "/media/261533/create_embed", json=order).json()["launch_url"]
    page = studio.launch(url, signed(url)).text
    assert "<h1>Énergie &amp; &lt;b&gt;matière&lt;/b&gt; – 物理" in page
    assert "<script>alert" not in page


def test_the_start_of_the_launch_url_is_honoured(studio: Caller) -> None:
    url = studio.launch_url().replace("start_at=0", "start_at=2.5")
    assert 'data-start-seconds="2.5"' in studio.launch(url, signed(url)).text
    for wrong in ("soon", "-1", "inf"):
        bad = url.replace("2.5", wrong)
        assert studio.launch(bad, signed(bad)).status_code == 400


def refusal(studio: Caller, url: str, body: str) -> tuple[int, str]:
    answer = studio.launch(url, body)
    assert "<video" not in answer.text
    assert "Set-Cookie" not in answer.headers
    assert studio.send("GET", "/_sandbox/launches").json() == []
    found = re.search(r'<p role="alert">(.+)</p>', answer.text)
    assert found is not None, answer.text
    noted = studio.send("GET", "/_sandbox/refusals").json()[-1]
    assert (noted["status"], noted["reason"]) == (answer.status_code, found[1])
    return answer.status_code, found[1]


WRONG_SIGNATURE = (
    401,
    "The launch’s signature is wrong: something was altered, or the secret is another.",
)


@pytest.mark.parametrize("name", sorted(LAUNCH))
def test_an_altered_parameter_is_refused(studio: Caller, name: str) -> None:
    url = studio.launch_url()
    altered = signed(url).replace(f"{name}={LAUNCH[name]}", f"{name}=altered")
    assert "=altered" in altered
    assert refusal(studio, url, altered) == WRONG_SIGNATURE


def test_an_added_or_altered_query_is_refused(studio: Caller) -> None:
    url = studio.launch_url()
    altered = url.replace("start_at=0", "start_at=5")
    assert refusal(studio, altered, signed(url)) == WRONG_SIGNATURE
    assert refusal(studio, f"{url}&more=1", signed(url)) == WRONG_SIGNATURE
    other = studio.launch_url()
    assert refusal(studio, other, signed(url)) == WRONG_SIGNATURE


def test_another_secret_or_consumer_is_refused(studio: Caller) -> None:
    url = studio.launch_url()
    assert refusal(studio, url, signed(url, secret="wrong")) == WRONG_SIGNATURE
    assert refusal(studio, url, signed(url, key="stranger")) == (
        401,
        "The launch’s consumer is unknown.",
    )


def test_a_launch_is_good_once_even_when_many_come_at_once(studio: Caller) -> None:
    url = studio.launch_url()
    body = signed(url)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: Caller(studio.url).launch(url, body), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7
    assert len(studio.send("GET", "/_sandbox/launches").json()) == 1
    refused = studio.send("GET", "/_sandbox/refusals").json()
    assert [one["reason"] for one in refused] == ["The launch was used before."] * 7


def test_a_refused_launch_does_not_use_up_the_good_one(studio: Caller) -> None:
    url = studio.launch_url()
    body = signed(url)
    assert refusal(studio, url, body.replace("user-7", "user-8")) == WRONG_SIGNATURE
    assert studio.launch(url, body).status_code == 200


def test_an_old_launch_is_refused(studio: Caller) -> None:
    url = studio.launch_url()
    client = Client(
        "sandbox-consumer",
        client_secret="sandbox-consumer-secret",
        signature_type=SIGNATURE_TYPE_BODY,
        timestamp=str(int(time.time()) - 3600),
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    _, _, body = client.sign(url, "POST", body=urlencode(LAUNCH), headers=headers)
    assert refusal(studio, url, str(body)) == (
        401,
        "The launch’s OAuth parameters are incomplete or too old.",
    )


def test_an_embed_of_another_course_is_refused(studio: Caller) -> None:
    url = studio.launch_url(course_id=43)
    assert refusal(studio, url, signed(url)) == (403, "This embed was made for another course.")


def test_an_unknown_launch_id_or_the_other_launch_type_is_refused(studio: Caller) -> None:
    unknown = studio.launch_url().replace("-260854&", "-260861&")
    assert refusal(studio, unknown, signed(unknown)) == (
        400,
        "There is no embed with this launch id.",
    )
    other = studio.launch_url().replace("type=embed", "type=bare_embed")
    assert refusal(studio, other, signed(other)) == (400, "This embed’s launch type is embed.")


@pytest.mark.parametrize(
    "name", ["resource_link_id", "user_id", "roles", "custom_canvas_course_id"]
)
def test_a_launch_without_a_required_parameter_is_refused(studio: Caller, name: str) -> None:
    url = studio.launch_url()
    less = {key: value for key, value in LAUNCH.items() if key != name}
    assert refusal(studio, url, signed(url, less)) == (400, f"The launch lacks {name}.")


def test_what_is_no_lti_1_1_launch_is_refused_with_words(studio: Caller) -> None:
    url = studio.launch_url()
    kind = signed(url, lti_message_type="ContentItemSelectionRequest")
    assert refusal(studio, url, kind)[0] == 400
    assert refusal(studio, url, signed(url, lti_version="1.3.0"))[0] == 400
    assert refusal(studio, url, urlencode(LAUNCH)) == (401, "The launch is not signed.")
    assert refusal(studio, url, "id_token=e30.e30.e30&state=1") == (
        400,
        "This sandbox Studio takes LTI 1.1 launches only, not LTI 1.3.",
    )
    assert refusal(studio, url, "%ZZ=&&\x00=1")[0] == 401
    followed = studio.send("GET", url.removeprefix(studio.url))
    assert (followed.status_code, "<video" in followed.text) == (400, False)


# The media file


def test_the_media_file_opens_only_with_the_cookie_of_its_launch(studio: Caller) -> None:
    first, second = studio.launch_url(), studio.launch_url()
    pages = [studio.launch(url, signed(url)) for url in (first, second)]
    path = video_of(pages[0])
    studio.session.cookies.clear()

    assert studio.send("GET", path).status_code == 403
    assert studio.send("GET", path, headers=cookie_of(pages[1])).status_code == 403
    good = studio.send("GET", path, headers=cookie_of(pages[0]))
    assert (good.status_code, good.headers["Content-Type"]) == (200, "video/webm")
    assert good.content[:4] == b"\x1a\x45\xdf\xa3"
    assert len(good.content) < 200_000

    part = studio.send("GET", path, headers={**cookie_of(pages[0]), "Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, good.content[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(good.content)}"


def test_the_media_file_is_not_among_the_open_files(studio: Caller) -> None:
    assert studio.send("GET", "/static/studio.css").status_code == 200
    for path in ("/static/sample.webm", "/static/../sample.webm", "/static/%2e%2e/sample.webm"):
        assert studio.send("GET", path).status_code == 404


# Told to fail


def test_a_status_with_retry_after_comes_as_often_as_told_then_no_more(studio: Caller) -> None:
    studio.fail_next(operation="show", status=503, retry_after=2, times=2)
    other = studio.api("GET", "/media/260854/users")
    answers = [studio.api("GET", "/media/260854") for _ in range(3)]
    assert other.status_code == 200
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert [answer.headers.get("Retry-After") for answer in answers] == ["2", "2", None]
    assert answers[0].json() == {"error": "The sandbox was told to fail."}


def test_failures_queue_up_in_order_and_a_star_meets_any_operation(studio: Caller) -> None:
    studio.fail_next(operation="users", status=500)
    studio.fail_next(operation="*", status=429)
    studio.fail_next(operation="users", status=403)
    paths = ["/media/260854", "/media/260854/users", "/media/260854/users", "/media/260854/users"]
    assert [studio.api("GET", path).status_code for path in paths] == [429, 500, 403, 200]


def test_a_told_body_garbage_and_status_with_body_replace_the_answer(studio: Caller) -> None:
    studio.fail_next(operation="search", body={"media": [], "odd": True})
    replaced = studio.api("GET", "/media/search")
    assert (replaced.status_code, replaced.json()) == (200, {"media": [], "odd": True})

    studio.fail_next(operation="perspectives", garbage=True)
    garbage = studio.api("GET", "/media/260854/perspectives")
    assert (garbage.status_code, garbage.headers["Content-Type"]) == (200, "application/json")
    with pytest.raises(requests.exceptions.JSONDecodeError):
        garbage.json()

    studio.fail_next(operation="token", status=400, body={"error": "invalid_grant"})
    refused = studio.refresh("sandbox-refresh-token")
    assert (refused.status_code, refused.json()) == (400, {"error": "invalid_grant"})
    assert studio.refresh("sandbox-refresh-token").status_code == 200


def test_a_reset_closes_the_connection_before_or_after_the_work(studio: Caller) -> None:
    def courses() -> list[dict[str, object]]:
        return studio.api("GET", "/media/260854/courses").json()["courses"]

    studio.fail_next(operation="create_embed", reset=True)
    with pytest.raises(requests.ConnectionError):
        studio.embed()
    assert courses() == []
    studio.fail_next(operation="create_embed", reset=True, after=True)
    with pytest.raises(requests.ConnectionError):
        studio.embed()
    assert courses() == [{"id": 42, "name": "Course 42"}]


def test_a_delay_makes_an_impatient_caller_give_up_after_the_work_was_done(studio: Caller) -> None:
    studio.fail_next(operation="create_embed", delay_seconds=20, after=True)
    token = studio.tokens()["access_token"]
    with pytest.raises(requests.ReadTimeout):
        studio.session.post(
            f"{studio.url}{API}/media/260854/create_embed",
            json={"course_id": 42, "embed_type": "embed"},
            headers={"Authorization": f"Bearer {token}"},
            timeout=0.2,
        )
    assert studio.send("POST", "/_sandbox/release").json() == {"released": 1}
    listed = studio.api("GET", "/media/260854/courses").json()
    assert listed == {"courses": [{"id": 42, "name": "Course 42"}]}


def test_a_delayed_answer_is_the_real_one_but_late(studio: Caller) -> None:
    studio.fail_next(operation="show", delay_seconds=0.3)
    started = time.monotonic()
    answer = studio.api("GET", "/media/260854")
    assert (answer.status_code, answer.json()["media"]["id"]) == (200, 260854)
    assert time.monotonic() - started >= 0.3


@pytest.mark.parametrize("path", ["/_sandbox/release", "/_sandbox/reset"])
def test_a_held_answer_waits_for_the_release_or_the_reset(studio: Caller, path: str) -> None:
    studio.fail_next(operation="token", hold=True)
    answers: list[requests.Response] = []
    asking = threading.Thread(
        target=lambda: answers.append(Caller(studio.url).refresh("sandbox-refresh-token"))
    )
    asking.start()
    held = studio.send("GET", "/_sandbox/held", params={"at_least": 1})
    assert (held.json(), answers) == ({"held": 1}, [])
    assert studio.tokens()["refresh_token"] == "sandbox-refresh-token"
    studio.send("POST", path)
    asking.join(10)
    assert [answer.status_code for answer in answers] == [200]


@pytest.mark.parametrize(
    ("order", "text"),
    [
        (None, "body: "),
        ({}, "operation: "),
        ({"operation": "nothing", "status": 500}, "operation."),
        ({"operation": "show"}, "say how"),
        ({"operation": "show", "status": 200}, "status: "),
        ({"operation": "show", "status": 500, "reset": True}, "exclude one another"),
        ({"operation": "show", "garbage": True, "body": {}}, "exclude one another"),
        ({"operation": "show", "status": 500, "times": 0}, "times: "),
        ({"operation": "show", "hold": "yes"}, "hold: "),
        ({"operation": "show", "retry_after": 1, "hold": True}, "retry_after needs a status"),
        ({"operation": "show", "status": 500, "stauts": 1}, "stauts: "),
    ],
)
def test_a_wrong_order_to_fail_is_refused_and_not_queued(
    studio: Caller, order: object, text: str
) -> None:
    answer = studio.send("POST", "/_sandbox/next", json=order)
    assert answer.status_code == 400
    assert text in answer.json()["error"]
    assert studio.api("GET", "/media/260854").status_code == 200


def test_other_wrong_control_input_is_refused_with_words(studio: Caller) -> None:
    answers = [
        studio.send("POST", "/_sandbox/tokens", json={}),
        studio.send("POST", "/_sandbox/tokens", json={"expire": False}),
        studio.send("POST", "/_sandbox/next", data="{"),
        studio.send("GET", "/_sandbox/held", params={"at_least": "many"}),
        studio.send("DELETE", "/_sandbox/media/1"),
        studio.send("GET", "/_sandbox/nothing"),
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 400, 400, 404, 404]
    assert [list(answer.json()) for answer in answers] == [["error"]] * 6


def test_calls_are_listed_in_order_with_what_they_were_answered(studio: Caller) -> None:
    studio.refresh("dead")
    studio.fail_next(operation="show", reset=True)
    with pytest.raises(requests.ConnectionError):
        studio.api("GET", "/media/260854")
    studio.embed()
    studio.send("GET", f"{API}/media/search")
    assert studio.send("GET", "/_sandbox/calls").json() == [
        {"operation": "token", "method": "POST", "path": TOKEN, "status": 400},
        {"operation": "show", "method": "GET", "path": f"{API}/media/260854", "status": None},
        {
            "operation": "create_embed",
            "method": "POST",
            "path": f"{API}/media/260854/create_embed",
            "status": 200,
        },
        {"operation": "search", "method": "GET", "path": f"{API}/media/search", "status": 401},
    ]


def test_the_reset_makes_everything_as_at_start(studio: Caller) -> None:
    url = studio.launch_url()
    studio.launch(url, signed(url))
    studio.refresh("sandbox-refresh-token")
    studio.send("DELETE", "/_sandbox/media/260854")
    studio.fail_next(operation="*", status=500)
    assert studio.send("POST", "/_sandbox/reset").json() == {"reset": True}
    lists = [studio.send("GET", f"/_sandbox/{name}").json() for name in ("calls", "launches")]
    assert lists == [[], []]
    assert studio.tokens()["refresh_token"] == "sandbox-refresh-token"
    assert studio.api("GET", "/media/260854/courses").json() == {"courses": []}


def test_the_start_page_lists_media_and_launches(studio: Caller) -> None:
    url = studio.launch_url()
    studio.launch(url, signed(url, user_id="<user-9>"))
    page = studio.send("GET", "/")
    assert page.status_code == 200
    assert re.findall(r"<tr><td>(\d{6})</td>", page.text) == [
        *("260854", "260861", "261007", "261533", "262118", "262590", "263940"),
        "260854",
    ]
    assert "&lt;user-9&gt;" in page.text
