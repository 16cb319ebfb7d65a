"""How a launch is posted: the form's fields, its state, and bodies that are too large."""

import hmac
import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from itsdangerous.encoding import base64_decode, base64_encode

from tests.journeys.launching import MEDIA, check_refused, table
from tests.world import Login, World

UNREADABLE = (400, "launch-unreadable")
EXPIRED = (401, "launch-expired")
Fields = list[tuple[str, str]]


@pytest.fixture(scope="module")
def link(world: World) -> dict[str, str]:
    """A link of ours whose embed is there: whoever launches it is forwarded."""
    made = world.marked(MEDIA)
    assert world.launch(made).status_code == 302
    return made


TOKEN, STATE = ("id_token", "{token}"), ("state", "{state}")
FORMS: list[tuple[str, Fields, tuple[int, str]]] = [
    ("no field", [], UNREADABLE),
    ("no state", [TOKEN], UNREADABLE),
    ("no id_token", [STATE], UNREADABLE),
    ("both empty", [("id_token", ""), ("state", "")], UNREADABLE),
    ("state twice", [TOKEN, STATE, STATE], UNREADABLE),
    ("id_token twice", [TOKEN, TOKEN, STATE], UNREADABLE),
    ("two different states", [TOKEN, STATE, ("state", "x")], UNREADABLE),
    ("two different id_tokens", [TOKEN, ("id_token", "x"), STATE], UNREADABLE),
    ("state of 2,049", [TOKEN, ("state", "{state:x<2049}")], UNREADABLE),
    ("state of 2,048", [TOKEN, ("state", "{state:x<2048}")], EXPIRED),
    ("state garbage", [TOKEN, ("state", "garbage")], EXPIRED),
    ("state not of ASCII", [TOKEN, ("state", "é\0.é.é")], EXPIRED),
    ("state with a letter before it", [TOKEN, ("state", "a{state}")], EXPIRED),
    ("the token as state", [TOKEN, ("state", "{token:.2000}")], EXPIRED),
]


@pytest.mark.parametrize(("fields", "expected"), table(FORMS))
def test_a_form_that_is_not_the_platforms_is_refused(
    world: World,
    link: dict[str, str],
    fields: Fields,
    expected: tuple[int, str],
):
    login = world.login()
    token = world.lms.keys.sign(world.claims(login.nonce, link))
    filled = [(name, text.format(token=token, state=login.state)) for name, text in fields]
    answer = world.post("/lti/launch", data=filled, headers={"Cookie": login.cookie})
    check_refused(world, answer, *expected, token)
    assert world.post_launch(login, token).status_code == 302


def resigned(
    world: World, login: Login, *, seconds: int = 0, secret: str = "", salt: str = "lti-login"
) -> Login:
    """The login with its state signed anew: earlier, by another secret, for another use."""
    own = world.environment["SECRET_KEY"]
    signed_at, *rest = json.loads(base64_decode(login.state.partition(".")[0]))
    values = base64_encode(json.dumps([signed_at - seconds, *rest]))
    key, purpose = (secret or own).encode(), salt.encode()
    signature = base64_encode(hmac.digest(key, purpose + b"\n" + values, "sha256"))
    state = f"{values.decode()}.{signature.decode()}"
    if not (seconds or secret) and salt == "lti-login":
        assert state == login.state
    return Login(state, login.nonce, login.cookie, login.location)


@pytest.mark.parametrize(
    "options",
    table(
        [
            ("eleven minutes old", {"seconds": 660}),
            ("of the future", {"seconds": -60}),
            ("of another secret", {"secret": "another-secret-that-is-long-enough-too"}),
            ("made for another use", {"salt": "something-else"}),
        ]
    ),
)
def test_a_state_that_is_too_old_or_not_ours_is_refused(
    world: World, link: dict[str, str], options: dict[str, Any]
):
    login = world.login()
    token = world.lms.keys.sign(world.claims(login.nonce, link))
    answer = world.post_launch(resigned(world, login, **options), token)
    check_refused(world, answer, *EXPIRED, token)


def test_a_state_of_nine_minutes_is_accepted(world: World, link: dict[str, str]):
    login = resigned(world, world.login(), seconds=540)
    assert world.send(login, world.claims(login.nonce, link)).status_code == 302


def test_the_secret_of_the_browser_does_not_stand_in_the_state(world: World):
    login = world.login()
    secret = login.cookie.partition("=")[2]
    content = base64_decode(login.state.partition(".")[0]).decode()
    assert login.nonce in content
    assert secret not in content


def test_a_launch_by_get_is_refused_and_its_token_is_not_logged(world: World, link: dict[str, str]):
    login = world.login()
    token = world.lms.keys.sign(world.claims(login.nonce, link))
    answer = world.get(
        "/lti/launch",
        params={"id_token": token, "state": login.state},
        headers={"Cookie": login.cookie},
    )
    assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}
    check_refused(world, answer, 405, "method-not-allowed", token)
    assert world.post_launch(login, token).status_code == 302


def test_a_token_in_the_query_of_a_post_is_not_read(world: World, link: dict[str, str]):
    login = world.login()
    token = world.lms.keys.sign(world.claims(login.nonce, link))
    answer = world.post(
        "/lti/launch",
        params={"id_token": token, "state": login.state},
        headers={"Cookie": login.cookie},
    )
    check_refused(world, answer, *UNREADABLE, token)


@pytest.mark.parametrize("size", [300_000, 20_000_000])
def test_a_body_that_is_too_large_is_refused(world: World, size: int):
    # a connection with an unread body in it ends: it is not to be found by the next test
    login, ends = world.login(), {"Connection": "close"}
    fields = {"id_token": "a" * size, "state": login.state}
    answer = world.post("/lti/launch", data=fields, headers=ends | {"Cookie": login.cookie})
    check_refused(world, answer, 413, "too-large")


def test_a_body_that_says_it_is_too_large_is_not_waited_for(world: World):
    connection = HTTPConnection(urlsplit(world.url).netloc, timeout=10)
    connection.putrequest("POST", "/lti/launch")
    connection.putheader("Content-Type", "application/x-www-form-urlencoded")
    connection.putheader("Content-Length", "20000000")
    connection.endheaders()
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()
    assert (answer.status, '<code id="code">too-large<' in page) == (413, True)
