"""What a Canvas admin gives to a new developer key: every address, parameter and placement.

Canvas reads it when the key is saved, not at launches: a change here reaches a Canvas only
when its admin saves the key again.

Source: https://canvas.instructure.com/doc/api/file.lti_dev_key_config.html
"""

from typing import Any

from flask import Response, jsonify

from app.lti import tool
from app.lti.claims import DEEP_LINKING_REQUEST
from app.lti.tool import Addresses, Place
from app.outside import Outside

KEPT_SECONDS = 300


def canvas_config(outside: Outside) -> Response:
    """Answer the configuration of a Canvas developer key."""
    answer = jsonify(_configuration(Addresses(outside.settings.public_url)))
    answer.cache_control.public = True
    answer.cache_control.max_age = KEPT_SECONDS
    return answer


def _configuration(addresses: Addresses) -> dict[str, Any]:
    settings = {
        "text": tool.TITLE,
        "icon_url": addresses.icon_url,
        "selection_width": tool.WIDTH,
        "selection_height": tool.HEIGHT,
        "placements": [_placement(place, addresses) for place in tool.PLACES],
    }
    return {
        "title": tool.TITLE,
        "description": tool.DESCRIPTION,
        "oidc_initiation_url": addresses.login_url,
        "target_link_uri": addresses.launch_url,
        "public_jwk_url": addresses.key_set_url,
        "scopes": [],
        "custom_fields": tool.CANVAS_FIELDS,
        "extensions": [
            {
                "platform": "canvas.instructure.com",
                "domain": addresses.domain,
                "tool_id": tool.TOOL_ID,
                "privacy_level": tool.PRIVACY_LEVEL,
                "settings": settings,
            }
        ],
    }


def _placement(place: Place, addresses: Addresses) -> dict[str, Any]:
    told: dict[str, Any] = {
        "placement": place.name,
        "message_type": place.message_type,
        "target_link_uri": addresses.launch_url,
        "text": place.title,
        "icon_url": addresses.icon_url,
    }
    if place.message_type == DEEP_LINKING_REQUEST:
        told |= {"selection_width": tool.WIDTH, "selection_height": tool.HEIGHT}
    if place.visibility is not None:
        told["visibility"] = place.visibility
    if place.is_off_at_first:
        told["default"] = "disabled"
    return told
