"""The small Studio counts a signed launch's parameters as RFC 5849 says, by a signer of our own.

Other tests sign with oauthlib, which verifies too: a mistake of its own would not be seen there.
"""

import hmac
import secrets
import time
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import parse_qsl, quote, urlencode

import pytest

from sandbox.studio.roles import is_instructor
from tests.sandbox.studio_visitor import LAUNCH, Caller, small_studio

Pairs = list[tuple[str, str]]


@pytest.fixture
def studio() -> Iterator[Caller]:
    with small_studio() as caller:
        yield caller


def escape(text: str) -> str:
    return quote(text, safe="-._~")


def oauth(**changes: str) -> Pairs:
    parameters = {
        "oauth_consumer_key": "sandbox-consumer",
        "oauth_nonce": secrets.token_hex(8),
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(int(time.time())),
        "oauth_version": "1.0",
    }
    return list((parameters | changes).items())


def signature(address: str, counted: Pairs) -> str:
    """Section 3.4.1 and 3.4.2: what is counted, sorted and escaped twice, under the secret."""
    pairs = sorted((escape(name), escape(value)) for name, value in counted)
    base = "&".join(("POST", escape(address), escape("&".join(f"{n}={v}" for n, v in pairs))))
    return b64encode(hmac.digest(b"sandbox-consumer-secret&", base.encode(), "sha1")).decode()


def send(studio: Caller, url: str, body: Pairs, counted: Pairs) -> int:
    """Post a body, with a signature over what is counted."""
    signed = signature(f"{studio.url}/lti/launch", counted)
    return studio.launch(url, urlencode([*body, ("oauth_signature", signed)])).status_code


def query_of(url: str) -> Pairs:
    return parse_qsl(url.partition("?")[2], keep_blank_values=True)


def test_query_and_body_count_together(studio: Caller) -> None:
    url = studio.launch_url()
    body = [*LAUNCH.items(), *oauth()]
    assert send(studio, url, body, body) == 401
    assert send(studio, url, body, [*body, *query_of(url)]) == 200


def test_a_parameter_that_is_in_both_counts_twice(studio: Caller) -> None:
    url = f"{studio.launch_url()}&both=1"
    body = [*LAUNCH.items(), ("both", "1"), *oauth()]
    once = [*body, *query_of(url)[:-1]]
    assert send(studio, url, body, once) == 401
    assert send(studio, url, body, [*once, ("both", "1")]) == 200


@pytest.mark.parametrize("value", ["", " ", "a+b", "%20", "~*'()", "Léa 物理", "a=b&c", "\r\n"])
def test_any_value_counts_as_it_is(studio: Caller, value: str) -> None:
    url = f"{studio.launch_url()}&in_query={quote(value)}"
    body = [*LAUNCH.items(), ("in_body", value), ("in_body", value), *oauth()]
    counted = [*body, *query_of(url)]
    assert query_of(url)[-1] == ("in_query", value)
    assert send(studio, url, body, [pair for pair in counted if pair[0] != "in_query"]) == 401
    assert send(studio, url, body, counted) == 200


@pytest.mark.parametrize("name", ["roles", "user_id", "lti_version", "custom_canvas_course_id"])
def test_what_a_launch_must_say_is_said_once(studio: Caller, name: str) -> None:
    url = studio.launch_url()
    body = [*LAUNCH.items(), (name, "another"), *oauth()]
    assert send(studio, url, body, [*body, *query_of(url)]) == 400
    also_in_query = f"{url}&{name}=another"
    body = [*LAUNCH.items(), *oauth()]
    assert send(studio, also_in_query, body, [*body, *query_of(also_in_query)]) == 400


def test_the_body_does_not_say_again_what_the_launch_url_says(studio: Caller) -> None:
    url = studio.launch_url()
    body = [*LAUNCH.items(), ("custom_arc_start_at", "5"), *oauth()]
    assert send(studio, url, body, [*body, *query_of(url)]) == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"oauth_version": "2.0"},
        {"oauth_signature_method": "PLAINTEXT"},
        {"oauth_timestamp": str(int(time.time()) - 360)},
        {"oauth_timestamp": str(int(time.time()) + 36_000)},
        {"oauth_nonce": ""},
    ],
)
def test_odd_protocol_parameters_are_refused(studio: Caller, changes: dict[str, str]) -> None:
    url = studio.launch_url()
    body = [*LAUNCH.items(), *oauth(**changes)]
    assert send(studio, url, body, [*body, *query_of(url)]) == 401


def test_a_protocol_parameter_comes_once(studio: Caller) -> None:
    url = studio.launch_url()
    body = [*LAUNCH.items(), *oauth(), ("oauth_version", "1.0")]
    assert send(studio, url, body, [*body, *query_of(url)]) == 401


def test_a_body_that_is_no_form_does_not_count(studio: Caller) -> None:
    url = studio.launch_url()
    body = [*LAUNCH.items(), *oauth()]
    signed = signature(f"{studio.url}/lti/launch", [*body, *query_of(url)])
    text = urlencode([*body, ("oauth_signature", signed)])
    answer = studio.session.post(url, data=text, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 401
    assert studio.launch(url, text).status_code == 200


@pytest.mark.parametrize(
    ("roles", "teaches"),
    [
        ("Instructor", True),
        ("urn:lti:role:ims/lis/Instructor", True),
        ("urn:lti:role:ims/lis/Instructor/PrimaryInstructor", True),
        ("Learner, urn:lti:role:ims/lis/TeachingAssistant", True),
        ("urn:lti:instrole:ims/lis/Instructor", False),
        ("urn:lti:role:ims/lis/Learner/Instructor", False),
        ("", False),
    ],
)
def test_only_roles_in_the_course_make_an_instructor(roles: str, teaches: bool) -> None:
    assert is_instructor(roles) == teaches
