"""What a Canvas admin gives to a new developer key: every address, parameter and placement.

Canvas reads it when the key is saved, not at launches: a change here reaches a Canvas only
when its admin saves the key again.

Source: https://canvas.instructure.com/doc/api/file.lti_dev_key_config.html
"""

from typing import Any
from urllib.parse import urlsplit

from flask import Response, jsonify

from app.lti.claims import DEEP_LINKING_REQUEST, RESOURCE_LINK_REQUEST
from app.outside import Outside

TITLE = "Studio Embed"
NAVIGATION_TITLE = "Studio videos"
DESCRIPTION = "Puts Canvas Studio videos into the pages of a course."
CUSTOM_FIELDS = {
    "canvas_course_id": "$Canvas.course.id",
    "canvas_api_domain": "$Canvas.api.domain",
    "canvas_user_id": "$Canvas.user.id",
    "canvas_user_login_id": "$Canvas.user.loginId",
}
WIDTH, HEIGHT = 900, 700
KEPT_SECONDS = 300


def canvas_config(outside: Outside) -> Response:
    """Answer the configuration of a Canvas developer key."""
    answer = jsonify(_configuration(outside.settings.public_url))
    answer.cache_control.public = True
    answer.cache_control.max_age = KEPT_SECONDS
    return answer


def _configuration(public_url: str) -> dict[str, Any]:
    launch_url, icon_url = f"{public_url}/lti/launch", f"{public_url}/static/icon.svg"
    settings = {
        "text": TITLE,
        "icon_url": icon_url,
        "selection_width": WIDTH,
        "selection_height": HEIGHT,
        "placements": _placements(launch_url, icon_url),
    }
    return {
        "title": TITLE,
        "description": DESCRIPTION,
        "oidc_initiation_url": f"{public_url}/lti/login",
        "target_link_uri": launch_url,
        "public_jwk_url": f"{public_url}/lti/jwks.json",
        "scopes": [],
        "custom_fields": CUSTOM_FIELDS,
        "extensions": [
            {
                "platform": "canvas.instructure.com",
                "domain": urlsplit(public_url).netloc,
                "tool_id": "studio-embed",
                "privacy_level": "public",
                "settings": settings,
            }
        ],
    }


def _placements(launch_url: str, icon_url: str) -> list[dict[str, Any]]:
    """Give the places in Canvas that open the tool.

    Assignments are left out: nothing is graded here.
    """
    picking = {
        "message_type": DEEP_LINKING_REQUEST,
        "target_link_uri": launch_url,
        "text": TITLE,
        "icon_url": icon_url,
        "selection_width": WIDTH,
        "selection_height": HEIGHT,
    }
    return [
        {"placement": "editor_button", **picking, "visibility": "admins"},
        {"placement": "link_selection", **picking},
        {"placement": "module_index_menu_modal", **picking},
        {
            "placement": "course_navigation",
            "message_type": RESOURCE_LINK_REQUEST,
            "target_link_uri": launch_url,
            "text": NAVIGATION_TITLE,
            "icon_url": icon_url,
            "visibility": "members",
            "default": "disabled",
        },
    ]
