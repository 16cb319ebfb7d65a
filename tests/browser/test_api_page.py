"""The page of the API: looked through and tried, wide and narrow, with nothing from elsewhere."""

import pytest
from playwright.sync_api import Page

from tests.api.calling import CELLS, make_api
from tests.world import World


@pytest.mark.parametrize("width", [1280, 400])
def test_the_api_is_looked_through_without_an_error(world: World, page: Page, width: int):
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{world.environment['PUBLIC_URL']}/api/docs")
    page.locator(".opblock").first.wait_for()
    described = world.get("/api/v1/openapi.json").json()["paths"].values()
    assert page.locator(".opblock").count() == sum(len(path) for path in described)
    for number in range(3):
        page.locator(".opblock-summary-control").nth(number).click()
    page.locator(".opblock-body .responses-table").nth(2).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    ours = (world.environment["PUBLIC_URL"], "data:")
    assert [url for url in asked if not url.startswith(ours)] == []
    assert said == []


def test_a_media_is_shown_by_trying(world: World, page: Page):
    api = make_api(world)
    page.goto(f"{world.environment['PUBLIC_URL']}/api/docs")
    page.get_by_role("button", name="Authorize").click()
    page.get_by_label("Value").fill(api.key)
    page.locator(".modal-btn.authorize").click()
    page.locator(".btn-done").click()
    block = page.locator("#operations-Media-get_media")
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Try it out").click()
    block.get_by_placeholder("media_id").fill(str(CELLS))
    block.get_by_role("button", name="Execute").click()
    block.locator(".live-responses-table").wait_for()
    assert block.locator(".live-responses-table td.response-col_status").last.inner_text() == "200"
    assert "Cell Division" in block.locator(".live-responses-table .highlight-code").inner_text()
