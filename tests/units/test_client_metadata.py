"""Which places an LMS has for the tool, and which messages are asked for there."""

from typing import Any

import pytest

from app.core.openid_configuration import LTI, OpenidConfiguration
from app.core.registering import TOOL_CONFIGURATION
from app.lti.client_metadata import client_metadata, find_places
from app.lti.tool import Addresses

RESOURCE, DEEP = "LtiResourceLinkRequest", "LtiDeepLinkingRequest"
CANVAS = "https://canvas.instructure.com/lti/"
ALL = ["editor_button", "link_selection", "module_index_menu_modal", "course_navigation"]


def _platform(family: str | None, messages: Any) -> OpenidConfiguration:
    lti = {"product_family_code": family, "messages_supported": messages}
    urls = dict.fromkeys(("authorization_endpoint", "registration_endpoint", "jwks_uri"), "x")
    return OpenidConfiguration.model_validate({"issuer": "x", **urls, LTI: lti})


def _asked(platform: OpenidConfiguration) -> list[tuple[str, tuple[str, ...]]]:
    metadata = client_metadata(platform, Addresses("https://embed.example"))
    messages = metadata[TOOL_CONFIGURATION]["messages"]
    return [(message["type"], tuple(message.get("placements", ()))) for message in messages]


@pytest.mark.parametrize(
    ("deep", "resource", "expected"),
    [
        ([], [], ALL),
        (ALL[:3], ALL[3:], ALL),
        (["RichTextEditor", "ContentArea"], [], ["RichTextEditor", "ContentArea", ALL[3]]),
        ([f"{CANVAS}{name}" for name in ALL], ["x"], [f"{CANVAS}{name}" for name in ALL[:3]]),
        (["ContentArea", "link_selection"], [ALL[3]], ["ContentArea", ALL[3]]),
        (["submission_type_selection"], ["account_navigation"], []),
    ],
)
def test_a_canvas_is_asked_for_places_by_its_own_names(
    deep: list[str], resource: list[str], expected: list[str]
):
    messages = [{"type": DEEP, "placements": deep}, {"type": RESOURCE, "placements": resource}]
    platform = _platform("canvas", messages)
    assert list(find_places(platform)) == expected
    assert [places for _, places in _asked(platform)] == [(name,) for name in expected]


def test_a_canvas_that_knows_one_message_only_is_asked_for_no_other():
    assert _asked(_platform("canvas", [RESOURCE])) == [(RESOURCE, ("course_navigation",))]


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([], [(RESOURCE, ()), (DEEP, ())]),
        ([RESOURCE, DEEP], [(RESOURCE, ()), (DEEP, ())]),
        ([RESOURCE], [(RESOURCE, ())]),
        (["Other"], []),
        (
            [RESOURCE, {"type": DEEP, "placements": ["RichTextEditor", "x"]}],
            [(DEEP, ("RichTextEditor",)), (RESOURCE, ())],
        ),
    ],
)
def test_others_are_asked_for_messages_and_the_standard_places(messages: Any, expected: Any):
    assert _asked(_platform("moodle", messages)) == expected


def test_only_canvas_is_told_what_is_its_own():
    for family in (None, "moodle", "CANVAS"):
        told = client_metadata(_platform(family, []), Addresses("https://embed.example:8443"))
        assert "anvas" not in str(told).replace("Puts Canvas Studio videos", "")
        assert told[TOOL_CONFIGURATION]["domain"] == "embed.example:8443"
