"""Logins in a frame, and launches of a browser that keeps our cookies back."""

import html
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.journeys.launching import MEDIA, at_once, check_refused, codes, table
from tests.journeys.starting import started_again
from tests.world import Login, World

ATTRIBUTE = re.compile(r'data-([a-z]+)="([^"]*)"')
FRAMED = {"Sec-Fetch-Dest": "iframe"}
UNBOUND = (401, "browser-not-recognised")
EXPIRED = (401, "launch-expired")


@dataclass
class Page:
    """What the page of a login told its script, and what it left in the browser."""

    login: Login
    secret: str
    data: dict[str, str]
    answer: requests.Response

    @property
    def cookieless(self) -> Login:
        """The same login in a browser that keeps the cookie back."""
        return replace(self.login, cookie="")


def ask(world: World, headers: dict[str, str] | None = None, **fields: str) -> requests.Response:
    settings = world.lms.settings
    known = {
        "iss": settings.url,
        "login_hint": "someone",
        "client_id": settings.client_id,
        "lti_message_hint": 'a&b="c"',
    }
    return world.post("/lti/login", data={**known, **fields}, headers=headers)


def login_by_page(world: World, **fields: str) -> Page:
    answer = ask(world, FRAMED, **fields)
    assert answer.status_code == 200, answer.text
    data = {name: html.unescape(value) for name, value in ATTRIBUTE.findall(answer.text)}
    query = parse_qs(urlsplit(data["onward"]).query)
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    login = Login(query["state"][0], query["nonce"][0], cookie, data["onward"])
    return Page(login, data["secret"], data, answer)


def prove(
    world: World, login: Login, token: str, *proofs: str, cookie: str = "", **origin: str
) -> requests.Response:
    """Post a launch as our page does; `origin` is what a browser says if it is another's."""
    fields = [("id_token", token), ("state", login.state)]
    fields += [("storage_proof", proof) for proof in proofs]
    said = {name.replace("_", "-"): value for name, value in origin.items()}
    headers = {"Cookie": cookie, **(said or {"Origin": world.environment["PUBLIC_URL"]})}
    return world.post("/lti/launch", data=fields, headers=headers)


@pytest.fixture(scope="module")
def link(world: World) -> dict[str, str]:
    """A link of ours whose embed is there: whoever launches it is forwarded."""
    made = world.marked(MEDIA)
    assert world.launch(made).status_code == 302
    return made


@pytest.fixture
def page(world: World) -> Page:
    return login_by_page(world, lti_storage_target="post_message_forwarding")


@pytest.fixture
def token(world: World, page: Page, link: dict[str, str]) -> str:
    found: str = world.lms.keys.sign(world.claims(page.login.nonce, link))
    return found


@pytest.mark.parametrize(
    ("headers", "fields", "status"),
    table(
        [
            ("in a frame", FRAMED, {}, 200),
            ("with the platform's storage", {}, {"lti_storage_target": "_parent"}, 200),
            ("in a frame, with it", FRAMED, {"lti_storage_target": "_parent"}, 200),
            ("with an empty target", {}, {"lti_storage_target": ""}, 302),
            ("in a window", {"Sec-Fetch-Dest": "document"}, {}, 302),
            ("by a browser that does not tell", {}, {}, 302),
        ]
    ),
)
def test_a_login_answers_a_page_where_cookies_may_be_kept_back(
    world: World, headers: dict[str, str], fields: dict[str, str], status: int
):
    assert ask(world, headers, **fields).status_code == status


def test_the_page_keeps_the_secret_by_cookie_too(world: World, page: Page):
    cookie = page.answer.headers["Set-Cookie"]
    name, _, rest = cookie.partition("=")
    assert name == f"__Host-lti-{page.data['id']}"
    assert rest.partition(";")[0] == page.secret
    attributes = {part.strip() for part in rest.split(";")[1:]}
    assert attributes >= {"Secure", "HttpOnly", "Path=/", "SameSite=None", "Partitioned"}


def test_the_page_tells_its_script_where_the_platform_is(world: World, page: Page):
    assert page.data == {
        "id": page.data["id"],
        "target": "post_message_forwarding",
        "origin": world.lms.settings.url,
        "secret": page.secret,
        "onward": page.login.location,
    }
    assert page.secret not in page.login.location


def test_the_page_offers_the_same_login_in_a_new_window(world: World, page: Page):
    (address,) = re.findall(r'href="(/lti/login\?[^"]+)" target="_blank"', page.answer.text)
    again = world.get(html.unescape(address), headers={"Sec-Fetch-Dest": "document"})
    assert again.status_code == 302
    hints = [
        {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        for url in (page.login.location, again.headers["Location"])
    ]
    for query in hints:
        del query["state"], query["nonce"]
    assert hints[0] == hints[1]
    assert hints[0]["lti_message_hint"] == 'a&b="c"'


def test_without_a_script_the_page_goes_on_with_the_cookie(page: Page):
    onward = html.escape(page.login.location).replace("&#x27;", "&#39;")
    assert f'<noscript><meta http-equiv="refresh" content="0;url={onward}"></noscript>' in (
        page.answer.text.replace("&#34;", "&quot;")
    )


def test_any_school_may_frame_the_page_before_it_is_known_which(page: Page):
    policy = page.answer.headers["Content-Security-Policy"]
    assert "frame-ancestors https://*.instructure.com https: http: http://127.0.0.1:" in policy


def test_where_an_admin_says_who_may_frame_nobody_else_does(world: World):
    with started_again(world, FRAME_ANCESTORS="https://lms.school.example") as again:
        policy = ask(again, FRAMED).headers["Content-Security-Policy"]
    assert "frame-ancestors https://lms.school.example" in policy


def test_a_launch_with_the_cookie_needs_no_further_page(world: World, page: Page, token: str):
    answer = world.post_launch(page.login, token)
    assert answer.status_code == 302
    assert answer.headers["Set-Cookie"].startswith(f"__Host-lti-{page.data['id']}=;")


def test_a_launch_without_the_cookie_is_asked_for_the_secret(world: World, page: Page, token: str):
    answer = world.post_launch(page.cookieless, token)
    assert answer.status_code == 200
    assert f'name="id_token" value="{token}"' in answer.text
    assert f'name="state" value="{page.login.state}"' in answer.text
    told = dict(ATTRIBUTE.findall(answer.text))
    assert told == {name: page.data[name] for name in ("id", "target", "origin")}
    assert page.secret not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "form-action" not in answer.headers["Content-Security-Policy"]


def test_the_secret_proves_the_launch_once(world: World, page: Page, token: str):
    assert world.post_launch(page.cookieless, token).status_code == 200
    assert prove(world, page.login, token, page.secret).status_code == 302
    check_refused(world, prove(world, page.login, token, page.secret), *EXPIRED, token)
    check_refused(world, world.post_launch(page.cookieless, token), *EXPIRED, token)
    assert page.secret not in world.logs()


@pytest.mark.parametrize(
    "odd",
    ["none", "empty", "of another login", "cut short", "the state", "the nonce", "the id", "twice"],
)
def test_whoever_has_not_the_secret_proves_nothing_and_uses_nothing_up(
    world: World, page: Page, token: str, odd: str
):
    other = login_by_page(world)
    proofs = {
        "none": (),
        "empty": ("",),
        "of another login": (other.secret,),
        "cut short": (page.secret[:-1],),
        "the state": (page.login.state,),
        "the nonce": (page.login.nonce,),
        "the id": (page.data["id"],),
        "twice": (page.secret, page.secret),
    }[odd]
    answer = prove(world, page.login, token, *proofs, cookie=other.login.cookie)
    if proofs:
        check_refused(world, answer, *UNBOUND, token)
    else:
        assert answer.status_code == 200
    assert prove(world, page.login, token, page.secret).status_code == 302


@pytest.mark.parametrize(
    "origin",
    [
        {"Origin": "https://hostile.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "https://hostile.example", "Sec_Fetch_Site": "cross-site"},
        {"Origin": "null", "Sec_Fetch_Site": "same-site"},
    ],
)
def test_nobody_elses_page_posts_the_secret_of_a_login_that_it_began_itself(
    world: World, page: Page, token: str, origin: dict[str, str]
):
    """Login CSRF: who begins a login knows its secret, and has another's browser post it."""
    answer = prove(world, page.login, token, page.secret, **origin)
    check_refused(world, answer, *UNBOUND, token)
    assert prove(world, page.login, token, page.secret).status_code == 302


def test_a_browser_may_say_in_either_way_that_our_page_posts(world: World, page: Page, token: str):
    origin = {"Origin": "null", "Sec_Fetch_Site": "same-origin"}
    assert prove(world, page.login, token, page.secret, **origin).status_code == 302


def test_a_wrong_cookie_does_not_keep_the_right_secret_from_proving(
    world: World, page: Page, token: str
):
    wrong = page.login.cookie[:-1]
    assert prove(world, page.login, token, page.secret, cookie=wrong).status_code == 302


def test_of_twenty_proofs_at_once_one_is_accepted(world: World, page: Page, token: str):
    answers = at_once(20, lambda _: prove(world, page.login, token, page.secret))
    assert Counter(codes(answers)) == {(302, ""): 1, EXPIRED: 19}


def test_where_login_was_a_redirect_a_launch_without_its_cookie_is_refused(
    world: World, link: dict[str, str]
):
    login = world.login()
    token = world.lms.keys.sign(world.claims(login.nonce, link))
    answer = world.post_launch(replace(login, cookie=""), token)
    check_refused(world, answer, *UNBOUND, token)
    assert "in a new window" in answer.text
    assert world.post_launch(login, token).status_code == 302


@pytest.mark.parametrize(
    ("change", "refused"),
    table(
        [
            ("forged", {}, (401, "launch-unverified")),
            ("for others", {"aud": "others"}, (403, "platform-not-registered")),
            ("old", {"exp": 1}, EXPIRED),
            ("of nobody", {"sub": None}, (400, "launch-incomplete")),
        ]
    ),
)
def test_a_launch_that_is_refused_anyway_is_not_asked_for_the_secret(
    world: World, page: Page, change: dict[str, Any], refused: tuple[int, str]
):
    token: str = world.lms.keys.sign(world.claims(page.login.nonce) | change)
    if not change:
        head, body, signature = token.split(".")
        token = f"{head}.{body}.{signature[::-1]}"
    check_refused(world, world.post_launch(page.cookieless, token), *refused, token)


@pytest.mark.parametrize("target", ['"><script>alert(1)</script>', "a b", "_parent", "location"])
def test_a_strange_storage_target_is_only_a_name(world: World, link: dict[str, str], target: str):
    page = login_by_page(world, lti_storage_target=target)
    assert page.data["target"] == target
    token = world.lms.keys.sign(world.claims(page.login.nonce, link))
    answer = world.post_launch(page.cookieless, token)
    told = {name: html.unescape(value) for name, value in ATTRIBUTE.findall(answer.text)}
    assert told["target"] == target
    assert "<script>" not in answer.text + page.answer.text


@pytest.mark.parametrize("target", ["x" * 256, "line\nbreak"])
def test_a_storage_target_that_cannot_be_a_name_is_refused(world: World, target: str):
    answer = ask(world, FRAMED, lti_storage_target=target)
    check_refused(world, answer, 400, "launch-unreadable")
