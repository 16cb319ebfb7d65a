"""Launch mode lti13: Studio asks who was sent to it, and is told once, in a token of ours."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.models import signing_key
from sandbox.lms.messages import LTI
from sandbox.lms.people import find_person
from tests import world as worlds
from tests.journeys import studio_side as studio
from tests.journeys.course_pages import read_course
from tests.journeys.launching import add_platform, at_once
from tests.journeys.onward import platform_ids
from tests.journeys.studio_side import ask, begin, claims_of, read_posted
from tests.world import World

MEDIA = 260854
HOSTILE = '"><script>alert(1)</script>'
UNKNOWN = {
    "error": "login_required",
    "error_description": "The hints are unknown, used, or too old",
    "state": "state-1",
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A service that launches Studio itself, by LTI 1.3."""
    with worlds.world(tmp_path_factory.mktemp("lti13"), request.param, **studio.MODE) as built:
        yield built


@pytest.fixture
def link(world: World) -> dict[str, str]:
    return world.marked(MEDIA)


def launch_url(world: World, media_id: int = MEDIA) -> str:
    """The launch URL that Studio gave."""
    listed = json.loads(world.flask("embeds", "list", "--json").stdout)
    (url,) = [embed["launch_url"] for embed in listed if embed["media_id"] == media_id]
    return str(url)


def test_a_launch_leads_to_studios_login_with_nothing_personal_in_the_address(
    world: World, link: dict[str, str]
):
    answer = world.launch(link)
    begun = studio.read_login(answer)
    assert begun.address == studio.LOGIN
    hints = {name: begun.said[name] for name in ("login_hint", "lti_message_hint")}
    assert begun.said == hints | {
        "iss": world.environment["PUBLIC_URL"],
        "target_link_uri": launch_url(world),
        "client_id": studio.CLIENT,
        "lti_deployment_id": studio.DEPLOYMENT,
    }
    assert [len(hint) for hint in hints.values()] == [32, 32]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_no_two_launches_have_a_hint_in_common(world: World, link: dict[str, str]):
    said = [begin(world, link).said for _ in range(2)]
    assert len({each[name] for each in said for name in ("login_hint", "lti_message_hint")}) == 4


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_studio_is_told_who_was_sent_to_it_and_where(
    world: World, link: dict[str, str], method: str
):
    student, course = find_person("student"), world.lms.find_course(101)
    assert student is not None
    login = world.login()
    launched = world.claims(login.nonce, link | {"Week Number": "3", "start_at": "7"})
    begun = studio.read_login(world.send(login, launched))
    before = int(time.time())
    action, fields = read_posted(ask(world, begun.request(), method))
    claims = studio.read_token(world, fields.pop("id_token"))
    assert (action, fields) == (studio.REDIRECT, {"state": "state-1"})
    assert before <= claims["iat"] <= time.time()
    assert claims == {
        "iss": world.environment["PUBLIC_URL"],
        "aud": studio.CLIENT,
        "azp": studio.CLIENT,
        "iat": claims["iat"],
        "exp": claims["iat"] + 300,
        "nonce": "nonce-1",
        "sub": student.sub,
        "name": "Sam Student",
        "given_name": "Sam",
        "family_name": "Student",
        "email": student.email,
        f"{LTI}/message_type": "LtiResourceLinkRequest",
        f"{LTI}/version": "1.3.0",
        f"{LTI}/deployment_id": studio.DEPLOYMENT,
        f"{LTI}/target_link_uri": begun.said["target_link_uri"],
        f"{LTI}/resource_link": launched[f"{LTI}/resource_link"],
        f"{LTI}/roles": list(student.roles),
        f"{LTI}/context": {
            "id": course.context_id,
            "label": "BIO-101",
            "title": "Cell Biology",
            "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"],
        },
        f"{LTI}/launch_presentation": {
            "document_target": "iframe",
            "locale": "en",
            "return_url": f"{world.lms.settings.url}/courses/101",
        },
        f"{LTI}/tool_platform": launched[f"{LTI}/tool_platform"],
        f"{LTI}/lti1p1": {"user_id": student.legacy_id},
        f"{LTI}/custom": {
            "Week Number": "3",
            "canvas_course_id": "101",
            "canvas_api_domain": world.lms.settings.host,
            "canvas_user_id": "12",
            "canvas_user_login_id": student.login,
        },
    }
    assert begun.said["target_link_uri"].endswith("custom_arc_start_at=7")


def test_each_registered_redirect_uri_is_answered_as_it_is_written(
    world: World, link: dict[str, str]
):
    begun = begin(world, link)
    answer = ask(world, begun.request(redirect_uri=studio.OTHER_REDIRECT))
    assert read_posted(answer)[0] == studio.OTHER_REDIRECT


@pytest.mark.parametrize(
    "state",
    [
        HOSTILE,
        "a b+c%20d%2Bé&amp;&lt;=;'`",
        " around ",
        "👩\u200d🔬",
        "{{ 7 * 7 }}",
        "x" * 4096,
        "",
    ],
)
def test_the_state_comes_back_as_it_was(world: World, link: dict[str, str], state: str):
    answer = ask(world, begin(world, link).request(state=state))
    assert "<script>alert" not in answer.text
    fields = read_posted(answer)[1]
    assert (fields["state"], set(fields)) == (state, {"id_token", "state"})


def test_the_page_that_goes_on_to_studio_speaks_the_language_of_the_launch(
    world: World, link: dict[str, str]
):
    def german(claims: dict[str, Any]) -> None:
        claims[f"{LTI}/launch_presentation"]["locale"] = "de-AT"

    begun = begin(world, link, change=german)
    with world.reading("es", "de"):
        answer = ask(world, begun.request())
    assert "<h1>Gleich geht es weiter</h1>" in answer.text


def test_without_a_state_none_is_made_up(world: World, link: dict[str, str]):
    answer = ask(world, begin(world, link).request(state=None))
    assert set(read_posted(answer)[1]) == {"id_token"}


@pytest.mark.parametrize("nonce", ["n", HOSTILE, "é" * 512])
def test_the_nonce_of_the_request_is_that_of_the_token(
    world: World, link: dict[str, str], nonce: str
):
    assert claims_of(world, begin(world, link), nonce=nonce)["nonce"] == nonce


def test_hints_are_good_once(world: World, link: dict[str, str]):
    begun = begin(world, link)
    claims_of(world, begun)
    for method in ("GET", "POST"):
        answer = ask(world, begun.request(), method)
        assert read_posted(answer) == (studio.REDIRECT, UNKNOWN)


def test_of_twenty_requests_at_once_one_gets_a_token(world: World, link: dict[str, str]):
    begun = begin(world, link)
    answers = at_once(20, lambda _: ask(world, begun.request()))
    posted = [read_posted(answer)[1] for answer in answers]
    assert sum("id_token" in fields for fields in posted) == 1
    assert [fields for fields in posted if "id_token" not in fields] == [UNKNOWN] * 19


def test_hints_are_good_for_two_minutes(world: World, link: dict[str, str]):
    first, second = begin(world, link), begin(world, link)
    studio.let_pass(world, timedelta(seconds=90))
    assert claims_of(world, first)["name"] == "Sam Student"
    studio.let_pass(world, timedelta(seconds=30))
    assert read_posted(ask(world, second.request())) == (studio.REDIRECT, UNKNOWN)


def test_hints_of_two_launches_do_not_go_together_and_stay_good(world: World, link: dict[str, str]):
    first, second = begin(world, link), begin(world, link, person="instructor")
    hints = {"lti_message_hint": second.said["lti_message_hint"]}
    assert read_posted(ask(world, first.request(**hints)))[1] == UNKNOWN
    swapped = {"login_hint": first.said["lti_message_hint"], "lti_message_hint": "x"}
    assert read_posted(ask(world, first.request(**swapped)))[1] == UNKNOWN
    names = [claims_of(world, begun)["name"] for begun in (second, first)]
    assert names == ["Ines Instructor", "Sam Student"]


def test_who_launches_without_a_name_has_none_at_studio(world: World, link: dict[str, str]):
    claims = claims_of(world, begin(world, link, person="test-student"))
    assert {"name", "given_name", "family_name", "email"} & set(claims) == set()


def test_a_person_without_roles_arrives_without_roles(world: World, link: dict[str, str]):
    begun = begin(world, link, change=lambda claims: claims.update({f"{LTI}/roles": []}))
    assert claims_of(world, begun)[f"{LTI}/roles"] == []


def test_a_person_of_another_platform_is_named_after_it_and_by_nothing_else(
    world: World, link: dict[str, str]
):
    claims_of(world, begin(world, link))
    other = add_platform(world, "https://other.example")
    login = other.login(world)
    launched = other.claims(world, login, link) | {f"{LTI}/lis": {"person_sourcedid": "sam"}}
    claims = claims_of(world, studio.read_login(world.send(login, launched)))
    number = platform_ids(world)["https://other.example"]
    assert claims["sub"] == f"{number}:{launched['sub']}"
    assert {"email", f"{LTI}/lis", f"{LTI}/lti1p1"} & set(claims) == set()
    assert set(claims[f"{LTI}/custom"]) == {"canvas_course_id", "canvas_api_domain"}


@pytest.mark.parametrize("spelling", ["arc_display_download", "ARC-display-download", "MEDIA-ID"])
def test_nothing_that_a_link_writes_passes_for_studios_own(
    world: World, link: dict[str, str], spelling: str
):
    claims = claims_of(world, begin(world, link | {spelling: "true", "Canvas-Course-Id": "999"}))
    custom: dict[str, Any] = claims[f"{LTI}/custom"]
    assert sorted(custom) == [
        "canvas_api_domain",
        "canvas_course_id",
        "canvas_user_id",
        "canvas_user_login_id",
    ]
    assert custom["canvas_course_id"] == "101"


def test_tokens_verify_after_the_keys_were_rotated(world: World, link: dict[str, str]):
    old = claims_of(world, begin(world, link))
    world.flask("keys", "rotate")
    assert claims_of(world, begin(world, link))["sub"] == old["sub"]
    url = world.environment["DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:")
    engine = sa.create_engine(url)
    earlier = datetime.now(UTC) - timedelta(minutes=1)
    with engine.begin() as connection:
        newest = signing_key.c.signs_from > datetime.now(UTC)
        connection.execute(sa.update(signing_key).where(newest).values(signs_from=earlier))
    engine.dispose()
    assert claims_of(world, begin(world, link))["sub"] == old["sub"]


def test_the_button_of_a_course_page_begins_a_launch_of_its_own_each_time(
    world: World, link: dict[str, str]
):
    begin(world, link)
    page = world.launch({}, person="instructor")
    course = read_course(page)
    fields = course.choose(course.entries[0].title)
    begun = [studio.read_login(world.post("/lti/play", data=fields)) for _ in range(2)]
    assert [claims_of(world, each)["name"] for each in begun] == ["Ines Instructor"] * 2
    assert "form-action" not in page.headers["Content-Security-Policy"]
