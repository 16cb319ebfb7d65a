"""The small LMS registers a tool as Canvas does: token, metadata, approval; and its faults."""

from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
import requests

from tests.sandbox.lms_visitor import ReadPage, authorize, get, post, retrieve

TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
CONFIGURATION, ENDPOINT = "/api/lti/security/openid-configuration", "/api/lti/registrations"
LINK = "http://localhost:8000/lti/register?invite=x"
TOOL_URL = "http://localhost:8000"


def _metadata(**changes: Any) -> dict[str, Any]:
    tool = {
        "domain": "localhost:8000",
        "target_link_uri": f"{TOOL_URL}/lti/launch",
        "claims": ["iss", "sub"],
        "custom_parameters": {"course": "$Canvas.course.id"},
        "messages": [{"type": "LtiDeepLinkingRequest", "placements": ["RichTextEditor"]}],
    }
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": f"{TOOL_URL}/lti/login",
        "redirect_uris": [f"{TOOL_URL}/lti/launch"],
        "jwks_uri": f"{TOOL_URL}/lti/jwks.json",
        "client_name": "A tool",
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": "",
        TOOL: tool | changes.pop("tool", {}),
        **changes,
    }


def _ask(lms: Any, token: str, path: str = CONFIGURATION) -> requests.Response:
    answer: requests.Response = lms.session.get(
        lms.url + path, headers={"Authorization": f"Bearer {token}"}, allow_redirects=False
    )
    return answer


def _register(lms: Any, token: str, metadata: Any = None) -> requests.Response:
    answer: requests.Response = lms.session.post(
        lms.url + ENDPOINT,
        json=_metadata() if metadata is None else metadata,
        headers={"Authorization": f"Bearer {token}"},
    )
    return answer


def _fail(lms: Any, **faults: Any) -> None:
    assert post(lms, "/_sandbox/behaviour", {"registration": faults}).ok


def _turn_on(lms: Any) -> requests.Response:
    answer: requests.Response = lms.session.post(f"{lms.url}/registration/approval")
    return answer


def test_an_admin_opens_the_tools_link_with_a_token_that_works_once(lms: Any) -> None:
    page = lms.session.post(f"{lms.url}/registration/", data={"link": f" {LINK} "})
    (frame,) = ReadPage(page.text).all("iframe")
    address, _, token = (frame["src"] or "").partition("&registration_token=")
    assert address == f"{LINK}&{urlencode({'openid_configuration': lms.url + CONFIGURATION})}"
    assert _ask(lms, token).json()["registration_endpoint"] == lms.url + ENDPOINT
    assert _register(lms, token).status_code == 201
    assert _register(lms, token).status_code == _ask(lms, token).status_code == 401


@pytest.mark.parametrize("link", ["", "http://other.example/", "http://localhost:8000.evil/x"])
def test_only_the_tool_of_this_lms_is_opened(lms: Any, link: str) -> None:
    answer = lms.session.post(f"{lms.url}/registration/", data={"link": link})
    assert (answer.status_code, TOOL_URL in answer.text) == (400, True)


@pytest.mark.parametrize("token", ["", "x"])
def test_without_a_token_nothing_is_told_and_nothing_registered(lms: Any, token: str) -> None:
    for answer in (_ask(lms, token), _register(lms, token)):
        assert (answer.status_code, "error" in answer.json()) == (401, True)


def test_a_tool_is_launched_once_it_is_turned_on_with_the_parameters_it_asked_for(
    lms: Any,
) -> None:
    before = lms.state.settings
    answer = _register(lms, lms.state.start_registration()).json()
    assert (answer["client_name"], TOOL in answer) == ("A tool", True)
    assert lms.state.settings == before
    approval = get(lms, "/registration/approval").text
    assert answer["client_id"] in approval
    assert "LtiDeepLinkingRequest from RichTextEditor" in approval
    assert _turn_on(lms).ok
    assert _turn_on(lms).status_code == 404

    body = {"course_id": 101, "page": "week-1", "title": "A link", "custom": {}}
    login = retrieve(lms, post(lms, "/_sandbox/links", body).json()["lookup_uuid"])
    assert login["fields"]["client_id"] == answer["client_id"]
    token = authorize(lms, login)["fields"]["id_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["aud"] == answer["client_id"]
    assert claims["https://purl.imsglobal.org/spec/lti/claim/custom"] == {"course": "101"}
    lms.state.reset()
    assert lms.state.settings == before


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"application_type": "native"}, "application_type"),
        ({"response_types": ["code"]}, "response_types"),
        ({"grant_types": ["implicit"]}, "grant_types"),
        ({"initiate_login_uri": "http://localhost:8000/other"}, "initiate_login_uri"),
        ({"redirect_uris": ["http://localhost:8000/other"]}, "redirect_uris"),
        ({"jwks_uri": "http://other.example/keys"}, "jwks_uri"),
        ({"token_endpoint_auth_method": "none"}, "token_endpoint_auth_method"),
        ({"scope": ["x"]}, "scope"),
        ({"surprise": 1}, "surprise"),
        ({"tool": {"domain": None}}, "domain"),
        ({"tool": {"target_link_uri": "http://localhost:8000/x"}}, "target_link_uri"),
        ({"tool": {"messages": [{"type": "Other"}]}}, "messages"),
        (
            {"tool": {"messages": [{"type": "LtiDeepLinkingRequest", "placements": ["moon"]}]}},
            "moon",
        ),
        ({"tool": {"custom_parameters": {"a": 1}}}, "custom_parameters"),
    ],
    ids=str,
)
def test_metadata_that_canvas_would_not_take_are_named_and_the_token_stays(
    lms: Any, changes: dict[str, Any], named: str
) -> None:
    token = lms.state.start_registration()
    answer = _register(lms, token, _metadata(**changes))
    assert answer.status_code == 422
    assert named in answer.json()["errors"][0]
    assert _register(lms, token, [1]).status_code == 422
    assert _register(lms, token).status_code == 201


def test_an_lms_that_is_no_canvas_names_its_messages_and_the_deployment(lms: Any) -> None:
    token = lms.state.start_registration()
    post(lms, "/_sandbox/behaviour", {"product_family": "moodle"})
    told = _ask(lms, token).json()[PLATFORM]
    assert (told["product_family_code"], told["messages_supported"]) == (
        "moodle",
        ["LtiResourceLinkRequest", "LtiDeepLinkingRequest"],
    )
    answer = _register(lms, token).json()
    assert answer[TOOL]["deployment_id"] == lms.state.registered.deployment_id


def test_members_are_changed_and_left_out(lms: Any) -> None:
    _fail(lms, configuration={"issuer": "x", "jwks_uri": None}, answer={"client_id": None})
    token = lms.state.start_registration()
    told = _ask(lms, token).json()
    assert (told["issuer"], "jwks_uri" in told) == ("x", False)
    assert "client_id" not in _register(lms, token).json()


def test_it_leads_on_fails_and_says_anything_on_request(lms: Any) -> None:
    token = lms.state.start_registration()
    _fail(lms, redirect=f"{CONFIGURATION}?moved=1", status=503)
    moved = _ask(lms, token)
    assert (moved.status_code, moved.headers["Location"]) == (302, f"{CONFIGURATION}?moved=1")
    assert _ask(lms, token, f"{CONFIGURATION}?moved=1").ok
    assert _register(lms, token).status_code == 503
    _fail(lms, raw_configuration="odd", raw_answer="odder")
    assert _ask(lms, token).text == "odd"
    assert _register(lms, token).text == "odder"


def test_it_obeys_and_breaks_the_connection(lms: Any) -> None:
    _fail(lms, lost=True)
    with pytest.raises(requests.ConnectionError):
        _register(lms, lms.state.start_registration())
    assert lms.state.registered is not None
