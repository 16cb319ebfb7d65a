"""The small LMS asks for items as Canvas does, and takes an answer that is the tool's, once."""

from collections.abc import Iterator
from typing import Any

import jwt
import pytest

from sandbox.lms.keys import SigningKeys
from tests.sandbox.lms_visitor import authorize, post, start
from tests.sandbox.small_tool import (
    DEEP_LINKING,
    LTI,
    SETTINGS,
    answer,
    ask,
    lms_with_tool,
    pick,
    response,
    shown_course,
)

PLACEMENT = "https://www.instructure.com/placement"
DATA = f"{DEEP_LINKING}/data"
LINK = {"type": "ltiResourceLink", "title": "Mitosis", "custom": {"media_id": "1"}}
MODULES = {
    "accept_types": ["ltiResourceLink"],
    "accept_presentation_document_targets": ["iframe", "window"],
}


@pytest.fixture(scope="module")
def served() -> Iterator[Any]:
    with lms_with_tool() as lms:
        yield lms


@pytest.fixture
def lms(served: Any) -> Iterator[Any]:
    served.state.reset()
    yield served
    served.state.reset()


def behave(lms: Any, **order: Any) -> None:
    assert post(lms, "/_sandbox/behaviour", order).status_code == 200


def placed(lms: Any) -> list[Any]:
    return [block for page in shown_course(lms)["pages"] for block in page["blocks"]]


@pytest.mark.parametrize(
    ("placement", "accepted"),
    [
        (
            "editor_button",
            {
                "accept_types": ["link", "file", "html", "ltiResourceLink", "image"],
                "accept_presentation_document_targets": ["embed", "iframe", "window"],
                "accept_multiple": True,
            },
        ),
        ("module_index_menu_modal", {**MODULES, "accept_multiple": True, "auto_create": True}),
        ("link_selection", {**MODULES, "accept_multiple": False}),
    ],
)
def test_each_place_says_what_it_accepts(lms: Any, placement: str, accepted: Any) -> None:
    asked = ask(lms, placement)
    settings = asked[SETTINGS]
    data = settings.pop("data")
    assert len(data) > 20
    address = f"{lms.url}/deep_linking_response?data={data}"
    assert settings == {**accepted, "deep_link_return_url": address}
    assert asked[PLACEMENT] == placement
    assert asked[f"{LTI}/message_type"] == "LtiDeepLinkingRequest"


@pytest.mark.parametrize(("chosen", "told"), [("de", "de"), ("es", "es"), ("fr", "en")])
def test_the_language_that_was_chosen_is_told_to_the_tool(lms: Any, chosen: str, told: str) -> None:
    cookies = f"instructor; sandbox_lms_language={chosen}"
    for placement in ("editor_button", "course_navigation"):
        token = authorize(lms, start(lms, placement, cookies), cookies)["fields"]["id_token"]
        claims = jwt.decode(token, options={"verify_signature": False})
        assert claims[f"{LTI}/launch_presentation"]["locale"] == told


def test_a_platform_may_be_no_canvas_and_speak_arabic(lms: Any) -> None:
    behave(lms, product_family=None, locale="ar", accept_types=["html"], accept_multiple=False)
    asked = ask(lms)
    assert PLACEMENT not in asked
    assert "product_family_code" not in asked[f"{LTI}/tool_platform"]
    assert asked[f"{LTI}/launch_presentation"]["locale"] == "ar"
    settings = asked[SETTINGS]
    assert (settings["accept_types"], settings["accept_multiple"]) == (["html"], False)
    behave(lms, product_family="moodle", accept_targets=["iframe"])
    asked = ask(lms)
    assert PLACEMENT not in asked
    assert asked[f"{LTI}/tool_platform"]["product_family_code"] == "moodle"
    assert asked[SETTINGS]["accept_presentation_document_targets"] == ["iframe"]


def test_what_the_editor_is_told_to_accept_changes_no_other_place(lms: Any) -> None:
    behave(lms, accept_types=["html"], accept_multiple=True, deep_link_title="T", deep_link_text="")
    settings = ask(lms, "link_selection")[SETTINGS]
    assert (settings["accept_types"], settings["accept_multiple"]) == (["ltiResourceLink"], False)
    assert (settings["title"], settings["text"]) == ("T", "")


@pytest.mark.parametrize("data", ["", "ü & \"<'>", "x" * 3000])
def test_odd_data_must_come_back_as_they_were(lms: Any, data: str) -> None:
    behave(lms, data=data)
    asked = ask(lms)
    assert asked[SETTINGS]["data"] == data
    wrong = response(asked, [LINK], **{DATA: f"{data} "})
    assert answer(lms, wrong, asked).status_code == 400
    assert answer(lms, response(asked, [LINK], **{DATA: data}), asked).status_code == 200


def test_absent_data_must_stay_absent(lms: Any) -> None:
    behave(lms, missing_claims=["data", "accept_multiple"])
    asked = ask(lms)
    assert {"data", "accept_multiple"} & set(asked[SETTINGS]) == set()
    for data in ("x", None):
        given = response(asked, [LINK]) | {DATA: data}
        assert answer(lms, given, asked).status_code == 400
    assert answer(lms, response(asked, [LINK, LINK]), asked).status_code == 400
    asked = ask(lms)
    assert answer(lms, response(asked, [LINK]), asked).status_code == 200


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"aud": "https://another.test"}, "cannot be trusted"),
        ({"iss": "another client"}, "cannot be trusted"),
        ({"exp": 1}, "cannot be trusted"),
        ({"iat": 2**40}, "cannot be trusted"),
        ({"nonce": None}, "cannot be trusted"),
        ({"nonce": 1}, "nonce"),
        ({f"{LTI}/deployment_id": "2:sandbox"}, "deployment"),
        ({f"{LTI}/message_type": "LtiResourceLinkRequest"}, "message type"),
        ({f"{LTI}/version": "1.1"}, "version"),
        ({DATA: "another"}, "data"),
        ({f"{DEEP_LINKING}/msg": 1}, "msg"),
    ],
)
def test_an_answer_with_a_wrong_claim_is_refused_and_places_nothing(
    lms: Any, changes: dict[str, Any], named: str
) -> None:
    asked = ask(lms)
    got = answer(lms, response(asked, [LINK], **changes), asked)
    assert (got.status_code, named in got.text) == (400, True)
    assert placed(lms) == []
    refusal = lms.state.log()[-1]
    assert (refusal["event"], named in refusal["reason"]) == ("deep_linking_refused", True)


def test_an_answer_that_another_signed_is_refused(lms: Any) -> None:
    asked = ask(lms)
    assert answer(lms, response(asked, [LINK]), asked, SigningKeys()).status_code == 400
    assert placed(lms) == []


def test_the_tools_keys_are_fetched_at_each_answer(lms: Any) -> None:
    asked = ask(lms)
    lms.tool.extensions["keys"].rotate()
    assert answer(lms, response(asked, [LINK]), asked).status_code == 200
    assert len(placed(lms)) == 1


def test_a_request_has_one_answer(lms: Any) -> None:
    asked = ask(lms)
    assert answer(lms, response(asked, [LINK]), asked).status_code == 200
    again = answer(lms, response(asked, [LINK]), asked)
    assert (again.status_code, "has its answer" in again.text) == (400, True)
    assert len(placed(lms)) == 1


def test_a_nonce_is_good_once(lms: Any) -> None:
    first, second = ask(lms), ask(lms)
    assert answer(lms, response(first, [LINK], nonce="n"), first).status_code == 200
    again = answer(lms, response(second, [LINK], nonce="n"), second)
    assert (again.status_code, "nonce" in again.text) == (400, True)


def test_an_answer_must_go_to_the_address_that_was_given(lms: Any) -> None:
    asked = ask(lms)
    asked[SETTINGS]["deep_link_return_url"] = f"{lms.url}/deep_linking_response"
    assert answer(lms, response(asked, [LINK]), asked).status_code == 400


def test_what_the_tool_says_is_shown_and_logged(lms: Any) -> None:
    asked = ask(lms)
    said = {
        f"{DEEP_LINKING}/{name}": f"<{name}>" for name in ("msg", "errormsg", "log", "errorlog")
    }
    got = answer(lms, response(asked, [], **said), asked)
    assert (got.status_code, "&lt;errormsg&gt;" in got.text) == (200, True)
    assert lms.state.log()[-1] == {
        "event": "deep_linking_response",
        "course_id": 101,
        "placement": "editor_button",
        "types": [],
        "msg": "<msg>",
        "errormsg": "<errormsg>",
        "log": "<log>",
        "errorlog": "<errorlog>",
    }
    assert placed(lms) == []


@pytest.mark.parametrize(
    ("items", "named"),
    [
        ({}, "content_items: there must be a list"),
        (["link"], "content_items.0: an item is an object"),
        ([{"title": "T"}], "content_items.0.type: None is none of link, file"),
        ([{**LINK, "title": None}], "content_items.0.title: is null"),
        ([{**LINK, "iframe": {"width": None}}], "content_items.0.iframe.width: is null"),
        ([{**LINK, "iframe": {"width": "100%"}}], "content_items: 0.ltiResourceLink.iframe.width"),
        ([{**LINK, "custom": {"media_id": 1}}], "content_items: 0.ltiResourceLink.custom.media_id"),
        ([{**LINK, "url": "https://evil.test/lti/launch"}], "content_items.0.url"),
        ([{"type": "link"}], "content_items: 0.link.url"),
        ([{"type": "link", "url": "javascript:alert(1)"}], "content_items: 0.link.url"),
        ([{"type": "html", "html": "<p>Hello</p>"}], "content_items.0.html: nothing of it may"),
        ([{"type": "image", "url": "https://a.test/"}], "content_items: 0: "),
    ],
)
def test_items_that_are_none_are_refused_with_what_is_wrong(
    lms: Any, items: Any, named: str
) -> None:
    asked = ask(lms)
    got = answer(lms, response(asked, items), asked)
    assert got.status_code == 400
    assert lms.state.log()[-1]["reason"].startswith(named)
    assert placed(lms) == []


@pytest.mark.parametrize(
    ("order", "items", "named"),
    [
        ({"accept_types": ["html"]}, [LINK], "content_items.0.type: 'ltiResourceLink' is none of"),
        ({"accept_multiple": False}, [LINK, LINK], "content_items: 2, where one is accepted"),
        (
            {"accept_targets": ["window"]},
            [LINK, {**LINK, "iframe": {"width": 1, "height": 1}}],
            "content_items.1.iframe",
        ),
        ({"accept_targets": ["iframe"]}, [{**LINK, "window": {}}], "content_items.0.window"),
    ],
)
def test_what_was_not_asked_for_is_refused_with_its_name(
    lms: Any, order: Any, items: Any, named: str
) -> None:
    behave(lms, **order)
    assert pick(lms, *items).status_code == 400
    assert lms.state.log()[-1]["reason"].startswith(named)
    behave(lms)
    assert pick(lms, *items).status_code == 200


def test_a_place_for_one_takes_one(lms: Any) -> None:
    assert pick(lms, LINK, LINK, placement="link_selection").status_code == 400
    assert pick(lms, LINK, placement="link_selection").status_code == 200
