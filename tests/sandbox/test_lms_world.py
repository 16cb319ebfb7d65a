"""The small LMS's courses, pages, switches, and its launches of Studio."""

import hmac
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, quote

import jwt
import pytest
import requests

from sandbox.lms import LmsSettings
from sandbox.lms.people import PEOPLE
from sandbox.lms.studio_launch import sign_studio_launch
from sandbox.studio import StudioSettings, create_studio
from tests.sandbox.lms_visitor import (
    ReadPage,
    authorize,
    get,
    make_link,
    post,
    retrieve,
    small_lms,
)
from tests.servers import serving

LTI = "https://purl.imsglobal.org/spec/lti/claim"
STUDIO = "http://127.0.0.2:9"
STUDIO_LAUNCH = (
    f"{STUDIO}/lti/launch?custom_arc_launch_type=embed&custom_arc_media_id=a-1&t=%C3%A9%20b&empty="
)
PERSON = {person.id: person for person in PEOPLE}


@pytest.fixture(scope="module")
def served() -> Iterator[Any]:
    with small_lms(studio_url=STUDIO) as lms:
        yield lms


@pytest.fixture
def lms(served: Any) -> Iterator[Any]:
    served.state.reset()
    yield served
    served.state.reset()


def is_signed(url: str, fields: dict[str, str]) -> bool:
    """RFC 5849, section 3.4, for HMAC-SHA1, by hand: the LMS itself signs with oauthlib."""

    def escape(text: str) -> str:
        return quote(text, safe="-._~")

    address, _, query = url.partition("?")
    signed = [*fields.items(), *parse_qsl(query, keep_blank_values=True)]
    pairs = sorted((escape(k), escape(v)) for k, v in signed if k != "oauth_signature")
    parameters = "&".join(f"{name}={value}" for name, value in pairs)
    base = "&".join(("POST", escape(address), escape(parameters)))
    made = hmac.digest(b"sandbox-secret&", base.encode(), "sha1")
    return fields["oauth_signature"] == b64encode(made).decode()


def launch_studio(lms: Any, person: str, url: str = STUDIO_LAUNCH) -> requests.Response:
    path = "/courses/101/external_tools/retrieve"
    return get(lms, path, person, display="borderless", url=url)


def test_a_copied_course_keeps_lookup_uuids_and_custom_and_has_ids_of_its_own(lms: Any) -> None:
    lookup_uuid = make_link(lms, media_id="260854", link="mark")
    answer = post(lms, "/_sandbox/courses/101/copy", {})
    assert (answer.status_code, answer.json()) == (201, {"course_id": 104})
    original, copy = lms.state.find_course(101), lms.state.find_course(104)
    assert (copy.title, copy.label) == ("Copy of Cell Biology", "BIO-101")
    assert copy.context_id != original.context_id
    assert [page.slug for page in copy.pages] == [page.slug for page in original.pages]
    before, after = original.find_link(lookup_uuid), copy.find_link(lookup_uuid)
    assert after.id != before.id
    assert (after.title, after.custom) == ("Mitosis", {"media_id": "260854", "link": "mark"})
    form = retrieve(lms, lookup_uuid, course=104)
    token = authorize(lms, form)["fields"]["id_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims[f"{LTI}/context"]["id"] == copy.context_id
    assert claims[f"{LTI}/resource_link"]["id"] == after.id
    assert claims[f"{LTI}/custom"]["canvas_course_id"] == "104"


def test_the_copy_button_leads_to_the_copy(lms: Any) -> None:
    answer = lms.session.post(f"{lms.url}/courses/102/copy")
    assert answer.url == f"{lms.url}/courses/104"
    assert "Copy of Modern Poetry" in ReadPage(answer.text).title


def test_studio_is_launched_with_a_signature_over_the_body_and_the_urls_query(lms: Any) -> None:
    form = ReadPage(launch_studio(lms, "instructor").text).form
    fields = form["fields"]
    assert form["action"] == STUDIO_LAUNCH
    assert is_signed(STUDIO_LAUNCH, fields)
    assert not is_signed(STUDIO_LAUNCH.replace("a-1", "a-2"), fields)
    assert not is_signed(STUDIO_LAUNCH, {**fields, "custom_canvas_course_id": "102"})
    host, context_id = lms.url.removeprefix("http://"), lms.state.find_course(101).context_id
    assert (fields["oauth_consumer_key"], fields["oauth_callback"]) == (
        "sandbox-key",
        "about:blank",
    )
    own = {name: value for name, value in fields.items() if not name.startswith("oauth_")}
    assert own == {
        "lti_message_type": "basic-lti-launch-request",
        "lti_version": "LTI-1p0",
        "user_id": PERSON["instructor"].legacy_id,
        "roles": "Instructor",
        "lis_person_name_full": "Ines Instructor",
        "lis_person_name_given": "Ines",
        "lis_person_name_family": "Instructor",
        "lis_person_contact_email_primary": "ines.instructor@sandbox.test",
        "context_id": context_id,
        "context_label": "BIO-101",
        "context_title": "Cell Biology",
        "context_type": "CourseOffering",
        "resource_link_id": context_id,
        "resource_link_title": "Studio",
        "launch_presentation_document_target": "iframe",
        "launch_presentation_return_url": f"{lms.url}/courses/101",
        "launch_presentation_locale": "en",
        "tool_consumer_instance_guid": f"sandbox:{host}",
        "tool_consumer_instance_name": "Sandbox LMS",
        "tool_consumer_info_product_family_code": "canvas",
        "tool_consumer_info_version": "cloud",
        "custom_canvas_course_id": "101",
        "custom_canvas_api_domain": host,
        "custom_canvas_user_id": "11",
        "custom_canvas_user_login_id": "ines.instructor@sandbox.test",
        "custom_canvas_enrollment_state": "active",
    }
    assert lms.state.log() == [
        {
            "event": "studio_launch",
            "person": "instructor",
            "course_id": 101,
            "url": STUDIO_LAUNCH,
        }
    ]


def test_studio_is_told_the_language_that_was_chosen(lms: Any) -> None:
    answer = launch_studio(lms, "student; sandbox_lms_language=es")
    fields = ReadPage(answer.text).form["fields"]
    assert (fields["user_id"], fields["launch_presentation_locale"]) == (
        PERSON["student"].legacy_id,
        "es",
    )


def test_studio_learns_no_name_of_the_test_student(lms: Any) -> None:
    fields = ReadPage(launch_studio(lms, "test-student").text).form["fields"]
    assert is_signed(STUDIO_LAUNCH, fields)
    assert (fields["user_id"], fields["roles"]) == (PERSON["test-student"].legacy_id, "Learner")
    assert [name for name in fields if name.startswith("lis_")] == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://127.0.0.2:10/lti/launch",
        "https://127.0.0.2:9/lti/launch",
        "http://127.0.0.2:9@evil.test/lti/launch",
        f"{STUDIO}/lti/launch/",
        f"{STUDIO}/lti/launch?a=b c",
        "http://[/lti/launch",
    ],
)
def test_an_address_that_is_not_studios_launch_has_no_tool(lms: Any, url: str) -> None:
    answer = launch_studio(lms, "student", url)
    assert answer.status_code == 400
    assert "There is no tool for this URL" in answer.text
    assert lms.state.log() == []


def test_the_small_studio_takes_the_launch() -> None:
    with serving("127.0.0.2", lambda url: create_studio(StudioSettings(url=url))) as studio:
        state = studio.extensions["studio"]
        settings = {
            "studio_url": state.settings.url,
            "studio_consumer_key": state.settings.consumer_key,
            "studio_consumer_secret": state.settings.consumer_secret,
        }
        embed = state.embeds.make(260854, 101, "embed", False)
        with small_lms(**settings) as lms:
            form = ReadPage(launch_studio(lms, "student", embed.launch_url).text).form
            played = lms.session.post(form["action"], data=form["fields"])
            launches = lms.session.get(f"{state.settings.url}/_sandbox/launches").json()
    assert played.status_code == 200
    assert [(launch["media_id"], launch["user_id"]) for launch in launches] == [
        (260854, PERSON["student"].legacy_id)
    ]


def test_a_newline_is_signed_as_a_space_for_browsers_post_another() -> None:
    fields = sign_studio_launch(STUDIO_LAUNCH, {"context_title": "Cell\r\nBiology"}, LmsSettings())
    assert fields["context_title"] == "Cell Biology"
    assert is_signed(STUDIO_LAUNCH, fields)
