"""The launches of the small LMS are Canvas's, so that what takes them may take Canvas's."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest

from sandbox.lms.people import PEOPLE
from tests.sandbox.lms_visitor import (
    ReadPage,
    authorization,
    authorize,
    get,
    make_link,
    retrieve,
    small_lms,
    start,
)

LTI = "https://purl.imsglobal.org/spec/lti/claim"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person#"
PERSON = {person.id: person for person in PEOPLE}


@pytest.fixture(scope="module")
def served() -> Iterator[Any]:
    with small_lms() as lms:
        yield lms


@pytest.fixture
def lms(served: Any) -> Any:
    served.state.reset()
    return served


def verified(lms: Any, token: str) -> dict[str, Any]:
    keys = get(lms, "/api/lti/security/jwks").json()
    key = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(token)["kid"]]
    issuer, audience = lms.url, "10000000000001"
    return jwt.decode(token, key, algorithms=["RS256"], audience=audience, issuer=issuer)


def claims_of(lms: Any, login: Any, person: str) -> dict[str, Any]:
    return verified(lms, authorize(lms, login, person)["fields"]["id_token"])


def test_a_link_posts_a_login_initiation_as_canvas_does(lms: Any) -> None:
    login = retrieve(lms, make_link(lms), "instructor")
    hint = login["fields"].pop("lti_message_hint")
    assert len(hint) > 20
    assert login == {
        "action": "http://localhost:8000/lti/login",
        "fields": {
            "iss": lms.url,
            "login_hint": PERSON["instructor"].sub,
            "target_link_uri": "http://localhost:8000/lti/launch",
            "client_id": "10000000000001",
            "lti_deployment_id": "1:sandbox",
            "lti_storage_target": "post_message_forwarding",
        },
    }


def test_an_instructors_id_token_holds_all_that_canvas_sends(lms: Any) -> None:
    before = int(datetime.now(UTC).timestamp())
    lookup_uuid = make_link(lms, media_id="260854")
    claims = claims_of(lms, retrieve(lms, lookup_uuid, "instructor"), "instructor")
    course = lms.state.find_course(101)
    issued = claims.pop("iat")
    assert before <= issued <= before + 60
    assert claims.pop("exp") == issued + 3600
    host = lms.url.removeprefix("http://")
    assert claims == {
        "iss": lms.url,
        "aud": "10000000000001",
        "azp": "10000000000001",
        "sub": PERSON["instructor"].sub,
        "nonce": "n-1",
        "name": "Ines Instructor",
        "given_name": "Ines",
        "family_name": "Instructor",
        "email": "ines.instructor@sandbox.test",
        f"{LTI}/message_type": "LtiResourceLinkRequest",
        f"{LTI}/version": "1.3.0",
        f"{LTI}/deployment_id": "1:sandbox",
        f"{LTI}/target_link_uri": "http://localhost:8000/lti/launch",
        f"{LTI}/resource_link": {"id": course.find_link(lookup_uuid).id, "title": "Mitosis"},
        f"{LTI}/roles": [
            f"{INSTITUTION}Instructor",
            f"{MEMBERSHIP}Instructor",
            f"{SYSTEM}User",
        ],
        f"{LTI}/context": {
            "id": course.context_id,
            "label": "BIO-101",
            "title": "Cell Biology",
            "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"],
        },
        f"{LTI}/custom": {
            "canvas_course_id": "101",
            "canvas_api_domain": host,
            "canvas_user_id": "11",
            "canvas_user_login_id": "ines.instructor@sandbox.test",
            "media_id": "260854",
        },
        f"{LTI}/launch_presentation": {
            "document_target": "iframe",
            "return_url": f"{lms.url}/courses/101",
            "locale": "en",
        },
        f"{LTI}/tool_platform": {
            "guid": f"sandbox:{host}",
            "name": "Sandbox LMS",
            "product_family_code": "canvas",
            "version": "cloud",
        },
        f"{LTI}/lti1p1": {"user_id": PERSON["instructor"].legacy_id},
    }


@pytest.mark.parametrize(
    ("person", "told"),
    [
        (
            "student",
            {
                "name": "Sam Student",
                "email": "sam.student@sandbox.test",
                "roles": [f"{INSTITUTION}Student", f"{MEMBERSHIP}Learner", f"{SYSTEM}User"],
            },
        ),
        (
            "admin",
            {
                "name": "Ada Admin",
                "email": "ada.admin@sandbox.test",
                "roles": [
                    f"{INSTITUTION}Administrator",
                    f"{SYSTEM}Administrator",
                    f"{SYSTEM}User",
                ],
            },
        ),
        (
            "test-student",
            {
                "name": None,
                "email": None,
                "roles": [
                    f"{MEMBERSHIP}Learner",
                    "http://purl.imsglobal.org/vocab/lti/system/person#TestUser",
                ],
            },
        ),
    ],
)
def test_a_person_is_told_by_name_email_and_roles(lms: Any, person: str, told: Any) -> None:
    claims = claims_of(lms, retrieve(lms, make_link(lms), person), person)
    assert {
        "name": claims.get("name"),
        "email": claims.get("email"),
        "roles": claims[f"{LTI}/roles"],
    } == told
    assert claims["sub"] == PERSON[person].sub
    assert ("given_name" in claims, "family_name" in claims) == (told["name"] is not None,) * 2


def test_a_links_custom_parameters_stand_over_the_tools_and_unknown_variables_stay(
    lms: Any,
) -> None:
    link = make_link(lms, canvas_user_id="7", id="$Canvas.course.id", odd="$Canvas.odd", x="a $b")
    claims = claims_of(lms, retrieve(lms, link), "student")
    assert claims[f"{LTI}/custom"] == {
        "canvas_course_id": "101",
        "canvas_api_domain": lms.url.removeprefix("http://"),
        "canvas_user_id": "7",
        "canvas_user_login_id": "sam.student@sandbox.test",
        "id": "101",
        "odd": "$Canvas.odd",
        "x": "a $b",
    }


def test_course_navigation_launches_without_a_link_of_its_own(lms: Any) -> None:
    claims = claims_of(lms, start(lms, "course_navigation", "instructor"), "instructor")
    context_id = lms.state.find_course(101).context_id
    assert claims[f"{LTI}/resource_link"] == {"id": context_id, "title": "Studio Embed"}
    assert claims[f"{LTI}/message_type"] == "LtiResourceLinkRequest"
    assert claims["https://www.instructure.com/placement"] == "course_navigation"
    assert "media_id" not in claims[f"{LTI}/custom"]


def test_a_hint_is_good_for_one_launch(lms: Any) -> None:
    login = retrieve(lms, make_link(lms))
    first = authorize(lms, login)
    second = authorize(lms, login)
    assert first["action"] == second["action"] == "http://localhost:8000/lti/launch"
    assert sorted(first["fields"]) == ["id_token", "state"]
    assert first["fields"]["state"] == "s & <1>"
    assert second["fields"] == {
        "error": "launch_no_longer_valid",
        "error_description": "The launch has either expired or been used",
        "state": "s & <1>",
    }
    outcomes = [e["outcome"] for e in lms.state.log() if e["event"] == "authorize"]
    assert outcomes == ["id_token", "launch_no_longer_valid"]


def test_a_hint_that_many_use_together_is_good_for_one(lms: Any) -> None:
    login = retrieve(lms, make_link(lms))
    answers: list[list[str]] = []

    def take() -> None:
        answers.append(sorted(authorize(lms, login)["fields"]))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(["id_token", "state"]) == 1
    assert answers.count(["error", "error_description", "state"]) == 7


@pytest.mark.parametrize(
    ("person", "changes", "error"),
    [
        ("student", {"lti_message_hint": "another"}, "launch_no_longer_valid"),
        ("student", {"lti_message_hint": None}, "launch_no_longer_valid"),
        ("instructor", {}, "login_required"),
        ("student", {"login_hint": None}, "login_required"),
        ("instructor", {"login_hint": PERSON["instructor"].sub}, "launch_no_longer_valid"),
        ("student", {"response_type": "code"}, "invalid_request_object"),
        ("student", {"response_mode": "query"}, "invalid_request_object"),
        ("student", {"scope": "openid profile"}, "invalid_request_object"),
        ("student", {"prompt": None}, "invalid_request_object"),
        ("student", {"nonce": ""}, "invalid_request_object"),
    ],
)
def test_a_wrong_authorization_request_is_told_to_the_tool(
    lms: Any, person: str, changes: dict[str, str | None], error: str
) -> None:
    answer = authorize(lms, retrieve(lms, make_link(lms)), person, **changes)
    assert answer["action"] == "http://localhost:8000/lti/launch"
    assert (answer["fields"].pop("error"), answer["fields"].pop("state")) == (error, "s & <1>")
    assert list(answer["fields"]) == ["error_description"]


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "1"},
        {"client_id": None},
        {"redirect_uri": "http://localhost:8000/lti/launch/"},
        {"redirect_uri": None},
    ],
)
def test_an_unknown_client_or_redirect_uri_is_told_to_nobody_else(
    lms: Any, changes: dict[str, str | None]
) -> None:
    query = authorization(lms, retrieve(lms, make_link(lms)), **changes)
    answer = get(lms, "/api/lti/authorize_redirect", **query)
    assert answer.status_code == 400
    assert [form["action"] for form in ReadPage(answer.text).all("form")] == ["/login", "/language"]
