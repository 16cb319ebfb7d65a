"""The picker in a browser: quick, calm, and all of it by keyboard too."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.picking import (
    fields,
    open_picker,
    press_insert,
    said,
    searches,
    wait_for_list,
)
from tests.browser.watching import become
from tests.world import World

MITOSIS, PHOTOSYNTHESIS, PODCAST = "260854", "260861", "262118"


def test_two_clicks_pick_a_video_and_put_it_in(page: Page, world: World):
    frame = open_picker(page, world)
    asked = searches(page)
    frame.locator(".media").first.click()
    media_id = frame.locator(".media").first.get_attribute("data-media")
    sent = press_insert(page, frame)
    assert fields(sent, "pick") == [("pick", media_id)]
    assert asked == []


def test_several_from_two_searches_go_in_with_their_options_in_their_order(
    page: Page, world: World
):
    frame = open_picker(page, world)
    frame.get_by_label("Search by title").fill("mitosis")
    frame.locator(f"#pick-{MITOSIS}").click()
    assert said(frame) == "Picked: Cell Division: Mitosis in Six Minutes. 1 picked"
    frame.get_by_label("Search by title").fill("")
    frame.get_by_label("Search by title").fill("podcast")
    frame.locator(f"#pick-{PODCAST}").click()
    frame.get_by_label("Search by title").fill("photosynthesis")
    frame.locator(f"#pick-{PHOTOSYNTHESIS}").click()
    item = frame.locator(f".picked[data-media='{PODCAST}']")
    item.locator("summary").click()
    item.get_by_label("Player only").check()
    item.get_by_label("Students may download it").check()
    item.get_by_label("Start at").fill("1:30")
    item.get_by_label("Another title").fill("The Beagle")
    expect(item.get_by_label("Size").locator("option:checked")).to_have_text("Medium (720 × 405)")
    item.get_by_label("Size").select_option("small")
    item.get_by_role("button", name="Move up").click()
    assert said(frame) == "Podcast: The Voyage of the Beagle (sound only): now number 1"
    frame.locator(f"#drop-{PHOTOSYNTHESIS}").click()
    expect(frame.locator("#insert")).to_have_text("Insert 2 videos")
    sent = press_insert(page, frame)
    assert fields(sent, "pick") == [("pick", PODCAST), ("pick", MITOSIS)]
    options = ("embed_type-", "downloadable-", "start_at-", "title-", "size-")
    assert fields(sent, *(f"{name}{PODCAST}" for name in options)) == [
        (f"embed_type-{PODCAST}", "bare_embed"),
        (f"downloadable-{PODCAST}", "true"),
        (f"start_at-{PODCAST}", "1:30"),
        (f"title-{PODCAST}", "The Beagle"),
        (f"size-{PODCAST}", "small"),
    ]
    assert fields(sent, *(f"{name}{MITOSIS}" for name in options)) == [
        (f"embed_type-{MITOSIS}", "embed"),
        (f"start_at-{MITOSIS}", ""),
        (f"title-{MITOSIS}", ""),
        (f"size-{MITOSIS}", "medium"),
    ]


def test_all_of_it_goes_by_keyboard(page: Page, world: World):
    frame = open_picker(page, world)
    frame.locator("#title").focus()
    page.keyboard.type("Cell Division")
    expect(frame.locator(".media")).to_have_count(1)
    for _ in range(20):
        page.keyboard.press("Tab")
        shown = frame.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert shown == "solid"
        if frame.evaluate("document.activeElement.id") == f"pick-{MITOSIS}":
            break
    page.keyboard.press("Enter")
    assert said(frame) == "Picked: Cell Division: Mitosis in Six Minutes. 1 picked"
    assert frame.evaluate("document.activeElement.id") == f"pick-{MITOSIS}"
    page.keyboard.press("Space")
    assert said(frame) == "Removed: Cell Division: Mitosis in Six Minutes. Nothing picked yet"
    page.keyboard.press("Space")
    with page.expect_request("**/lti/picker/insert") as caught:
        for _ in range(20):
            page.keyboard.press("Tab")
            if frame.evaluate("document.activeElement.id") == "insert":
                break
        page.keyboard.press("Enter")
    assert f"pick={MITOSIS}" in (caught.value.post_data or "")


def test_typing_asks_once_a_pause_and_keeps_focus_and_caret(page: Page, world: World):
    frame = open_picker(page, world)
    asked = searches(page)
    frame.locator("#title").focus()
    page.keyboard.type("photosynthesis", delay=20)
    page.keyboard.press("ArrowLeft")
    expect(frame.locator("#status")).to_have_text("2 videos found")
    assert len(asked) == 1
    caret = "[document.activeElement.id, document.activeElement.selectionStart]"
    assert frame.evaluate(caret) == ["title", len("photosynthesi")]


def test_an_older_search_is_given_up_for_a_newer_one(page: Page, world: World):
    frame = open_picker(page, world)
    world.tell_studio("next", operation="search", hold=True)
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.failure or ""))
    with page.expect_request("**/lti/picker"):
        frame.locator("#title").fill("enzymes")
    expect(frame.locator("#results")).to_have_attribute("aria-busy", "true")
    frame.locator("#title").fill("podcast")
    expect(frame.locator("#status")).to_have_text("1 video found")
    assert "net::ERR_ABORTED" in failed
    world.tell_studio("release")
    expect(frame.locator(".media h3")).to_have_text(
        "Podcast: The Voyage of the Beagle (sound only)"
    )


def test_a_preview_plays_and_gives_the_focus_back(page: Page, world: World):
    frame = open_picker(page, world)
    frame.locator("#title").fill("mitosis")
    button = frame.locator(f"#preview-{MITOSIS}")
    button.click()
    dialog = frame.get_by_role("dialog", name="Cell Division: Mitosis in Six Minutes")
    video = dialog.locator("video")
    video.focus()
    page.keyboard.press("Space")
    expect(video).to_have_js_property("paused", False)
    video.evaluate("video => new Promise(done => video.addEventListener('timeupdate', done))")
    for _ in range(8):
        page.keyboard.press("Tab")
        assert frame.evaluate("document.querySelector('form :focus')") is None
    frame.get_by_role("button", name="Close").focus()
    page.keyboard.press("Escape")
    expect(frame.locator("video")).to_have_count(0)
    assert frame.evaluate("document.activeElement.id") == f"preview-{MITOSIS}"
    button.click()
    frame.get_by_role("button", name="Pick this video").click()
    assert fields(press_insert(page, frame), "pick") == [("pick", MITOSIS)]


def test_captions_are_told_when_something_is_picked(page: Page, world: World):
    frame = open_picker(page, world)
    frame.locator("#title").fill("Dissection")
    expect(frame.locator(".media")).to_have_count(1)
    frame.locator(".pick").click()
    expect(frame.locator(".picked .captions")).to_have_text("No captions")
    expect(frame.locator(".media .captions")).to_have_text("No captions")


def test_a_studio_that_fails_in_the_middle_loses_nothing(page: Page, world: World):
    frame = open_picker(page, world)
    frame.locator(".pick").first.click()
    world.tell_studio("next", operation="search", status=403)
    frame.locator("#title").fill("fails")
    expect(frame.locator(".state")).to_contain_text("Studio does not let this service see that.")
    assert said(frame) == "Studio does not let this service see that."
    expect(frame.locator("#insert")).to_have_text("Insert")
    frame.get_by_role("button", name="Try again").click()
    expect(frame.locator(".state")).to_contain_text("No video matches.")
    assert frame.locator("#title").input_value() == "fails"
    frame.locator(".state").get_by_role("button", name="Clear filters").click()
    wait_for_list(frame)
    assert frame.locator("#title").input_value() == ""
    assert frame.locator(".media").count() == 25
    assert len(fields(press_insert(page, frame), "pick")) == 1


def test_where_the_service_is_not_reached_the_page_says_so_and_stays(page: Page, world: World):
    frame = open_picker(page, world)
    frame.locator(".pick").first.click()
    page.route("**/lti/picker", lambda route: route.abort())
    frame.locator("#title").fill("offline")
    expect(frame.locator("#unreached")).to_be_in_viewport()
    page.unroute("**/lti/picker")
    frame.get_by_role("button", name="Search", exact=True).click()
    expect(frame.locator("#unreached")).to_be_hidden()
    expect(frame.locator("#count")).to_have_text("1 picked")


def test_a_page_that_was_left_too_long_says_so(page: Page, world: World):
    frame = open_picker(page, world)
    frame.evaluate("document.querySelector('[name=session]').value = 'over'")
    frame.locator("#title").fill("anything")
    expect(frame.locator("#code")).to_have_text("page-expired")


def test_looking_further_adds_to_what_was_found(page: Page, world: World):
    frame = open_picker(page, world)
    frame.get_by_text("Shared with me").click()
    expect(frame.locator(".state")).to_contain_text("Search for a word of the title")
    frame.locator("#title").fill("e")
    frame.get_by_role("button", name="Search", exact=True).click()
    further = frame.get_by_role("button", name="Keep looking")
    further.wait_for()
    before = frame.locator(".media").count()
    further.click()
    frame.get_by_role("button", name="Start over").wait_for()
    wait_for_list(frame)
    found = frame.locator(".media").count()
    assert found >= before
    expect(frame.locator("#found")).to_have_text(f"{found} videos found")
    asked = searches(page)
    frame.locator("#title").fill("lab")
    frame.locator("#tag").evaluate(
        "field => field.dispatchEvent(new Event('input', {bubbles: true}))"
    )
    frame.evaluate("() => new Promise(over => setTimeout(over, 600))")  # longer than its own timer
    assert asked == [], "shared media are looked for when somebody says so, not as they type"


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("width", [320, 400, 1280])
def test_nothing_is_cut_off_however_narrow_the_frame(
    page: Page, world: World, width: int, direction: str
):
    page.set_viewport_size({"width": width, "height": 800})
    frame = open_picker(page, world)
    frame.evaluate("direction => document.documentElement.dir = direction", direction)
    frame.locator(".pick").first.click()
    frame.locator(".filters summary").click()
    frame.locator(".picked summary").click()
    frame.frame_element().evaluate(
        "(frame, width) => { frame.style = `width: ${width}px; max-width: none; border: 0` }",
        width,
    )
    sizes = frame.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert sizes == [width, width]
    outside = frame.evaluate(
        """() => [...document.querySelectorAll('main :is(button, input, select, h3, p)')]
            .filter(each => each.checkVisibility() && !each.closest('.unseen, .shows'))
            .map(each => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
            .filter(([, box]) => box.left < 0 || box.right > innerWidth + 1)"""
    )
    assert outside == []


@pytest.mark.parametrize(("direction", "side"), [("ltr", "left"), ("rtl", "right")])
def test_a_title_stands_where_the_others_do_whatever_its_direction(
    page: Page, world: World, direction: str, side: str
):
    frame = open_picker(page, world)
    frame.evaluate("direction => document.documentElement.dir = direction", direction)
    title = frame.locator(".about h3").first
    expect(title).to_have_css("text-align", side)


def test_pictures_that_do_not_come_move_nothing(page: Page, world: World):
    boxes = []
    for broken in (False, True):
        if broken:
            page.route("**/thumbnails/**", lambda route: route.abort())
        frame = open_picker(page, world)
        page.wait_for_load_state("networkidle")
        measure = (
            "[...document.querySelectorAll('.media')].map(each => each.getBoundingClientRect().y)"
        )
        boxes.append(frame.evaluate(measure))
    assert boxes[0] == boxes[1]


def test_a_page_in_a_frame_says_how_high_it_is(page: Page, world: World):
    page.add_init_script(
        "window.told = []; addEventListener('message', event => told.push(event.data))"
    )
    become(page.context, "student")
    page.goto(f"{world.lms.settings.url}/courses/101/external_tools/picker")
    page.frame_locator("main iframe").locator("#code").wait_for()
    page.wait_for_function("told.some(each => each.subject === 'lti.frameResize')")
    told = page.evaluate("told.filter(each => each.subject === 'lti.frameResize').pop()")
    assert 150 < told["height"] < 600


def test_a_slow_preview_does_not_take_the_place_of_a_later_one(page: Page, world: World):
    frame = open_picker(page, world)
    first, second = frame.locator(".play").nth(0), frame.locator(".play").nth(1)
    title = frame.locator(".media h3").nth(1).text_content() or ""
    world.tell_studio("next", operation="show", hold=True)
    first.click()
    frame.get_by_role("button", name="Close").click()
    second.click()
    expect(frame.locator("#preview-title")).to_have_text(title)
    world.tell_studio("release")
    page.wait_for_load_state("networkidle")
    expect(frame.locator("#preview-title")).to_have_text(title)


def test_what_is_looked_at_can_be_picked_when_the_rows_are_others(page: Page, world: World):
    frame = open_picker(page, world)
    frame.locator("#title").fill("mitosis")
    wait_for_list(frame)
    frame.locator(f"#preview-{MITOSIS}").click()
    frame.locator(".results .media").evaluate_all("rows => rows.forEach(row => row.remove())")
    frame.get_by_role("button", name="Pick this video").click()
    assert said(frame) == "Picked: Cell Division: Mitosis in Six Minutes. 1 picked"
    sent = press_insert(page, frame)
    assert fields(sent, "pick", "shown-") == [
        ("pick", MITOSIS),
        (f"shown-{MITOSIS}", "Cell Division: Mitosis in Six Minutes"),
    ]


def test_a_date_that_is_half_typed_keeps_nobody_from_picking_and_inserting(
    page: Page, world: World
):
    frame = open_picker(page, world)
    frame.locator(".filters summary").click()
    frame.locator("#since").focus()
    page.keyboard.type("03")
    assert frame.locator("#since").evaluate("field => field.validity.badInput")
    frame.locator(".filters summary").click()
    frame.locator(".pick").first.click()
    expect(frame.locator("#count")).to_have_text("1 picked")
    assert len(fields(press_insert(page, frame), "pick")) == 1


@pytest.mark.parametrize("status", [413, 429, 403, 502])
def test_a_page_of_somebody_between_takes_no_picks_away(page: Page, world: World, status: int):
    frame = open_picker(page, world)
    frame.locator(".pick").first.click()
    page.route(
        "**/lti/picker", lambda route: route.fulfill(status=status, body="<h1>Bad gateway</h1>")
    )
    frame.locator("#title").fill("through a gateway")
    expect(frame.locator("#unreached")).to_be_visible()
    expect(frame.locator("#count")).to_have_text("1 picked")


def test_an_insertion_that_somebody_stops_can_be_pressed_again_or_cancelled(
    page: Page, world: World
):
    frame = open_picker(page, world)
    frame.locator(".pick").first.click()
    page.route("**/lti/picker/insert", lambda _: None)
    press_insert(page, frame)
    expect(frame.locator("#picker")).to_have_attribute("aria-busy", "true")
    frame.evaluate("window.stop()")
    expect(frame.locator("#picker:not([aria-busy])")).to_be_attached()
    expect(frame.locator("#insert")).to_have_text("Insert")
    press_insert(page, frame)
    with page.expect_request("**/lti/picker/cancel"):
        frame.get_by_role("button", name="Cancel").click()


def test_an_insertion_that_leads_nowhere_can_be_pressed_again_after_a_while(
    page: Page, world: World
):
    page.clock.install()
    frame = open_picker(page, world)
    frame.locator(".pick").first.click()
    page.route("**/lti/picker/insert", lambda route: route.fulfill(status=204))
    press_insert(page, frame)
    expect(frame.locator("#picker[aria-busy]")).to_be_attached()
    page.clock.run_for(26_000)
    expect(frame.locator("#picker:not([aria-busy])")).to_be_attached()
    press_insert(page, frame)


@pytest.mark.parametrize("width", [400, 900])
def test_five_rows_are_there_at_once_in_the_window_that_canvas_opens(
    page: Page, world: World, width: int
):
    frame = open_picker(page, world)
    frame.frame_element().evaluate(
        "(frame, width) => { frame.style.cssText = `width: ${width}px; height: 700px; border: 0` }",
        width,
    )
    whole = frame.evaluate(
        """() => { const bar = document.querySelector('.bar').getBoundingClientRect().top;
            return [...document.querySelectorAll('.media')]
                .filter(row => row.getBoundingClientRect().bottom <= bar + 1).length; }"""
    )
    assert whole >= (5 if width == 900 else 4)
    small = frame.locator(".media button").evaluate_all(
        "all => all.map(each => each.getBoundingClientRect())"
        ".filter(box => box.width < 24 || box.height < 24)"
    )
    assert small == []
