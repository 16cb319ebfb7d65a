"""Launch mode lti13: what is wrong with a request of Studio's, and who hears of it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.lms.messages import LTI
from sandbox.lms.people import find_person
from tests import world as worlds
from tests.journeys import studio_side as studio
from tests.journeys.launching import check_refused, table
from tests.journeys.onward import read_form
from tests.journeys.studio_side import OTHER_REDIRECT, REDIRECT, Begun, Pairs, ask, claims_of
from tests.journeys.studio_side import read_posted as posted
from tests.pages import read_code
from tests.world import World

MEDIA = 260854
REFUSED = (400, "studio-not-registered")
STATE = {"state": "state-1"}
TOLD = {
    "response_type": ("unsupported_response_type", "response_type must be id_token"),
    "response_mode": ("invalid_request", "response_mode must be form_post"),
    "prompt": ("invalid_request", "prompt must be none"),
    "scope": ("invalid_scope", "scope must be openid"),
}
WRONG = (None, "", "code", "ID_TOKEN", "id_token token", "Form_Post", "query")
SINGLE = (
    "response_type",
    "response_mode",
    "prompt",
    "scope",
    "nonce",
    "login_hint",
    "lti_message_hint",
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A service that launches Studio itself, by LTI 1.3."""
    with worlds.world(tmp_path_factory.mktemp("lti13"), request.param, **studio.MODE) as built:
        yield built


@pytest.fixture(scope="module")
def begun(world: World) -> Begun:
    """A launch whose hints no fault may use up; it is kept for as long as the tests take."""
    found = studio.begin(world, world.marked(MEDIA))
    studio.let_pass(world, timedelta(hours=-1))
    return found


@pytest.fixture(scope="module", autouse=True)
def _the_launch_is_still_good_at_the_end(world: World, begun: Begun) -> Iterator[None]:
    yield
    student = find_person("student")
    assert student is not None
    assert claims_of(world, begun)["sub"] == student.sub


def refusal(error: str, description: str) -> dict[str, str]:
    return {"error": error, "error_description": description}


@pytest.mark.parametrize(
    ("name", "values"),
    table(
        [
            ("client: none", "client_id", []),
            ("client: empty", "client_id", [""]),
            ("client: another", "client_id", ["other"]),
            ("client: in capitals", "client_id", [studio.CLIENT.upper()]),
            ("client: cut short", "client_id", [studio.CLIENT[:-1]]),
            ("client: with a blank", "client_id", [f"{studio.CLIENT} "]),
            ("client: twice", "client_id", [studio.CLIENT, studio.CLIENT]),
            ("client: markup", "client_id", ['"><script>alert(1)</script>']),
            ("address: none", "redirect_uri", []),
            ("address: empty", "redirect_uri", [""]),
            ("address: another host", "redirect_uri", ["https://evil.example/lti/callback"]),
            ("address: one character more", "redirect_uri", [f"{REDIRECT}x"]),
            ("address: one less", "redirect_uri", [REDIRECT[:-1]]),
            ("address: the folder", "redirect_uri", ["https://studio.example/lti/"]),
            ("address: below", "redirect_uri", [f"{REDIRECT}/below"]),
            ("address: with a slash", "redirect_uri", [f"{REDIRECT}/"]),
            ("address: with a query", "redirect_uri", [f"{REDIRECT}?a=1"]),
            ("address: with a fragment", "redirect_uri", [f"{REDIRECT}#"]),
            ("address: without its query", "redirect_uri", [OTHER_REDIRECT.partition("?")[0]]),
            ("address: host in capitals", "redirect_uri", [REDIRECT.replace("studio", "Studio")]),
            ("address: path in capitals", "redirect_uri", [REDIRECT.replace("lti", "LTI")]),
            ("address: http", "redirect_uri", [REDIRECT.replace("https", "http")]),
            (
                "address: with its port",
                "redirect_uri",
                [REDIRECT.replace(".example", ".example:443")],
            ),
            ("address: with a user", "redirect_uri", [REDIRECT.replace("//", "//user@")]),
            ("address: escaped", "redirect_uri", [REDIRECT.replace("callback", "%63allback")]),
            ("address: with a blank", "redirect_uri", [f" {REDIRECT}"]),
            ("address: with a line break", "redirect_uri", [f"{REDIRECT}\n"]),
            ("address: both", "redirect_uri", [f"{REDIRECT},{OTHER_REDIRECT}"]),
            ("address: twice", "redirect_uri", [REDIRECT, REDIRECT]),
            ("address: a script", "redirect_uri", ["javascript:alert(1)"]),
        ]
    ),
)
def test_to_who_is_not_registered_nothing_is_ever_posted(
    world: World, begun: Begun, name: str, values: list[str]
):
    fields = [*begun.request(**{name: None}).items(), *((name, value) for value in values)]
    for method in ("GET", "POST"):
        answer = ask(world, fields, method)
        check_refused(world, answer, *REFUSED)
        assert (name in answer.text, "<form" in answer.text) == (True, False)
        assert "evil.example" not in answer.text + str(answer.headers)


def _odd(name: str, value: str | None, expected: tuple[str, str]) -> tuple[object, ...]:
    return f"{name} {'missing' if value is None else repr(value)[:20]}", name, value, expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    table(
        [
            *(_odd("response_type", value, TOLD["response_type"]) for value in WRONG),
            *(_odd("response_mode", value, TOLD["response_mode"]) for value in WRONG),
            *(_odd("prompt", value, TOLD["prompt"]) for value in (*WRONG, "login", "none login")),
            *(_odd("scope", value, TOLD["scope"]) for value in ("profile", "openidx", "OPENID")),
            *(
                _odd(name, value, ("invalid_request", f"{name} is missing"))
                for name in ("scope", "nonce", "login_hint", "lti_message_hint")
                for value in (None, "")
            ),
            *(
                _odd(name, "x" * length, ("invalid_request", f"{name} is there twice, or too long"))
                for name, length in (("nonce", 513), ("login_hint", 256), ("scope", 256))
            ),
        ]
    ),
)
def test_studio_is_told_of_any_other_fault_with_its_state_and_gets_no_token(
    world: World, begun: Begun, name: str, value: str | None, expected: tuple[str, str]
):
    for method in ("GET", "POST"):
        answer = ask(world, begun.request(**{name: value}), method)
        assert posted(answer) == (REDIRECT, refusal(*expected) | STATE)


@pytest.mark.parametrize("name", SINGLE)
def test_a_parameter_that_comes_twice_is_a_fault(world: World, begun: Begun, name: str):
    fields = begun.request()
    twice: Pairs = [*fields.items(), (name, fields[name])]
    told = refusal("invalid_request", f"{name} is there twice, or too long")
    assert posted(ask(world, twice)) == (REDIRECT, told | STATE)
    assert posted(ask(world, twice, "POST")) == (REDIRECT, told | STATE)
    over = world.post(studio.ENDPOINT, params={name: fields[name]}, data=fields)
    assert posted(over) == (REDIRECT, told | STATE)


@pytest.mark.parametrize(
    "states", [["state-1", "state-1"], ["one", "two"], ["x" * 4097]], ids=["same", "two", "long"]
)
def test_a_state_that_cannot_be_given_back_is_a_fault(
    world: World, begun: Begun, states: list[str]
):
    fields = [*begun.request(state=None).items(), *(("state", state) for state in states)]
    told = refusal("invalid_request", "state is there twice, or too long")
    assert posted(ask(world, fields, "POST")) == (REDIRECT, told)


def test_of_many_faults_the_first_is_told(world: World, begun: Begun):
    """Who asks; where to; the fixed parameters; the nonce; the hints."""
    faults = [
        ("client_id", "other"),
        ("redirect_uri", "https://evil.example/"),
        ("response_type", "code"),
        ("nonce", ""),
        ("login_hint", "unknown"),
    ]
    answers = [ask(world, begun.request(**dict(faults[at:]))) for at in range(len(faults))]
    pages, told = answers[:2], answers[2:]
    assert [read_code(page) for page in pages] == ["studio-not-registered"] * 2
    assert ["client_id" in page.text for page in pages] == [True, False]
    assert [posted(answer)[1]["error_description"] for answer in told] == [
        "response_type must be id_token",
        "nonce is missing",
        "The hints are unknown, used, or too old",
    ]


@pytest.mark.parametrize("name", ["login_hint", "lti_message_hint"])
@pytest.mark.parametrize("value", ["unknown", "%", "é", "x" * 255, "\x00", '"><script>'])
def test_hints_that_nobody_was_given_are_good_for_nothing(
    world: World, begun: Begun, name: str, value: str
):
    told = refusal("login_required", "The hints are unknown, used, or too old")
    assert posted(ask(world, begun.request(**{name: value}))) == (REDIRECT, told | STATE)


def test_a_request_for_the_headers_alone_uses_nothing_up(world: World):
    begun = studio.begin(world, world.marked(MEDIA))
    head = world.http.head(f"{world.url}/lti/platform/authorize", params=begun.request())
    assert (head.status_code, head.content) == (200, b"")
    assert set(posted(ask(world, begun.request()))[1]) == {"id_token", "state"}


def test_parameters_that_nobody_knows_are_ignored(world: World):
    begun = studio.begin(world, world.marked(MEDIA))
    unknown = [("lti_storage_target", "_parent"), ("display", "page"), ("x", "1"), ("x", "2")]
    further = begun.request(scope="openid profile email").items()
    assert set(posted(ask(world, [*further, *unknown]))[1]) == {"id_token", "state"}


def test_the_page_with_a_token_is_for_no_cache_and_may_be_framed_by_any_school(world: World):
    def in_a_school(claims: dict[str, dict[str, str]]) -> None:
        claims[f"{LTI}/launch_presentation"]["return_url"] = "https://canvas.school.example/x"

    begun = studio.begin(world, world.marked(MEDIA), change=in_a_school)
    answer = ask(world, begun.request())
    form = read_form(answer)
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert form.attributes == {
        "id": "onward",
        "method": "post",
        "action": REDIRECT,
        "accept-charset": "utf-8",
    }
    assert form.buttons == [(True, {})]
    assert [part.partition(" ")[0] for part in policy] == [
        "default-src",
        "script-src",
        "style-src",
        "img-src",
        "base-uri",
        "frame-ancestors",
    ]
    assert {"https:", "https://canvas.school.example"} <= set(policy[-1].split())
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert "Set-Cookie" not in answer.headers


def test_neither_tokens_nor_hints_nor_people_stand_in_the_log(world: World):
    begun = studio.begin(world, world.marked(MEDIA))
    token = posted(ask(world, begun.request()))[1]["id_token"]
    ask(world, begun.request(), "POST")
    ask(world, begun.request(client_id="other"))
    student = find_person("student")
    assert student is not None
    words = (token[:20], *token.split("."), *begun.request().values(), student.sub, "Sam", "eyJ")
    harmless = {"openid", "id_token", "form_post", "none", studio.CLIENT, "state-1", "nonce-1"}
    logged = world.logs()
    assert "studio-not-answered" in logged
    assert [word for word in words if word in logged and word not in harmless] == []


@pytest.mark.parametrize("mode", ["canvas", "lti11"])
def test_in_another_launch_mode_nobody_is_answered(tmp_path: Path, begun: Begun, mode: str):
    consumer = {"STUDIO_LTI_KEY": "sandbox-key", "STUDIO_LTI_SECRET": "sandbox-secret"}
    settings = studio.MODE | consumer | {"STUDIO_LAUNCH_MODE": mode}
    with worlds.world(tmp_path, "sqlite", workers=1, **settings) as other:
        for method in ("GET", "POST"):
            check_refused(other, ask(other, begun.request(), method), *REFUSED)
