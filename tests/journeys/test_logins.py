"""Login initiation: where it sends the browser, what it gives it to keep, whom it refuses."""

import re
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from tests.journeys.launching import Platform, add_platform, check_refused, table
from tests.world import World

UNREADABLE = (400, "launch-unreadable")
INCOMPLETE = (400, "launch-incomplete")
UNREGISTERED = (403, "platform-not-registered")
EVIL = "https://evil.test/lti/launch"
ATTRIBUTES = {"Secure", "HttpOnly", "Path=/", "SameSite=None", "Partitioned"}


@pytest.fixture(scope="module")
def several(world: World) -> Platform:
    """An issuer with two client ids, whose authorization URL has a query of its own."""
    url = f"{world.lms.settings.url}/api/lti/authorize_redirect?school=1&x=%20"
    add_platform(world, "https://several.test", "c-1")
    return add_platform(world, "https://several.test", "c-2", auth_login_url=url)


def fields_of(world: World, **changes: str | None) -> dict[str, str]:
    settings = world.lms.settings
    fields: dict[str, str | None] = {
        "iss": settings.url,
        "login_hint": "hint & <1>",
        "lti_message_hint": "message + hint é",
        "target_link_uri": settings.launch_url,
        "client_id": settings.client_id,
        "lti_deployment_id": settings.deployment_id,
        "canvas_region": "eu",
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def begin(world: World, method: str, fields: Any) -> requests.Response:
    if method == "GET":
        return world.get("/lti/login", params=fields)
    return world.post("/lti/login", data=fields)


def sent_to(answer: requests.Response) -> tuple[str, dict[str, str]]:
    """The address without its query, and the query, in which nothing stands twice."""
    parts = urlsplit(answer.headers["Location"])
    pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs), pairs
    return f"{parts.scheme}://{parts.netloc}{parts.path}#{parts.fragment}", dict(pairs)


def expected_query(world: World, **changes: str | None) -> dict[str, str]:
    """All that the platform is sent, beside state and nonce."""
    query: dict[str, str | None] = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": world.lms.settings.client_id,
        "redirect_uri": world.lms.settings.launch_url,
        "login_hint": "hint & <1>",
        "lti_message_hint": "message + hint é",
        **changes,
    }
    return {name: value for name, value in query.items() if value is not None}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("changes", "differing"),
    table(
        [
            ("as Canvas sends it", {}, {}),
            ("without a message hint", {"lti_message_hint": None}, {"lti_message_hint": None}),
            ("with an empty message hint", {"lti_message_hint": ""}, {"lti_message_hint": None}),
            ("without a client id", {"client_id": None}, {}),
            ("without a deployment", {"lti_deployment_id": None}, {}),
            ("with an evil target", {"target_link_uri": EVIL}, {}),
            ("with an evil redirect_uri", {"redirect_uri": EVIL}, {}),
            ("with an evil state and nonce", {"state": EVIL, "nonce": EVIL}, {}),
            ("with a hint of 4,096", {"login_hint": "h" * 4096}, {"login_hint": "h" * 4096}),
        ]
    ),
)
def test_a_login_goes_to_the_platforms_own_address_with_just_what_it_needs(
    world: World, method: str, changes: dict[str, Any], differing: dict[str, Any]
):
    # gunicorn takes request lines of 4,094 bytes: a hint that long can only be posted
    method = "POST" if len(changes.get("login_hint", "")) > 2000 else method
    answer = begin(world, method, fields_of(world, **changes))
    address, query = sent_to(answer)
    state, nonce = query.pop("state"), query.pop("nonce")
    assert answer.status_code == 302
    assert address == f"{world.lms.settings.url}/api/lti/authorize_redirect#"
    assert query == expected_query(world, **differing)
    assert len(nonce) >= 32
    assert len(state) <= 1024
    assert "evil" not in answer.headers["Location"] + answer.text + state


def test_an_authorization_url_keeps_its_own_query(world: World, several: Platform):
    fields = fields_of(world, iss=several.issuer, client_id="c-2")
    address, query = sent_to(begin(world, "POST", fields))
    del query["state"], query["nonce"]
    assert address == f"{world.lms.settings.url}/api/lti/authorize_redirect#"
    assert query == expected_query(world, client_id="c-2") | {"school": "1", "x": " "}


def test_no_two_logins_share_state_nonce_or_cookie(world: World):
    logins = [world.login() for _ in range(20)]
    kept = [(login.state, login.nonce, *login.cookie.split("=")) for login in logins]
    assert [len(set(values)) for values in zip(*kept, strict=True)] == [20] * 4


def test_the_secret_in_the_cookie_goes_nowhere_else(world: World):
    login = world.login()
    secret = login.cookie.partition("=")[2]
    assert len(secret) >= 24
    assert secret not in login.location + world.logs()


def test_the_cookie_is_kept_in_frames_and_from_neighbours_and_scripts(world: World):
    answer = begin(world, "POST", fields_of(world))
    (header,) = answer.raw.headers.getlist("Set-Cookie")
    cookie, *attributes = header.split("; ")
    until = [text.partition("=")[2] for text in attributes if text.startswith("Expires=")]
    began = parsedate_to_datetime(answer.headers["Date"])
    lasts = [(parsedate_to_datetime(text) - began).total_seconds() for text in until]
    assert re.fullmatch(r"__Host-lti-[0-9a-f]{16}=[\w-]{24}", cookie), cookie
    assert {text for text in attributes if not text.startswith("Expires=")} == (
        ATTRIBUTES | {"Max-Age=600"}
    )
    assert [seconds for seconds in lasts if not 595 <= seconds <= 605] == []


@pytest.mark.parametrize("person", ["student", "instructor"])
def test_the_cookie_is_taken_back_at_the_launch_with_the_same_attributes(world: World, person: str):
    login = world.login()
    answer = world.send(login, world.claims(login.nonce, person=person))
    cookie, *attributes = answer.headers["Set-Cookie"].split("; ")
    gone = {"Max-Age=0", "Expires=Thu, 01 Jan 1970 00:00:00 GMT"}
    assert answer.status_code == 200
    assert cookie == login.cookie.partition("=")[0] + "="
    assert (set(attributes), len(attributes)) == (ATTRIBUTES | gone, 7)


def doubled(world: World, name: str) -> list[tuple[str, str]]:
    fields = list(fields_of(world).items())
    return [*fields, *(pair for pair in fields if pair[0] == name)]


REFUSED: list[tuple[str, dict[str, str | None], tuple[int, str]]] = [
    ("iss missing", {"iss": None}, INCOMPLETE),
    ("iss empty", {"iss": ""}, INCOMPLETE),
    ("iss unknown", {"iss": "https://nobody.test"}, UNREGISTERED),
    ("iss with markup", {"iss": "<script>alert(1)</script>"}, UNREGISTERED),
    ("iss of 256", {"iss": "i" * 256}, UNREADABLE),
    ("iss with a NUL", {"iss": "https://nobody.test\0"}, UNREADABLE),
    ("login_hint missing", {"login_hint": None}, INCOMPLETE),
    ("login_hint empty", {"login_hint": ""}, INCOMPLETE),
    ("login_hint of 5 kB", {"login_hint": "h" * 5000}, UNREADABLE),
    ("lti_message_hint of 5 kB", {"lti_message_hint": "h" * 5000}, UNREADABLE),
    ("client_id unknown", {"client_id": "nobody"}, UNREGISTERED),
    ("client_id with a NUL", {"client_id": "nobody\0"}, UNREADABLE),
    (
        "issuer of several client ids, none given",
        {"iss": "https://several.test", "client_id": None},
        UNREGISTERED,
    ),
    (
        "client_id of another issuer",
        {"iss": "https://several.test"},
        UNREGISTERED,
    ),
]


@pytest.mark.parametrize(("changes", "expected"), table(REFUSED))
def test_a_login_that_cannot_be_placed_is_refused(
    world: World, several: Platform, changes: dict[str, Any], expected: tuple[int, str]
):
    answer = begin(world, "POST", fields_of(world, **changes))
    check_refused(world, answer, *expected)
    assert [name for name in ("Location", "Set-Cookie") if name in answer.headers] == []
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("client_id", ["c-1", "c-2"])
def test_a_client_id_says_which_of_several_is_meant(
    world: World, several: Platform, client_id: str
):
    answer = begin(world, "GET", fields_of(world, iss=several.issuer, client_id=client_id))
    assert sent_to(answer)[1]["client_id"] == client_id


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", ["iss", "login_hint", "client_id", "lti_message_hint"])
def test_a_parameter_that_comes_twice_is_refused(world: World, method: str, name: str):
    check_refused(world, begin(world, method, doubled(world, name)), *UNREADABLE)


def test_a_parameter_in_the_query_and_in_the_form_is_refused(world: World):
    fields = fields_of(world)
    answer = world.post("/lti/login", params={"iss": fields["iss"]}, data=fields)
    check_refused(world, answer, *UNREADABLE)


def test_a_login_without_anything_is_refused(world: World):
    check_refused(world, world.get("/lti/login"), *INCOMPLETE)


def test_a_login_whose_body_is_too_large_is_refused(world: World):
    ends = {"Connection": "close"}
    answer = world.post("/lti/login", data={"iss": "i" * 5_000_000}, headers=ends)
    check_refused(world, answer, 413, "too-large")
