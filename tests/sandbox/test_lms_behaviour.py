"""The small LMS misbehaves on request, one thing at a time, until it is told to behave."""

import time
from typing import Any

import jwt
import pytest

from tests.sandbox.lms_visitor import (
    ReadPage,
    authorize,
    get,
    make_link,
    post,
    retrieve,
)

LTI = "https://purl.imsglobal.org/spec/lti/claim"
NORMAL = {
    "storage": "forwarding",
    "kid": None,
    "token_seconds": None,
    "issuer": None,
    "error": None,
    "missing_claims": [],
    "key_set_delay_seconds": 0.0,
    "product_family": "canvas",
    "locale": None,
    "accept_types": None,
    "accept_targets": None,
    "accept_multiple": None,
    "deep_link_title": None,
    "deep_link_text": None,
    "data": None,
    "registration": {
        "configuration": {},
        "raw_configuration": None,
        "redirect": None,
        "status": None,
        "answer": {},
        "answer_status": 201,
        "raw_answer": None,
        "lost": False,
    },
}


def behave(lms: Any, **order: Any) -> Any:
    answer = post(lms, "/_sandbox/behaviour", order)
    assert answer.status_code == 200, answer.text
    return answer.json()


def token_of(lms: Any) -> str:
    token: str = authorize(lms, retrieve(lms, make_link(lms)))["fields"]["id_token"]
    return token


def claims_of(lms: Any) -> dict[str, Any]:
    return jwt.decode(token_of(lms), options={"verify_signature": False})


def test_what_an_order_leaves_out_goes_back_to_normal(lms: Any) -> None:
    assert behave(lms, kid="other", storage="off") == {**NORMAL, "kid": "other", "storage": "off"}
    assert behave(lms, token_seconds=60) == {**NORMAL, "token_seconds": 60}
    assert behave(lms) == NORMAL


def test_a_reset_sets_it_back(lms: Any) -> None:
    behave(lms, error="login_required")
    post(lms, "/_sandbox/reset", {})
    assert lms.state.behaviour.model_dump() == NORMAL


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (None, "body"),
        ({"storage": "sometimes"}, "storage"),
        ({"kid": ""}, "kid"),
        ({"token_seconds": 0}, "token_seconds"),
        ({"token_seconds": "60"}, "token_seconds"),
        ({"issuer": 1}, "issuer"),
        ({"error": ""}, "error"),
        ({"missing_claims": "sub"}, "missing_claims"),
        ({"key_set_delay_seconds": 61}, "key_set_delay_seconds"),
        ({"accept_types": "html"}, "accept_types"),
        ({"accept_multiple": "yes"}, "accept_multiple"),
        ({"product_family": ""}, "product_family"),
        ({"odd": 1}, "odd"),
    ],
)
def test_a_wrong_order_changes_nothing_and_says_what_is_wrong(
    lms: Any, body: Any, named: str
) -> None:
    behave(lms, kid="other")
    answer = post(lms, "/_sandbox/behaviour", body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(f"{named}: ")
    assert lms.state.behaviour.kid == "other"


def test_a_token_names_a_key_that_did_not_sign_it(lms: Any) -> None:
    behave(lms, kid="other")
    assert jwt.get_unverified_header(token_of(lms))["kid"] == "other"
    behave(lms)
    assert jwt.get_unverified_header(token_of(lms))["kid"] == lms.state.keys.kid


def test_tokens_live_as_long_as_told(lms: Any) -> None:
    behave(lms, token_seconds=60)
    claims = claims_of(lms)
    assert claims["exp"] - claims["iat"] == 60
    behave(lms)
    claims = claims_of(lms)
    assert claims["exp"] - claims["iat"] == 3600


def test_the_lms_speaks_as_another_issuer_at_login_and_in_the_token(lms: Any) -> None:
    behave(lms, issuer="https://other.test")
    login = retrieve(lms, make_link(lms))
    assert login["fields"]["iss"] == "https://other.test"
    token = authorize(lms, login)["fields"]["id_token"]
    keys = jwt.PyJWKSet.from_dict(get(lms, "/api/lti/security/jwks").json())
    claims = jwt.decode(
        token,
        keys[lms.state.keys.kid],
        algorithms=["RS256"],
        audience="10000000000001",
        issuer="https://other.test",
    )
    assert claims[f"{LTI}/tool_platform"]["guid"].startswith("sandbox:127.0.0.1")


def test_a_login_as_one_issuer_can_end_in_a_token_of_another(lms: Any) -> None:
    login = retrieve(lms, make_link(lms))
    behave(lms, issuer="https://other.test")
    token = authorize(lms, login)["fields"]["id_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (login["fields"]["iss"], claims["iss"]) == (lms.url, "https://other.test")


@pytest.mark.parametrize("error", ["login_required", "launch_no_longer_valid"])
def test_authorization_answers_an_error_and_keeps_the_launch(lms: Any, error: str) -> None:
    login = retrieve(lms, make_link(lms))
    behave(lms, error=error)
    assert authorize(lms, login)["fields"] == {
        "error": error,
        "error_description": "The sandbox was told to fail here.",
        "state": "s & <1>",
    }
    behave(lms)
    assert "id_token" in authorize(lms, login)["fields"]


def test_tokens_lack_what_they_are_told_to_lack(lms: Any) -> None:
    whole = claims_of(lms)
    behave(lms, missing_claims=["sub", "roles", f"{LTI}/context", "unheard-of"])
    less = claims_of(lms)
    assert set(whole) - set(less) == {"sub", f"{LTI}/roles", f"{LTI}/context"}
    assert set(less) <= set(whole)


def test_the_key_set_comes_late(lms: Any) -> None:
    def seconds() -> float:
        before = time.monotonic()
        assert get(lms, "/api/lti/security/jwks").status_code == 200
        return time.monotonic() - before

    behave(lms, key_set_delay_seconds=0.5)
    assert seconds() >= 0.5
    behave(lms)
    assert seconds() < 0.5


@pytest.mark.parametrize(
    ("storage", "target", "answers", "frame"),
    [
        ("forwarding", "post_message_forwarding", "lti.capabilities", "http://127.0.0.1:{port}"),
        (
            "foreign",
            "post_message_forwarding",
            "lti.capabilities",
            "http://foreign.localhost:{port}",
        ),
        ("parent", "_parent", "lti.capabilities lti.put_data lti.get_data", None),
        ("off", None, None, None),
    ],
)
def test_platform_storage_is_where_it_is_told_to_be(
    lms: Any, storage: str, target: str | None, answers: str | None, frame: str | None
) -> None:
    behave(lms, storage=storage)
    assert retrieve(lms, make_link(lms))["fields"].get("lti_storage_target") == target
    for path in (
        "pages/week-1",
        "pages/week-1/edit",
        "modules",
        "external_tools/tool",
        "external_tools/picker",
    ):
        page = ReadPage(get(lms, f"/courses/101/{path}", "instructor").text)
        scripts = [s for s in page.all("script") if "data-answers" in s]
        assert [script["data-answers"] for script in scripts] == ([answers] if answers else [])
        port = lms.url.rpartition(":")[2]
        hidden = [f for f in page.all("iframe") if "hidden" in f]
        expected = [f"{frame.format(port=port)}/storage/frame"] if frame else []
        assert [f["src"] for f in hidden] == expected
        assert [f["name"] for f in hidden] == ["post_message_forwarding"] * len(expected)
    assert get(lms, "/storage/frame").status_code == (200 if frame else 404)


def test_a_foreign_frame_may_be_framed_and_nothing_else_changes(lms: Any) -> None:
    normal = get(lms, "/storage/frame").headers["Content-Security-Policy"]
    behave(lms, storage="foreign")
    foreign = get(lms, "/storage/frame").headers["Content-Security-Policy"]
    other = lms.url.replace("127.0.0.1", "foreign.localhost")
    assert normal.endswith("frame-ancestors 'self'")
    assert foreign.endswith(f"frame-ancestors 'self' {lms.url} {other}")
    assert foreign.replace(f" {lms.url} {other}", "") == normal
