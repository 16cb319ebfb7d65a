"""A launch works once, and only in the browser in which it began."""

from collections import Counter
from typing import Any

import pytest

from tests.journeys.launching import MEDIA, at_once, check_refused, codes
from tests.world import Login, World

EXPIRED = (401, "launch-expired")
UNBOUND = (401, "browser-not-recognised")
UNVERIFIED = (401, "launch-unverified")


@pytest.fixture(scope="module")
def link(world: World) -> dict[str, str]:
    """A link of ours whose embed is there: whoever launches it is forwarded."""
    made = world.marked(MEDIA)
    assert world.launch(made).status_code == 302
    return made


@pytest.fixture
def login(world: World) -> Login:
    return world.login()


@pytest.fixture
def token(world: World, login: Login, link: dict[str, str]) -> str:
    """A good token of that login."""
    found: str = world.lms.keys.sign(world.claims(login.nonce, link))
    return found


def with_cookie(login: Login, cookie: str) -> Login:
    return Login(login.state, login.nonce, cookie, login.location)


def test_a_token_that_is_posted_twice_is_refused_the_second_time(
    world: World, login: Login, token: str
):
    assert world.post_launch(login, token).status_code == 302
    check_refused(world, world.post_launch(login, token), *EXPIRED, token)
    check_refused(world, world.post_launch(login, token), *EXPIRED, token)


def test_of_twenty_posts_of_one_token_at_once_one_is_accepted(
    world: World, login: Login, token: str
):
    answers = at_once(20, lambda _: world.post_launch(login, token))
    assert Counter(codes(answers)) == {(302, ""): 1, EXPIRED: 19}


def test_of_twenty_tokens_for_one_login_at_once_one_is_accepted(
    world: World, login: Login, link: dict[str, str]
):
    claims = world.claims(login.nonce, link)
    tokens = [world.lms.keys.sign(claims | {"jti": str(number)}) for number in range(20)]
    answers = at_once(20, lambda number: world.post_launch(login, tokens[number]))
    assert Counter(codes(answers)) == {(302, ""): 1, EXPIRED: 19}


def test_a_second_token_for_a_login_that_is_used_is_refused(
    world: World, login: Login, token: str, link: dict[str, str]
):
    assert world.post_launch(login, token).status_code == 302
    second = world.lms.keys.sign(world.claims(login.nonce, link, person="instructor"))
    check_refused(world, world.post_launch(login, second), *EXPIRED, second)


def _strange_cookies(world: World, login: Login) -> dict[str, str]:
    name, _, secret = login.cookie.partition("=")
    other = world.login().cookie
    return {
        "none": "",
        "of another login": other,
        "named after this login, secret of another": f"{name}={other.partition('=')[2]}",
        "empty": f"{name}=",
        "cut short": login.cookie[:-1],
        "without its prefix": f"{name.removeprefix('__Host-')}={secret}",
        "in capitals": f"{name}={secret.swapcase()}",
        "not of ASCII": f"{name}=\xe9",
    }


@pytest.mark.parametrize(
    "which",
    [
        "none",
        "of another login",
        "named after this login, secret of another",
        "empty",
        "cut short",
        "without its prefix",
        "in capitals",
        "not of ASCII",
    ],
)
def test_a_browser_that_did_not_begin_the_launch_is_refused_and_uses_nothing_up(
    world: World, login: Login, token: str, which: str
):
    stranger = with_cookie(login, _strange_cookies(world, login)[which])
    check_refused(world, world.post_launch(stranger, token), *UNBOUND, token)
    assert world.post_launch(login, token).status_code == 302


def test_many_strange_browsers_at_once_use_nothing_up(world: World, login: Login, token: str):
    stranger = with_cookie(login, "")
    answers = at_once(20, lambda _: world.post_launch(stranger, token))
    assert codes(answers) == [UNBOUND] * 20
    assert world.post_launch(login, token).status_code == 302


def test_a_reload_without_the_cookie_that_the_launch_took_back_is_told_as_such(
    world: World, login: Login, token: str
):
    assert world.post_launch(login, token).status_code == 302
    answer = world.post_launch(with_cookie(login, ""), token)
    check_refused(world, answer, *EXPIRED, token)


def test_a_token_that_is_refused_for_its_claims_uses_nothing_up(
    world: World, login: Login, token: str, link: dict[str, str]
):
    odd: dict[str, Any] = world.claims(login.nonce, link) | {"sub": None}
    assert world.send(login, odd).status_code != 302
    assert world.post_launch(login, token).status_code == 302


def test_a_nonce_of_one_login_with_the_state_of_another_is_refused(
    world: World, login: Login, token: str
):
    other = world.login()
    check_refused(world, world.post_launch(other, token), *UNVERIFIED, token)
    assert world.post_launch(login, token).status_code == 302


def test_the_browser_of_one_login_with_the_state_and_token_of_another_is_refused(
    world: World, login: Login, token: str
):
    """Login CSRF: an attacker's launch in the browser of somebody who has a login open."""
    victim = world.login()
    answer = world.post_launch(with_cookie(login, victim.cookie), token)
    check_refused(world, answer, *UNBOUND, token)


def test_two_logins_in_one_browser_both_work_whichever_comes_back_first(
    world: World, link: dict[str, str]
):
    first, second = world.login(), world.login()
    cookies = f"{first.cookie}; {second.cookie}"
    answers = []
    for one in (second, first):
        token = world.lms.keys.sign(world.claims(one.nonce, link))
        answers.append(world.post_launch(with_cookie(one, cookies), token))
    assert [answer.status_code for answer in answers] == [302, 302]
    taken_back = [answer.headers["Set-Cookie"].partition("=")[0] for answer in answers]
    assert taken_back == [one.cookie.partition("=")[0] for one in (second, first)]


def test_twenty_logins_of_one_browser_at_once_all_work(world: World, link: dict[str, str]):
    logins = at_once(20, lambda _: world.login())
    cookies = "; ".join(login.cookie for login in logins)
    tokens = [world.lms.keys.sign(world.claims(login.nonce, link)) for login in logins]
    answers = at_once(
        20, lambda number: world.post_launch(with_cookie(logins[number], cookies), tokens[number])
    )
    assert codes(answers) == [(302, "")] * 20
