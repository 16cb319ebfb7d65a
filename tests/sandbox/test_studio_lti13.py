"""The small Studio is an LTI 1.3 tool: good tokens play, all others are refused and noted."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox.lms.keys import SigningKeys
from tests.sandbox.studio_platform import LTI, MEMBERSHIP, Platform, small_platform
from tests.sandbox.studio_visitor import cookie_of, video_of


@pytest.fixture
def platform() -> Iterator[Platform]:
    with small_platform() as made:
        yield made


def launches(platform: Platform) -> list[dict[str, Any]]:
    return platform.studio.send("GET", "/_sandbox/launches").json()


def refusal(platform: Platform, answer: requests.Response) -> tuple[int, str]:
    """The status and words of a refusal, which shows nothing and is in the journal."""
    assert "<video" not in answer.text
    assert "Set-Cookie" not in answer.headers
    assert launches(platform) == []
    found = re.search(r'<p role="alert">(.+)</p>', answer.text)
    assert found is not None, answer.text
    noted = platform.studio.send("GET", "/_sandbox/refusals").json()[-1]
    reason = noted["reason"].replace("'", "&#39;").replace('"', "&#34;")
    assert (noted["status"], reason) == (answer.status_code, found[1])
    return answer.status_code, noted["reason"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_login_asks_the_platform_for_a_token(platform: Platform, method: str) -> None:
    login = platform.login(method)
    state, nonce = login.asked.pop("state"), login.asked.pop("nonce")
    assert login.answer.status_code == 302
    assert login.address == f"{platform.url}/lti/platform/authorize"
    assert login.asked == {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": "sandbox-studio",
        "redirect_uri": f"{platform.studio.url}/lti13/launch",
        "login_hint": "hint-1",
        "lti_message_hint": "message-1",
    }
    assert min(len(state), len(nonce)) > 30


def test_the_cookie_of_a_login_lives_in_a_frame_and_has_a_name_of_its_own(
    platform: Platform,
) -> None:
    first, second = platform.login(), platform.login()
    name, *attributes = first.answer.headers["Set-Cookie"].split("; ")
    state = first.asked["state"]
    assert name == f"lti1p3-{state}={state}"
    kept = {a for a in attributes if not a.startswith(("Expires=", "Max-Age="))}
    assert kept == {"Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"}
    assert second.cookie.partition("=")[0] != first.cookie.partition("=")[0]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"iss": "https://stranger.test"}, 403),
        ({"iss": None}, 400),
        ({"login_hint": None}, 400),
        ({"target_link_uri": None}, 400),
        ({"target_link_uri": "https://stranger.test/lti/launch"}, 400),
        ({"client_id": "another"}, 403),
        ({"lti_deployment_id": "another"}, 403),
    ],
)
def test_a_wrong_login_is_refused(
    platform: Platform, changes: dict[str, str | None], status: int
) -> None:
    assert refusal(platform, platform.login(**changes).answer)[0] == status


def test_a_login_may_leave_out_what_the_platform_need_not_say(platform: Platform) -> None:
    login = platform.login(client_id=None, lti_deployment_id=None, lti_message_hint=None)
    assert login.asked["client_id"] == "sandbox-studio"


def test_a_good_token_is_logged_and_shows_title_tabs_and_player(platform: Platform) -> None:
    url = platform.studio.launch_url()
    login = platform.login()
    extra = {"context": {"id": "c-1"}, "custom": {"canvas_course_id": "42", "more": "ünï"}}
    claims = platform.claims(login, url, **extra)
    page = platform.post(login, id_token=platform.keys.sign(claims))

    assert page.status_code == 200
    assert "<h1>Cell Division: Mitosis in Six Minutes</h1>" in page.text
    assert re.findall(r'role="tab" id="([^"]+)"', page.text) == ["tab-details", "tab-comments"]
    assert launches(platform) == [
        {
            "version": "1.3",
            "media_id": 260854,
            "launch_id": parse_qs(urlsplit(url).query)["custom_arc_media_id"][0],
            "launch_type": "embed",
            "downloadable": False,
            "course_id": 42,
            "user_id": "user-7",
            "roles": f"{MEMBERSHIP}#Learner",
            "parameters": claims,
        }
    ]
    assert platform.studio.send("GET", "/_sandbox/refusals").json() == []
    video = platform.studio.send("GET", video_of(page), headers=cookie_of(page))
    assert video.status_code == 200


@pytest.mark.parametrize(
    ("roles", "teaches"),
    [
        ([f"{MEMBERSHIP}#Instructor"], True),
        ([f"{MEMBERSHIP}#Learner", f"{MEMBERSHIP}/Instructor#TeachingAssistant"], True),
        (["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"], False),
        ([], False),
    ],
)
def test_who_teaches_the_course_sees_insights(
    platform: Platform, roles: list[str], teaches: bool
) -> None:
    page = platform.launch(platform.studio.launch_url(), roles=roles)
    assert page.status_code == 200
    assert ('id="tab-insights"' in page.text) == teaches
    assert launches(platform)[0]["roles"] == ",".join(roles)


def test_the_launch_url_says_kind_and_start(platform: Platform) -> None:
    url = platform.studio.launch_url(embed_type="bare_embed", downloadable=True)
    page = platform.launch(url.replace("start_at=0", "start_at=2.5"))
    assert 'data-start-seconds="2.5"' in page.text
    assert ('role="tab"' in page.text, "Download" in page.text) == (False, True)


def test_launches_of_one_page_do_not_disturb_one_another(platform: Platform) -> None:
    url = platform.studio.launch_url()
    logins = [platform.login() for _ in range(5)]
    cookie = "; ".join(login.cookie for login in logins)
    for login in reversed(logins):
        login.cookie = cookie
        token = platform.keys.sign(platform.claims(login, url))
        assert platform.post(login, id_token=token).status_code == 200
    assert len(launches(platform)) == 5


WRONG = {
    "another audience": ({"aud": "another"}, 401),
    "another issuer": ({"iss": "https://stranger.test"}, 401),
    "a nonce of no login": ({"nonce": "made-up"}, 401),
    "a token whose time is over": ({"exp": 1}, 401),
    "a token that never ends": ({"exp": None}, 401),
    "another deployment": ({"deployment_id": "another"}, 401),
    "no deployment": ({"deployment_id": None}, 401),
    "another version": ({"version": "1.2"}, 401),
    "a message of another kind": ({"message_type": "LtiDeepLinkingRequest"}, 401),
    "no person": ({"sub": None}, 400),
    "roles that are no list": ({"roles": "Instructor"}, 400),
    "a link that is no object": ({"resource_link": "link-1"}, 400),
    "no course": ({"custom": {}}, 400),
    "another course": ({"custom": {"canvas_course_id": "43"}}, 403),
    "an address of another host": ({"target_link_uri": "https://stranger.test/lti/launch"}, 400),
    "no address": ({"target_link_uri": None}, 400),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_signed_token_with_one_thing_wrong_is_refused(platform: Platform, what: str) -> None:
    changes, status = WRONG[what]
    url = platform.studio.launch_url()
    assert refusal(platform, platform.launch(url, **changes))[0] == status
    assert platform.launch(url).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url.replace("/lti/launch", "/lti/launch/"),
        lambda url: url.replace("127.0.0.2", "127.0.0.2.stranger.test"),
        lambda url: url.replace("http://", "http://127.0.0.2@"),
        lambda url: url + "&custom_arc_launch_type=bare_embed",
        lambda url: url + "&more=1#fragment",
        lambda url: url.replace("-260854&", "-260861&"),
        lambda url: url.replace("type=embed", "type=bare_embed"),
        lambda url: url.replace("start_at=0", "start_at=soon"),
    ],
)
def test_an_altered_launch_url_is_refused(platform: Platform, change: Any) -> None:
    url = platform.studio.launch_url()
    assert change(url) != url
    assert refusal(platform, platform.launch(change(url)))[0] == 400


def test_an_altered_or_foreign_signature_is_refused(platform: Platform) -> None:
    url = platform.studio.launch_url()
    login = platform.login()
    claims = platform.claims(login, url)
    good = platform.keys.sign(claims)
    other = platform.keys.sign(claims | {"sub": "user-8"})
    mixed = ".".join((*other.split(".")[:2], good.split(".")[2]))
    status, reason = refusal(platform, platform.post(login, id_token=mixed))
    assert (status, "Signature verification failed" in reason) == (401, True)
    foreign = SigningKeys().sign(claims, kid=platform.keys.kid)
    assert refusal(platform, platform.post(login, id_token=foreign))[0] == 401
    unknown = SigningKeys().sign(claims)
    assert refusal(platform, platform.post(login, id_token=unknown))[0] == 401
    unsigned = platform.keys.sign(claims, alg="none")
    assert refusal(platform, platform.post(login, id_token=unsigned))[0] == 401
    assert platform.post(login, id_token=good).status_code == 200


def test_what_is_no_token_is_refused_with_words(platform: Platform) -> None:
    login = platform.login()
    for odd in ("", "a.b.c", "e30.W10.x", "e30.e30.x"):
        assert refusal(platform, platform.post(login, id_token=odd))[0] == 400
    assert refusal(platform, platform.post(login)) == (400, "A launch brings id_token, once.")
    assert platform.studio.send("GET", "/lti13/launch").status_code == 405


def test_a_launch_in_another_browser_is_refused_and_uses_nothing_up(platform: Platform) -> None:
    login = platform.login()
    token = platform.keys.sign(platform.claims(login, platform.studio.launch_url()))
    own, login.cookie = login.cookie, platform.login().cookie
    status, reason = refusal(platform, platform.post(login, id_token=token))
    assert (status, "State not found" in reason) == (401, True)
    login.cookie = own
    assert platform.post(login, id_token=token).status_code == 200


def test_a_token_is_good_once_even_when_many_come_at_once(platform: Platform) -> None:
    login = platform.login()
    token = platform.keys.sign(platform.claims(login, platform.studio.launch_url()))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: platform.post(login, id_token=token), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7
    assert len(launches(platform)) == 1
    refused = platform.studio.send("GET", "/_sandbox/refusals").json()
    assert [one["reason"] for one in refused] == ["The launch was used before."] * 7


def test_a_second_token_with_a_used_nonce_is_refused(platform: Platform) -> None:
    login = platform.login()
    url = platform.studio.launch_url()
    for status in (200, 401):
        token = platform.keys.sign(platform.claims(login, url, iat=1_700_000_000 + status))
        assert platform.post(login, id_token=token).status_code == status


def test_an_error_in_place_of_a_token_is_told(platform: Platform) -> None:
    login = platform.login()
    answer = platform.post(login, error="login_required", error_description="<b>who?</b>")
    assert "&lt;b&gt;who?" in answer.text
    assert launches(platform) == []
    refused = platform.studio.send("GET", "/_sandbox/refusals").json()
    assert refused == [
        {
            "status": 403,
            "reason": "The platform sent no launch: login_required: <b>who?</b>.",
            "method": "POST",
            "launch_id": None,
        }
    ]


def test_a_rotated_key_is_good_at_once(platform: Platform) -> None:
    platform.keys.rotate()
    assert platform.launch(platform.studio.launch_url()).status_code == 200


def test_a_refusal_names_the_embed_of_a_verified_launch(platform: Platform) -> None:
    url = platform.studio.launch_url(course_id=43)
    assert refusal(platform, platform.launch(url)) == (
        403,
        "This embed was made for another course.",
    )
    noted = platform.studio.send("GET", "/_sandbox/refusals").json()
    assert noted[0]["launch_id"] == parse_qs(urlsplit(url).query)["custom_arc_media_id"][0]


def test_claims_are_named_in_full_in_the_journal(platform: Platform) -> None:
    platform.launch(platform.studio.launch_url())
    assert launches(platform)[0]["parameters"][f"{LTI}/version"] == "1.3.0"
