"""Which configurations of an LMS are believed; the journeys see what is told of the others."""

import json
from typing import Any

import pytest

from app.core.openid_configuration import LTI, OpenidConfiguration, is_address, read_configuration
from app.errors import RegistrationError

LMS = "https://lms.example"
RESOURCE, DEEP = "LtiResourceLinkRequest", "LtiDeepLinkingRequest"


def _told(issuer: str = LMS, at: str = LMS, **changes: Any) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{at}/auth",
        "registration_endpoint": f"{at}/register",
        "jwks_uri": f"{at}/keys",
        "token_endpoint": f"{at}/token",
        **changes,
    }


def _read(url: str, told: dict[str, Any], *, insecure: bool = False) -> OpenidConfiguration:
    return read_configuration(url, json.dumps(told).encode(), insecure=insecure)


def _refusal(url: str, told: dict[str, Any]) -> str:
    with pytest.raises(RegistrationError) as refused:
        _read(url, told)
    return refused.value.slug


@pytest.mark.parametrize(
    ("issuer", "url"),
    [
        (LMS, f"{LMS}/conf"),
        (f"{LMS}/", f"{LMS}/conf?x=y"),
        (f"{LMS}/moodle", f"{LMS}/moodle/mod/lti/openid-configuration.php"),
        ("https://LMS.example", "https://lms.EXAMPLE:443/conf"),
        ("https://canvas.instructure.com", "https://canvas.instructure.com/conf"),
        ("https://canvas.instructure.com", "https://sso.canvaslms.com/conf"),
        ("https://canvas.beta.instructure.com", "https://sso.beta.canvaslms.com/conf"),
        ("https://canvas.test.instructure.com", "https://sso.test.canvaslms.com/conf"),
        ("https://sso.canvaslms.com", "https://sso.canvaslms.com/conf"),
    ],
)
def test_an_issuer_is_believed_at_its_own_origin_and_canvas_at_its_sso(issuer: str, url: str):
    assert _read(url, _told(issuer)).issuer == issuer


@pytest.mark.parametrize(
    ("issuer", "url"),
    [
        (LMS, "https://evil.example/conf"),
        (LMS, "https://lms.example.evil.example/conf"),
        (LMS, "https://evil.lms.example/conf"),
        (LMS, f"{LMS}:8443/conf"),
        (f"{LMS}:8443", f"{LMS}/conf"),
        ("https://canvas.instructure.com", "https://sso.beta.canvaslms.com/conf"),
        ("https://canvas.beta.instructure.com", "https://sso.canvaslms.com/conf"),
        ("https://canvas.instructure.com", "https://evil.canvaslms.com/conf"),
        ("https://canvas.instructure.com", "https://school.instructure.com/conf"),
        ("https://sso.canvaslms.com", "https://canvas.instructure.com/conf"),
    ],
)
def test_an_issuer_is_not_believed_from_elsewhere(issuer: str, url: str):
    assert _refusal(url, _told(issuer)) == "issuer-elsewhere"


@pytest.mark.parametrize(
    "name", ["authorization_endpoint", "registration_endpoint", "jwks_uri", "token_endpoint"]
)
def test_addresses_without_tls_are_for_development(name: str):
    told = _told() | {name: "http://lms.example/x"}
    assert _refusal(f"{LMS}/conf", told) == "platform-configuration"
    assert getattr(_read(f"{LMS}/conf", told, insecure=True), name) == "http://lms.example/x"


def test_an_issuer_without_tls_is_for_development():
    told = _told("http://lms.example")
    assert _refusal("http://lms.example/conf", told) == "platform-configuration"
    assert _read("http://lms.example/conf", told, insecure=True).issuer == "http://lms.example"


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        ("https://lms.example/a?b=c", True),
        ("http://lms.example/", False),
        ("https://lms.example/#a", False),
        ("https://lms.example/a b", False),
        ("https://lms.example\\@evil.example/", False),
        ("https://a@lms.example/", False),
        ("https://lms.example/\u0000", False),
        ("https://lms.example/" + "x" * 2000, False),
        ("", False),
    ],
)
def test_an_address_is_one_that_everybody_reads_alike(url: str, fits: bool):
    assert is_address(url, insecure=False) is fits


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        (None, ((), ())),
        ([], ((), ())),
        ("odd", ((), ())),
        ([RESOURCE], ((), None)),
        ([{"type": RESOURCE}], ((), None)),
        ([{"type": DEEP, "placements": ["a", "b"]}], (None, ("a", "b"))),
        (
            [{"type": DEEP, "placements": ["a"]}, {"type": DEEP, "placements": ["b"]}],
            (None, ("a", "b")),
        ),
        ([RESOURCE, {"type": DEEP, "placements": []}], ((), ())),
        ([RESOURCE, {}, 5, None, {"type": 5}, {"type": DEEP, "placements": "a"}], ((), None)),
        ([{"type": DEEP, "placements": [5]}, {"type": DEEP, "placements": ["a"]}], (None, ("a",))),
        ([{"placements": ["a"]}], ((), ())),
    ],
)
def test_messages_are_told_by_their_names_or_with_their_places(messages: Any, expected: Any):
    platform = {} if messages is None else {LTI: {"messages_supported": messages}}
    read = _read(f"{LMS}/conf", _told() | platform)
    assert (read.find_placements(RESOURCE), read.find_placements(DEEP)) == expected


def test_what_a_page_carries_is_read_again_as_it_was():
    platform = {
        "product_family_code": "canvas",
        "messages_supported": [RESOURCE, {"type": DEEP, "placements": ["a"]}],
        "https://canvas.instructure.com/lti/account_name": "A school",
    }
    read = _read(f"{LMS}/conf", _told() | {LTI: platform, "authorization_server": "aud"})
    again = OpenidConfiguration.model_validate_json(read.model_dump_json(by_alias=True))
    assert again == read
    assert (again.lti.account_name, again.is_canvas) == ("A school", True)
