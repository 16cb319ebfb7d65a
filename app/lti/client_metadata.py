"""What this tool tells an LMS at registration: its addresses, and what it asks for. Pure.

No scope is asked for: nothing is graded here, and no list of people is read. Canvas makes a
`link_selection` of a message without placements, so it gets none. It knows other members than
the specification has, under names of its own; others pass over them, but are not sent them.

Source: https://www.imsglobal.org/spec/lti-dr/v1p0#tool-configuration and
https://canvas.instructure.com/doc/api/file.registration.html
"""

from collections.abc import Iterator
from typing import Any

from app.core.openid_configuration import OpenidConfiguration
from app.core.registering import TOOL_CONFIGURATION
from app.lti import tool
from app.lti.claims import DEEP_LINKING_REQUEST, RESOURCE_LINK_REQUEST
from app.lti.tool import Addresses, Place

CLAIMS = ("iss", "sub", "name", "given_name", "family_name", "email", "locale")
CANVAS = "https://canvas.instructure.com/lti/"


def find_places(platform: OpenidConfiguration) -> dict[str, Place]:
    """Find the places that the platform has, by its own names for them.

    A Canvas that names none has them all.
    """
    found = {}
    for place in tool.PLACES:
        told = platform.find_placements(place.message_type)
        if told == () and platform.is_canvas:
            told = (place.name,)
        names = (place.name, CANVAS + place.name, place.standard_name)
        if name := next((each for each in told or () if each in names), None):
            found[name] = place
    return found


def client_metadata(platform: OpenidConfiguration, addresses: Addresses) -> dict[str, Any]:
    """Give the body of a registration request."""
    configuration: dict[str, Any] = {
        "domain": addresses.domain,
        "target_link_uri": addresses.launch_url,
        "description": tool.DESCRIPTION,
        "claims": CLAIMS,
        "messages": list(_messages(platform, addresses)),
    }
    if platform.is_canvas:
        configuration |= {
            "custom_parameters": tool.CANVAS_FIELDS,
            f"{CANVAS}privacy_level": tool.PRIVACY_LEVEL,
            f"{CANVAS}tool_id": tool.TOOL_ID,
        }
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": addresses.login_url,
        "redirect_uris": [addresses.launch_url],
        "jwks_uri": addresses.key_set_url,
        "token_endpoint_auth_method": "private_key_jwt",
        "client_name": tool.TITLE,
        "client_uri": addresses.public_url,
        "logo_uri": addresses.icon_url,
        "scope": "",
        TOOL_CONFIGURATION: configuration,
    }


def _messages(platform: OpenidConfiguration, addresses: Addresses) -> Iterator[dict[str, Any]]:
    places = find_places(platform)
    for name, place in places.items():
        message = {
            "type": place.message_type,
            "target_link_uri": addresses.launch_url,
            "label": place.title,
            "icon_uri": addresses.icon_url,
            "placements": [name],
        }
        yield message | (_of_canvas(place) if platform.is_canvas else {})
    placed = {place.message_type for place in places.values()}
    for message_type in (RESOURCE_LINK_REQUEST, DEEP_LINKING_REQUEST):
        wanted = message_type not in placed and not platform.is_canvas
        if wanted and platform.find_placements(message_type) is not None:
            yield {
                "type": message_type,
                "target_link_uri": addresses.launch_url,
                "label": tool.TITLE,
            }


def _of_canvas(place: Place) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if place.message_type == DEEP_LINKING_REQUEST:
        told |= {f"{CANVAS}launch_width": tool.WIDTH, f"{CANVAS}launch_height": tool.HEIGHT}
    if place.visibility is not None:
        told[f"{CANVAS}visibility"] = place.visibility
    if place.is_off_at_first:
        told[f"{CANVAS}course_navigation/default_enabled"] = False
    return told
