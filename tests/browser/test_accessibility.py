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
# While a search is under way, grey bars stand in place of the rows' texts: nobody reads these.
RUN = """async options => {
    const found = await axe.run({ exclude: ["[aria-busy=true] .media"] }, options);
    return found.violations.flatMap(({ id, help, nodes }) => nodes.map(
        ({ html, any, all, none }) =>
            [id, help, html.slice(0, 200), [...any, ...all, ...none].map(each => each.message)]));
}"""
WIDE_ELEMENTS = """() => [...document.querySelectorAll("body *")]
    .filter(each => each.checkVisibility() && !each.closest(".unseen, dialog:not([open])"))
    .map(each => [each.outerHTML.slice(0, 120), each.getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && (box.left < -1 || box.right > innerWidth + 1))
    .map(([html]) => html)"""

UNFRAMED = """() => [...document.querySelectorAll(
        "button:not(.link), input:not([type=hidden], .shows input), select, textarea, .is-picked, "
        + ".kind:has(:checked)")]
    .filter(each => each.checkVisibility())
    .filter(each => {
        const { borderTopStyle, outlineStyle, appearance } = getComputedStyle(each);
        return [borderTopStyle, outlineStyle].every(style => style === "none")
            && appearance === "none";
    })
    .map(each => each.outerHTML.slice(0, 120))"""


@pytest.fixture
def stage(page: Page, world: World) -> Iterator[Stage]:
    built = Stage(page, world)
    yield built
    built.rest_studio()


def test_what_is_wrong_is_found(stage: Stage):
    page = stage.page
    STATES["home"](stage)
    page.evaluate(AXE_SCRIPT)
    page.evaluate("""() => {
        document.documentElement.lang = "";
        document.querySelector(".hint").style.color = "#999";
        document.querySelector("h1").style.width = "2000px";
    }""")
    found = {broken[0] for broken in page.evaluate(RUN, ALL)}
    assert (found, page.evaluate(WIDE_ELEMENTS)) == (
        {"html-has-lang", "color-contrast"},
        ['<h1 style="width: 2000px;">Studio Embed</h1>'],
    )
    assert {broken[0] for broken in page.evaluate(RUN, COLOURS)} == {"color-contrast"}


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


@pytest.mark.parametrize("name", ["picker-picked", "picker-filters", "course", "report"])
@pytest.mark.parametrize("locale", ["de", "es"])
def test_longer_words_fit_too(stage: Stage, locale: str, name: str):
    stage.locale = locale
    STATES[name](stage)
    page = stage.page
    assert page.evaluate("document.documentElement.lang") == locale
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(WIDE_ELEMENTS) == []


@pytest.mark.parametrize("name", ["picker-picked", "course"])
def test_where_people_choose_all_colours_what_is_chosen_is_seen(stage: Stage, name: str):
    STATES[name](stage)
    page = stage.page
    page.emulate_media(forced_colors="active")
    bare = page.evaluate(UNFRAMED)
    assert bare == []
