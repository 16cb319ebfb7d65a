"""Every page and state passes axe, in light and dark, wide and narrow, and none is cut off.

320 pixels are what 1280 are at a zoom of 400 %.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.stage import Stage
from tests.browser.states import STATES
from tests.world import World

ALL = {"resultTypes": ["violations"], "preload": False, "rules": {"target-size": {"enabled": True}}}
COLOURS = ALL | {"runOnly": ["color-contrast", "link-in-text-block"]}
RUN = """options => axe.run(document, options).then(({ violations }) => violations.flatMap(
    ({ id, help, nodes }) => nodes.map(({ html, any, all, none }) =>
        [id, help, html.slice(0, 200), [...any, ...all, ...none].map(each => each.message)])))"""
WIDE_ELEMENTS = """() => [...document.querySelectorAll("body *")]
    .filter(each => each.checkVisibility() && !each.closest(".unseen, dialog:not([open])"))
    .map(each => [each.outerHTML.slice(0, 120), each.getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && (box.left < -1 || box.right > innerWidth + 1))
    .map(([html]) => html)"""


@pytest.fixture
def stage(page: Page, world: World) -> Iterator[Stage]:
    built = Stage(page, world)
    yield built
    built.rest_studio()


@pytest.mark.parametrize("name", STATES)
def test_nobody_is_left_out(stage: Stage, name: str):
    STATES[name](stage)
    page = stage.page
    page.evaluate(AXE_SCRIPT)
    found: dict[str, Any] = {"wide, light": page.evaluate(RUN, ALL)}
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found["wide, dark"] = page.evaluate(RUN, COLOURS)
    page.set_viewport_size({"width": 320, "height": 800})
    found["narrow, dark"] = page.evaluate(RUN, ALL)
    found["cut off"] = page.evaluate(WIDE_ELEMENTS)
    found["scrolls"] = page.evaluate("document.scrollingElement.scrollWidth - 320")
    assert {where: what for where, what in found.items() if what} == {}
