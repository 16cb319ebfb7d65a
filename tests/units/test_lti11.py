"""The LTI 1.1 form: what stands in it, and that any verifier finds its signature right."""

from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from app.core.carried import LTI, Carried
from app.core.lti11 import sign_launch
from tests.signature import sign

KEY, SECRET = "consumer-key", "a secret & + % ~ ü"
STUDIO = "https://school.instructuremedia.com/lti/launch"
LAUNCH = f"{STUDIO}?custom_arc_launch_type=embed&custom_arc_media_id=0f2d-1&custom_arc_start_at=0"
OAUTH = {
    "oauth_consumer_key",
    "oauth_nonce",
    "oauth_signature",
    "oauth_signature_method",
    "oauth_timestamp",
    "oauth_version",
}


def carried(custom: dict[str, str] | None = None, **claims: Any) -> Carried:
    """What is carried of a launch with these claims."""
    return Carried.from_claims({"sub": "person-1", **claims}, custom or {})


def signed(launch_url: str, person: Carried) -> tuple[str, dict[str, str]]:
    """The address and the form, whose signature is right."""
    url, fields = sign_launch(launch_url, person, KEY, SECRET)
    expected = sign(url, fields, f"{quote(SECRET)}&")
    assert fields["oauth_signature"] == expected
    return url, fields


def said(fields: dict[str, str]) -> dict[str, str]:
    """What a form says, without what signs it."""
    return {name: value for name, value in fields.items() if name not in OAUTH}


def test_the_verifier_of_these_tests_finds_the_signature_of_the_specifications_own_example():
    """Source: https://oauth.net/core/1.0a/#anchor46 (A.5.2)."""
    fields = {
        "oauth_consumer_key": "dpf43f3p2l4k3l03",
        "oauth_token": "nnch734d00sl2jdk",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "1191242096",
        "oauth_nonce": "kllo9940pd9333jh",
        "oauth_version": "1.0",
    }
    url = "http://photos.example.net/photos?file=vacation.jpg&size=original"
    found = sign(url, fields, "kd94hf93k423kf44&pfkkdhi9sl3r4s00", "GET")
    assert found == "tR3+Ty81lMeYAr/Fid0kMTYa/WM="


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?",
        "?custom_arc_media_id=0f2d-1&custom_arc_start_at=0",
        "?b=2&a=1&b=1&a=0&b",
        "?empty=&flag&=nameless&&last=1&",
        "?plus=a+b&blank=a%20b&sign=a%2Bb",
        "?text=%C3%A4%E2%82%AC%F0%9F%8E%AC",
        "?quote='x'&double=%22x%22",
        "?list[]=1&list[]=2&map{a}=|^`",
        "?bad=100%&worse=%zz&short=%4&good=%41",
        "?reserved=~*!()/?$,;:@&escaped=%7E%2A%21%28%29",
        "?equal=a=b==&amp=a%26b",
        "?oauth_like=1&oauth_nonce_=2",
        "?" + "&".join(f"name{number}={number}" for number in range(1200)),
    ],
)
def test_a_launch_url_is_signed_with_its_query_which_keeps_its_meaning(query: str):
    url, fields = signed(STUDIO + query, carried({"course": "7"}))
    pairs = parse_qsl(urlsplit(STUDIO + query).query, keep_blank_values=True)
    assert url.partition("?")[0] == STUDIO
    assert parse_qsl(urlsplit(url).query, keep_blank_values=True) == pairs
    assert url.isascii()
    assert not set(url) & set(' "<>[]{}|\\^`')
    assert said(fields) == {
        "lti_message_type": "basic-lti-launch-request",
        "lti_version": "LTI-1p0",
        "oauth_callback": "about:blank",
        "user_id": "person-1",
        "roles": "urn:lti:sysrole:ims/lis/None",
        "custom_course": "7",
    }


@pytest.mark.parametrize(
    "address",
    [
        "https://Studio.School.Example/lti/launch",
        "https://studio.school.example:443/lti/launch",
        "https://studio.school.example:8443/lti/launch",
        "http://127.0.0.2:80/lti/launch",
        "http://127.0.0.2:5000/lti/launch",
        "https://studio.school.example",
        "https://studio.school.example/lti/launch/a%20b/~c",
    ],
)
def test_the_address_of_studio_is_signed_as_every_verifier_writes_it(address: str):
    assert signed(f"{address}?a=1", carried())[0] == f"{address}?a=1"


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("Zoë O'Neil-Łukasz", "Zoë O'Neil-Łukasz"),
        ("+ % ~ * & = %41 %zz", "+ % ~ * & = %41 %zz"),
        ('<b title="x">&amp;</b>', '<b title="x">&amp;</b>'),
        ("a\nb\r\nc\rd", "a b  c d"),
        ("a\x00b\x85c\u2028d", "a b c d"),
        ("half \ud83c done", "half   done"),
        ("👩\u200d🔬 and 𝔘", "👩\u200d🔬 and 𝔘"),
        ("e\u0301 is not é", "e\u0301 is not é"),
        ("  around  ", "around"),
        ("x" * 10_000, "x" * 2048),
        ("🎬" * 3000, "🎬" * 2048),
        ("", None),
        (" \n ", None),
    ],
)
def test_a_value_is_signed_as_a_browser_posts_it(value: str, sent: str | None):
    claims = {
        "name": value,
        f"{LTI}context": {"id": "c", "title": value},
        f"{LTI}ext": {"x": value},
    }
    _, fields = signed(LAUNCH, carried({"note": value}, **claims))
    names = ("lis_person_name_full", "context_title", "ext_x", "custom_note")
    assert [fields.get(name) for name in names] == [sent] * 4


def test_custom_parameters_of_the_launch_url_are_not_said_again_in_the_form():
    custom = {"Room": "ours", "room-2": "ours", "other": "ours"}
    query = "custom_room=1&custom_room_2=&user_id=someone&custom_arc_media_id=0f2d-1"
    _, fields = signed(f"{STUDIO}?{query}", carried(custom))
    assert said(fields) == {
        "lti_message_type": "basic-lti-launch-request",
        "lti_version": "LTI-1p0",
        "oauth_callback": "about:blank",
        "user_id": "person-1",
        "roles": "urn:lti:sysrole:ims/lis/None",
        "custom_other": "ours",
    }


ALL = {
    "sub": "27b6c5a8",
    "name": "Sam Student",
    "given_name": "Sam",
    "family_name": "Student",
    "email": "sam@school.example",
    "picture": "https://school.example/sam.png",
    "locale": "de",
    f"{LTI}roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
    f"{LTI}context": {
        "id": "context-1",
        "label": "BIO-101",
        "title": "Cell Biology",
        "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering", "Group"],
    },
    f"{LTI}resource_link": {"id": "link-1", "title": "A film", "description": "About cells"},
    f"{LTI}launch_presentation": {
        "document_target": "iframe",
        "width": 640,
        "height": "360",
        "return_url": "https://school.example/courses/7",
        "locale": "en-GB",
    },
    f"{LTI}lis": {
        "person_sourcedid": "school:sam",
        "course_offering_sourcedid": "school:bio",
        "course_section_sourcedid": "school:bio:1",
        "outcome_service_url": "https://school.example/outcomes",
    },
    f"{LTI}tool_platform": {
        "guid": "guid-1",
        "name": "The school",
        "description": "All of it",
        "url": "https://school.example",
        "contact_email": "lms@school.example",
        "product_family_code": "canvas",
        "version": "cloud",
    },
    f"{LTI}lti1p1": {"user_id": "86157096", "oauth_consumer_key_sign": "x"},
    f"{LTI}role_scope_mentor": ["child 1", "child,2"],
    f"{LTI}ext": {"lms": "moodle-2", "user_username": "sam", "Nested.Name": 1, "deep": {"a": "b"}},
    "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {"lineitems": "https://x"},
    "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
        "context_memberships_url": "https://x"
    },
    "https://www.instructure.com/placement": "course_navigation",
}
CUSTOM = {
    "canvas_course_id": "101",
    "canvas_user_id": "12",
    "canvas_user_login_id": "sam",
    "canvas_api_domain": "school.instructure.com",
    "Week Number": "3",
    "media_id": "17",
    "embed_type": "embed",
    "downloadable": "true",
    "start_at": "5",
    "link": "mark",
}


def test_a_launch_with_everything_is_told_in_the_names_of_lti_1_1():
    _, fields = signed(LAUNCH, Carried.from_claims(ALL, CUSTOM))
    assert set(fields) >= OAUTH
    assert fields["oauth_signature_method"] == "HMAC-SHA1"
    assert (fields["oauth_consumer_key"], fields["oauth_version"]) == (KEY, "1.0")
    assert said(fields) == {
        "lti_message_type": "basic-lti-launch-request",
        "lti_version": "LTI-1p0",
        "oauth_callback": "about:blank",
        "user_id": "86157096",
        "roles": "Learner",
        "role_scope_mentor": "child%201,child%2C2",
        "user_image": "https://school.example/sam.png",
        "lis_person_name_full": "Sam Student",
        "lis_person_name_given": "Sam",
        "lis_person_name_family": "Student",
        "lis_person_contact_email_primary": "sam@school.example",
        "lis_person_sourcedid": "school:sam",
        "lis_course_offering_sourcedid": "school:bio",
        "lis_course_section_sourcedid": "school:bio:1",
        "context_id": "context-1",
        "context_label": "BIO-101",
        "context_title": "Cell Biology",
        "context_type": "CourseOffering,Group",
        "resource_link_id": "link-1",
        "resource_link_title": "A film",
        "resource_link_description": "About cells",
        "launch_presentation_document_target": "iframe",
        "launch_presentation_width": "640",
        "launch_presentation_height": "360",
        "launch_presentation_return_url": "https://school.example/courses/7",
        "launch_presentation_locale": "en-GB",
        "tool_consumer_instance_guid": "guid-1",
        "tool_consumer_instance_name": "The school",
        "tool_consumer_instance_description": "All of it",
        "tool_consumer_instance_url": "https://school.example",
        "tool_consumer_instance_contact_email": "lms@school.example",
        "tool_consumer_info_version": "cloud",
        "custom_canvas_course_id": "101",
        "custom_canvas_user_id": "12",
        "custom_canvas_user_login_id": "sam",
        "custom_canvas_api_domain": "school.instructure.com",
        "custom_week_number": "3",
        "ext_lms": "moodle-2",
        "ext_user_username": "sam",
        "ext_nested_name": "1",
    }


def test_the_product_family_that_makes_verifiers_leave_the_query_out_is_never_sent():
    platform = {f"{LTI}tool_platform": {"product_family_code": "canvas", "guid": "guid-1"}}
    _, fields = signed(LAUNCH, carried(**platform))
    assert "tool_consumer_info_product_family_code" not in fields
    assert "canvas" not in fields.values()


def test_a_person_is_who_they_were_in_lti_1_1_where_the_platform_says_so():
    assert signed(LAUNCH, carried(**{f"{LTI}lti1p1": {"user_id": "old"}}))[1]["user_id"] == "old"
    assert signed(LAUNCH, carried(**{f"{LTI}lti1p1": {"user_id": ""}}))[1]["user_id"] == "person-1"
    assert signed(LAUNCH, carried())[1]["user_id"] == "person-1"


def test_the_persons_language_stands_in_for_one_of_the_presentation():
    assert signed(LAUNCH, carried(locale="de"))[1]["launch_presentation_locale"] == "de"


def test_of_two_spellings_of_a_custom_parameter_the_one_that_is_right_counts():
    custom = {"Canvas-User-Id": "13", "canvas_user_id": "12", "CANVAS_USER_ID": "14"}
    for names in (list(custom), list(reversed(custom))):
        person = carried({name: custom[name] for name in names})
        assert signed(LAUNCH, person)[1]["custom_canvas_user_id"] == "12"


def test_each_form_is_signed_apart():
    first, second = (signed(LAUNCH, carried())[1] for _ in range(2))
    assert first["oauth_nonce"] != second["oauth_nonce"]
    assert first["oauth_signature"] != second["oauth_signature"]
    assert said(first) == said(second)
