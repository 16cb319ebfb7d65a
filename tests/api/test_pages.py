"""The pages beside the API are pages like all others, and what they load is theirs alone."""

from typing import Any

import pytest

from app.api.kinds import KINDS
from tests.world import World

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'{more}; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def test_only_the_page_that_browses_the_api_may_read_from_it(world: World):
    page = world.get("/api/docs")
    assert page.status_code == 200
    more = " data:; connect-src 'self'"
    assert page.headers["Content-Security-Policy"] == POLICY.format(more=more)
    others = [world.get(path) for path in ("/", "/problems/key-missing", "/api/docs/x")]
    policies = {answer.headers["Content-Security-Policy"] for answer in others}
    assert policies == {POLICY.format(more="")}


@pytest.mark.parametrize("name", ["swagger-ui-bundle.js", "swagger-ui.css"])
def test_the_files_of_swagger_ui_may_be_kept(world: World, name: str):
    answer = world.get(f"/api/docs/{name}")
    assert (answer.status_code, answer.headers["X-Content-Type-Options"]) == (200, "nosniff")
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    again = world.get(f"/api/docs/{name}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_no_other_file_of_its_package_is_served(world: World):
    for name in ("index.html", "swagger-ui.css.map", "../__init__.py", "%2e%2e/__init__.py"):
        assert world.get(f"/api/docs/{name}").status_code == 404


def test_every_kind_of_problem_has_a_page_and_no_other_has(world: World):
    for name in KINDS:
        assert world.get(f"/problems/{name}").status_code == 200
    for name in ("nonsense", "Key-Missing", "%00"):
        answer = world.get(f"/problems/{name}")
        assert (answer.status_code, answer.headers["Content-Type"][:9]) == (404, "text/html")


def test_the_description_names_this_service(world: World):
    description: Any = world.get("/api/v1/openapi.json").json()
    assert description["servers"] == [{"url": world.environment["PUBLIC_URL"]}]
