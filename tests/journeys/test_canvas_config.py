"""What a Canvas admin gives to a developer key, and that every address in it answers."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.journeys.starting import environment, serving
from tests.world import World

PUBLIC = "https://embed.school.example:8443"
PATH = "/lti/config/canvas.json"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A service as it stands behind a proxy, with a port in its address."""
    settings = environment(tmp_path_factory.mktemp("config"), PUBLIC_URL=PUBLIC)
    with serving(settings) as alone:
        yield alone


def _urls(value: Any) -> set[str]:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return set[str]().union(*(_urls(one) for one in inner))
    return {value} if isinstance(value, str) and value.startswith("http") else set()


def _picking(placement: str, **more: str) -> dict[str, Any]:
    return {
        "placement": placement,
        "message_type": "LtiDeepLinkingRequest",
        "target_link_uri": f"{PUBLIC}/lti/launch",
        "text": "Studio Embed",
        "icon_url": f"{PUBLIC}/static/icon.svg",
        "selection_width": 900,
        "selection_height": 700,
        **more,
    }


def test_the_configuration_is_whole(service: World):
    assert service.get(PATH).json() == {
        "title": "Studio Embed",
        "description": "Puts Canvas Studio videos into the pages of a course.",
        "oidc_initiation_url": f"{PUBLIC}/lti/login",
        "target_link_uri": f"{PUBLIC}/lti/launch",
        "public_jwk_url": f"{PUBLIC}/lti/jwks.json",
        "scopes": [],
        "custom_fields": {
            "canvas_course_id": "$Canvas.course.id",
            "canvas_api_domain": "$Canvas.api.domain",
            "canvas_user_id": "$Canvas.user.id",
            "canvas_user_login_id": "$Canvas.user.loginId",
        },
        "extensions": [
            {
                "platform": "canvas.instructure.com",
                "domain": "embed.school.example:8443",
                "tool_id": "studio-embed",
                "privacy_level": "public",
                "settings": {
                    "text": "Studio Embed",
                    "icon_url": f"{PUBLIC}/static/icon.svg",
                    "selection_width": 900,
                    "selection_height": 700,
                    "placements": [
                        _picking("editor_button", visibility="admins"),
                        _picking("link_selection"),
                        _picking("module_index_menu_modal"),
                        {
                            "placement": "course_navigation",
                            "message_type": "LtiResourceLinkRequest",
                            "target_link_uri": f"{PUBLIC}/lti/launch",
                            "text": "Studio videos",
                            "icon_url": f"{PUBLIC}/static/icon.svg",
                            "visibility": "members",
                            "default": "disabled",
                        },
                    ],
                },
            }
        ],
    }


def test_it_may_be_cached_for_five_minutes(service: World):
    answer = service.get(PATH)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "public, max-age=300"


def test_every_address_in_it_answers(service: World):
    urls = _urls(service.get(PATH).json())
    assert {url for url in urls if not url.startswith(PUBLIC + "/")} == set()
    answers = {path: service.get(path) for path in map(_path, urls)}
    assert {path: answer.status_code for path, answer in answers.items()} == {
        "/lti/login": 400,
        "/lti/launch": 405,
        "/lti/jwks.json": 200,
        "/static/icon.svg": 200,
    }
    assert service.post("/lti/launch").status_code == 400
    assert answers["/static/icon.svg"].headers["Content-Type"].startswith("image/svg+xml")


def test_the_start_page_links_to_it(service: World):
    assert f'<a href="{PATH}"><code>{PUBLIC}{PATH}</code></a>' in service.get("/").text


def _path(url: str) -> str:
    return urlsplit(url).path
