"""What answers to everyone: health, the home page, errors; who may frame what; what is logged."""

import json
import re
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import requests

from sandbox.lms.messages import LTI
from sandbox.lms.people import PEOPLE
from tests.journeys.starting import started_again
from tests.pages import check_page, read_code, read_reference
from tests.world import POSTGRESQL, World

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors "
)
EVIL = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "host=evil.example;proto=https",
}
PATHS = [
    "/",
    "/healthz",
    "/readyz",
    "/lti/jwks.json",
    "/lti/config/canvas.json",
    "/lti/launch",
    "/nothing",
    "/lti//jwks.json",
    "/static/page.css",
]


@pytest.fixture(scope="module")
def outside_development(world: World) -> Iterator[World]:
    """The service once more, as it stands behind TLS, with what may be set there."""
    with started_again(
        world,
        PUBLIC_URL="https://embed.school.example",
        REDIS_URL="redis://127.0.0.1:6379/0",
        FRAME_ANCESTORS="https://a.example, https://*.b.example",
        TEST_LOG=world.environment["TEST_LOG"] + ".2",
    ) as again:
        yield again


def _ancestors(answer: requests.Response) -> str:
    policy = answer.headers["Content-Security-Policy"]
    begins = (
        POLICY.replace("form-action 'self'; ", "connect-src 'self'; ")
        if "<h1>Videos in" in answer.text
        else POLICY
    )
    assert policy.startswith(begins)
    return policy.removeprefix(begins)


def _registered(world: World) -> str:
    return f"https://*.instructure.com {world.lms.settings.url}"


def test_health_touches_nothing_and_readiness_names_its_checks(world: World):
    lives, ready = world.get("/healthz"), world.get("/readyz")
    assert (lives.status_code, lives.json()) == (200, {"status": "ok"})
    assert (ready.status_code, ready.json()) == (
        200,
        {"status": "ok", "checks": {"database": "ok"}},
    )


def test_redis_is_looked_at_where_it_is_set(outside_development: World):
    ready = outside_development.get("/readyz")
    assert (ready.status_code, ready.json()["checks"]) == (200, {"database": "ok", "redis": "ok"})


def test_the_home_page_says_what_this_is_and_what_admins_need(world: World):
    page = world.get("/")
    public = world.environment["PUBLIC_URL"]
    assert page.status_code == 200
    assert "An LMS is registered." in page.text
    assert "Studio is connected." in page.text
    assert re.findall(r"<code>(http[^<]+)</code>", page.text) == [
        f"{public}/lti/login",
        f"{public}/lti/launch",
        f"{public}/lti/jwks.json",
        f"{public}/lti/config/canvas.json",
    ]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not-found"),
        ("GET", "/lti/", 404, "not-found"),
        ("GET", "/static/../app/settings.py", 404, "not-found"),
        ("GET", "/lti/launch", 405, "method-not-allowed"),
        ("POST", "/", 405, "method-not-allowed"),
        ("DELETE", "/lti/login", 405, "method-not-allowed"),
    ],
)
def test_what_is_not_there_is_a_page_that_nobody_frames(
    world: World, method: str, path: str, status: int, code: str
):
    answer = world.http.request(method, world.url + path)
    check_page(answer)
    assert (answer.status_code, read_code(answer), _ancestors(answer)) == (status, code, "'none'")
    assert ("Allow" in answer.headers) is (status == 405)


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_bears_the_security_headers(world: World, path: str):
    answer = world.get(path)
    assert _ancestors(answer) == "'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Strict-Transport-Security" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Server"] in ("", "gunicorn")


def test_over_https_browsers_are_told_to_stay_there(outside_development: World):
    told = outside_development.get("/").headers["Strict-Transport-Security"]
    assert told == "max-age=31536000"


def test_a_launch_that_fails_may_be_framed_by_registered_platforms(world: World):
    answer = world.post("/lti/launch", data={})
    assert (answer.status_code, _ancestors(answer)) == (400, _registered(world))


def test_a_verified_launch_may_be_framed_by_the_origin_that_it_returns_to(world: World):
    def returns_to(url: str) -> Any:
        key = f"{LTI}/launch_presentation"
        return lambda claims: claims[key].update({"return_url": url})

    vanity = world.launch({}, change=returns_to("https://Canvas.School.example:8443/courses/1"))
    assert vanity.status_code == 200
    assert _ancestors(vanity) == f"{_registered(world)} https://canvas.school.example:8443"
    refused = world.launch({"media_id": "x"}, change=returns_to("https://canvas.school.example/"))
    assert refused.status_code == 400
    assert _ancestors(refused) == f"{_registered(world)} https://canvas.school.example"
    for url in (
        "http://evil.example/",
        "https://a.example;script-src/",
        "https://*/",
        "https://x@y/",
    ):
        assert _ancestors(world.launch({}, change=returns_to(url))) == _registered(world)


def test_a_launch_that_is_not_verified_lets_nobody_else_frame(world: World):
    login = world.login()
    claims = world.claims("another nonce")
    claims[f"{LTI}/launch_presentation"]["return_url"] = "https://evil.example/"
    answer = world.send(login, claims)
    assert (answer.status_code, _ancestors(answer)) == (401, _registered(world))


def test_frame_ancestors_are_what_the_setting_says(outside_development: World):
    refused = outside_development.post("/lti/launch", data={})
    assert _ancestors(refused) == "https://a.example https://*.b.example"
    assert _ancestors(outside_development.get("/")) == "'none'"


@pytest.mark.parametrize("path", PATHS)
def test_the_names_under_which_it_is_asked_never_come_back(world: World, path: str):
    plain = world.get(path)
    answer = world.get(path, headers=EVIL)
    assert answer.status_code == plain.status_code
    assert "evil" not in answer.text + str(answer.headers)
    assert "203.0.113.9" not in answer.text


def test_a_login_and_a_launch_under_another_name_are_as_ever(world: World):
    settings = world.lms.settings
    fields = {"iss": settings.url, "login_hint": "x", "client_id": settings.client_id}
    login = world.post("/lti/login", data=fields, headers=EVIL)
    assert login.status_code == 302
    assert (
        f"{urlsplit(world.environment['PUBLIC_URL']).port}%2Flti%2Flaunch"
        in (login.headers["Location"])
    )
    assert "evil" not in str(login.headers)


def _ask_as(world: World, host: bytes, path: str) -> str:
    """The first line of the answer to a request for any `Host`, as no library would send it."""
    port = urlsplit(world.url).port
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connected:
        head = f"GET {path} HTTP/1.1\r\nConnection: close\r\nHost: ".encode()
        connected.sendall(head + host + b"\r\n\r\n")
        return connected.makefile(encoding="latin-1").readline().strip()


@pytest.mark.parametrize(
    "host", [b"", b"[", b"a b", b"..", b"a..b.example", b"x" * 70, b"h:port", b"xn--zz--", b"\xc3"]
)
def test_an_odd_host_is_answered_like_any_other(world: World, host: bytes):
    answers = [_ask_as(world, host, path) for path in ("/healthz", "/readyz", "/nothing")]
    assert answers == ["HTTP/1.1 200 OK", "HTTP/1.1 200 OK", "HTTP/1.1 404 NOT FOUND"]


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", ["/lti//launch", "/lti/launch//", "/lti//jwks.json"])
def test_a_slash_too_many_is_a_page_that_is_not_there(world: World, method: str, path: str):
    answer = getattr(world, method)(path)
    assert (answer.status_code, read_code(answer)) == (404, "not-found")


def test_every_line_of_the_log_is_json_and_names_the_page_it_tells_of(world: World):
    answer = world.launch({"media_id": "x"}, person="instructor")
    lines = [json.loads(line) for line in world.logs().splitlines()]
    told = [line for line in lines if line.get("reference") == read_reference(answer)]
    refused, request = told
    assert (refused["event"], refused["code"], refused["status"]) == ("refused", "link-odd", 400)
    assert (request["event"], request["method"], request["path"]) == (
        "request",
        "POST",
        "/lti/launch",
    )
    assert {"level", "logger", "timestamp"} < set(refused)


def test_no_person_and_no_token_stands_in_the_log(world: World):
    link, tokens = world.marked(260854), set()

    def keep(claims: dict[str, Any]) -> None:
        tokens.update({claims["nonce"], claims["sub"]})

    for person in ("instructor", "student", "test-student", "admin"):
        world.launch(link, person=person, change=keep)
        world.launch({"media_id": "263940"}, person=person, change=keep)
        login = world.login()
        tokens.update({login.state, login.nonce, login.cookie.partition("=")[2]})
        world.get(f"/lti/launch?id_token=secret-in-a-query&state={login.state}")
    current = world.http.get(f"{world.studio.settings.url}/_sandbox/tokens").json()
    names = {name for person in PEOPLE for name in (person.email, person.name, person.sub) if name}
    settings = {world.environment[name] for name in ("SECRET_KEY", "STUDIO_CLIENT_SECRET")}
    secret = {*tokens, *current.values(), *names, *settings, "eyJ", "gAAAA", "secret-in-a-query"}
    log = world.logs()
    assert {one for one in secret if one in log} == set()
    assert link["link"] not in log
    assert '"path": "/lti/launch"' in log


@pytest.mark.parametrize("world", ["postgresql"], indirect=True)
def test_without_its_database_every_page_says_so_and_health_goes_on(world: World):
    name = world.environment["DATABASE_URL"].rpartition("/")[2]
    with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        try:
            ready, lives, home = (world.get(path) for path in ("/readyz", "/healthz", "/"))
            login = world.post("/lti/login", data={"iss": "x", "login_hint": "y"})
        finally:
            connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    assert (ready.status_code, lives.status_code) == (503, 200)
    assert ready.json() == {
        "status": "unavailable",
        "checks": {"database": "OperationalError"},
    }
    for page in (home, login):
        assert (page.status_code, read_code(page)) == (503, "database-unavailable")
        assert page.headers["Retry-After"] == "10"
    assert world.get("/readyz").status_code == 200
    assert world.launch(world.marked(260854)).status_code == 302
