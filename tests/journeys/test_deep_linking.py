"""Picked media reach the LMS: made before the answer is signed, as items of the right kind."""

import time
from typing import Any

import pytest

from app.core.content_items import SIZES
from sandbox.lms.messages import LTI
from tests.journeys.answering import (
    ANY,
    DEEP_LINKING,
    PLACEMENT,
    Claims,
    alter_session,
    of_no_canvas,
    open_picker,
    read_answer,
    read_forms,
    read_items,
    request_links,
)
from tests.journeys.onward import read_form
from tests.pages import read_code
from tests.world import World

MITOSIS, PHOTOSYNTHESIS, PODCAST, PEAS = 260854, 260861, 262118, 264278
ONLY_LINKS = ["ltiResourceLink"]


def _in_modules(claims: Claims) -> None:
    claims[PLACEMENT] = "module_index_menu_modal"


def _made(world: World) -> list[tuple[int, int]]:
    calls = world.calls("create_embed")
    return [(int(call["path"].split("/")[-2]), call["status"]) for call in calls]


def test_the_editor_gets_the_iframes_that_canvas_writes_in_the_order_of_picking(world: World):
    picker = open_picker(world)
    picker.pick(PODCAST, embed_type="bare_embed", start_at="1:15", title="Beagle", size="large")
    picker.pick(MITOSIS)
    items = read_items(world, picker.insert())
    assert [(item["type"], item["title"]) for item in items] == [
        ("html", "Beagle"),
        ("html", "Cell Division: Mitosis in Six Minutes"),
    ]
    first, second = (item["html"] for item in items)
    width, height = SIZES["large"]["bare_embed"]
    assert f'width="{width}" height="{height}"' in first
    assert 'src="/courses/101/external_tools/retrieve?display=borderless&amp;url=' in first
    assert "custom_arc_start_at%3D75" in first
    assert "custom_arc_start_at%3D0" in second
    made = [media_id for media_id, _ in _made(world)]
    assert (made.count(PODCAST), made.count(MITOSIS)) == (1, 1)


def test_a_module_gets_a_link_that_plays_at_once_for_a_student(world: World):
    picker = open_picker(world, accept_types=ONLY_LINKS, change=_in_modules, course_id=102)
    picker.pick(PHOTOSYNTHESIS, downloadable="true", start_at="30")
    (item,) = read_items(world, picker.insert())
    thumbnail = item.pop("thumbnail")
    width, height = SIZES["medium"]["embed"]
    assert item == {
        "type": "ltiResourceLink",
        "url": f"{world.environment['PUBLIC_URL']}/lti/launch",
        "title": "Week 3 Lecture – Photosynthesis",
        "text": "Week 3 Lecture – Photosynthesis",
        "custom": world.marked(PHOTOSYNTHESIS, downloadable=True) | {"start_at": "30"},
        "iframe": {"width": width, "height": height},
    }
    assert thumbnail["url"].startswith(world.studio.settings.url)
    before = len(world.calls("create_embed"))
    played = world.launch(item["custom"], course_id=102)
    assert (played.status_code, len(world.calls("create_embed")) - before) == (302, 0)
    assert played.headers["Location"].endswith("custom_arc_start_at%3D30")


def test_the_answer_says_whose_it_is_for_whom_and_until_when(world: World):
    claims = read_answer(world, open_picker(world).pick(MITOSIS).insert())
    issued, nonce = claims.pop("iat"), claims.pop("nonce")
    items = claims.pop(f"{DEEP_LINKING}/content_items")
    assert claims == {
        "iss": world.lms.settings.client_id,
        "aud": [world.lms.settings.url],
        "exp": issued + 300,
        f"{LTI}/message_type": "LtiDeepLinkingResponse",
        f"{LTI}/version": "1.3.0",
        f"{LTI}/deployment_id": world.lms.settings.deployment_id,
        f"{DEEP_LINKING}/data": "the-data",
        f"{DEEP_LINKING}/msg": "Inserted 1 video.",
    }
    assert (abs(issued - time.time()) < 60, len(items), len(nonce)) == (True, 1, 32)


def test_it_is_posted_to_the_return_url_as_it_is(world: World):
    url = f"{world.lms.settings.url}/deep_linking_response?a=1&amp;b=%22%2F&data=x'<"
    answer = open_picker(world, deep_link_return_url=url).pick(MITOSIS).insert()
    assert read_form(answer).action == url
    assert "form-action" not in answer.headers["Content-Security-Policy"]
    assert (
        f"frame-ancestors https://*.instructure.com {world.lms.settings.url}"
        in (answer.headers["Content-Security-Policy"])
    )


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "http://elsewhere.example/x",
        "//elsewhere.example",
        "https://user@elsewhere.example/",
        "https://elsewhere.example/\n",
        "",
        7,
    ],
)
def test_a_hostile_return_url_opens_no_picker(world: World, url: Any):
    answer = request_links(world, deep_link_return_url=url)
    assert (answer.status_code, read_code(answer)) == (400, "launch-incomplete")


@pytest.mark.parametrize(
    "data",
    ["", " ", "\x00\x1f\r\n", '"><script>alert(1)</script>', "😀 物 \u202e", "x" * 20_000, "%00"],
    ids=lambda data: repr(data[:9]),
)
def test_data_comes_back_untouched(world: World, data: str):
    claims = read_answer(world, open_picker(world, data=data).pick(MITOSIS).insert())
    assert claims[f"{DEEP_LINKING}/data"] == data


def test_data_that_was_absent_stays_absent(world: World):
    claims = read_answer(world, open_picker(world, data=None).pick(MITOSIS).insert())
    assert [name for name in claims if name.endswith("/data")] == []


def test_data_that_no_text_can_hold_is_refused(world: World):
    answer = request_links(world, data="\ud800")
    assert (answer.status_code, read_code(answer)) == (400, "launch-incomplete")


def test_a_hostile_title_gets_out_of_nothing(world: World):
    title = '"><svg onload=1>'
    (native,) = read_items(world, open_picker(world).pick(MITOSIS, title=title).insert())
    picker = open_picker(world, accept_types=ONLY_LINKS)
    (link,) = read_items(world, picker.pick(MITOSIS, title=title).insert())
    assert native["html"].count("<") == 2
    assert (native["title"], link["title"], link["text"]) == ('"›‹svg onload=1›',) * 3


def test_the_title_that_the_lms_suggests_counts_unless_one_was_typed_or_there_are_several(
    world: World,
):
    asked: dict[str, Any] = {
        "title": "Suggested",
        "text": "A text",
        "accept_types": ONLY_LINKS,
        "course_id": 103,
    }
    (plain,) = read_items(world, open_picker(world, **asked).pick(PODCAST).insert())
    typed = open_picker(world, **asked).pick(PODCAST, title="Typed")
    several = open_picker(world, **asked).pick(PODCAST).pick(MITOSIS)
    assert (plain["title"], plain["text"]) == ("Suggested", "A text")
    alone = open_picker(world, **asked, accept_multiple=False).pick(PODCAST, title="")
    assert read_items(world, alone.insert())[0]["title"].startswith("Podcast: ")
    assert [item["title"] for item in read_items(world, typed.insert())] == ["Typed"]
    assert [item["title"] for item in read_items(world, several.insert())] == [
        "Podcast: The Voyage of the Beagle (sound only)",
        "Cell Division: Mitosis in Six Minutes",
    ]


def test_no_frame_is_told_where_the_lms_shows_none(world: World):
    asked: dict[str, Any] = {"accept_types": ONLY_LINKS}
    for targets in (["window"], ["embed"], [], None):
        asked["accept_presentation_document_targets"] = targets
        (item,) = read_items(world, open_picker(world, **asked).pick(MITOSIS).insert())
        assert "iframe" not in item


def test_where_canvas_takes_only_plain_links_it_gets_one_to_its_own_address(world: World):
    picker = open_picker(world, accept_types=["link"]).pick(MITOSIS)
    (item,) = read_items(world, picker.insert())
    begin = f"{world.lms.settings.url}/courses/101/external_tools/retrieve?display=borderless&url="
    assert (item["type"], item["url"][: len(begin)]) == ("link", begin)
    assert item["iframe"]["src"] == item["url"]


def test_a_plain_link_needs_to_know_which_canvas_it_is(world: World):
    def forget(claims: Claims) -> None:
        del claims[f"{LTI}/custom"]["canvas_api_domain"]

    answer = request_links(world, accept_types=["link"], change=forget)
    assert (answer.status_code, read_code(answer)) == (400, "canvas-host-missing")


@pytest.mark.parametrize("types", [[], ["file", "image"], None], ids=str)
def test_a_place_that_takes_nothing_of_ours_says_so_before_anything_is_picked(
    world: World, types: list[str] | None
):
    answer = request_links(world, accept_types=types)
    assert (answer.status_code, read_code(answer)) == (422, "nothing-accepted")


def test_another_lms_that_takes_no_links_is_told_and_has_a_way_back(world: World):
    before = len(world.calls("create_embed"))
    page = request_links(world, accept_types=["html", "link"], change=of_no_canvas)
    assert (page.status_code, read_code(page)) == (422, "nothing-accepted")
    ((label, fields),) = read_forms(page.text)
    back = world.post("/lti/picker/cancel", data=fields)
    assert (label, read_items(world, back)) == ("Go back", [])
    forced = world.post("/lti/picker/insert", data=[*fields, ("pick", str(PEAS))])
    assert (forced.status_code, read_code(forced)) == (422, "nothing-accepted")
    assert len(world.calls("create_embed")) == before


def test_another_lms_gets_links(world: World):
    picker = open_picker(world, accept_types=ANY, change=of_no_canvas).pick(MITOSIS)
    assert [item["type"] for item in read_items(world, picker.insert())] == ["ltiResourceLink"]


def test_cancelling_gives_nothing_and_says_so(world: World):
    claims = read_answer(world, open_picker(world).pick(PEAS).post("/cancel"))
    told = [claims[f"{DEEP_LINKING}/{name}"] for name in ("content_items", "msg", "data")]
    assert told == [[], "Nothing was picked.", "the-data"]
    assert PEAS not in [media_id for media_id, _ in _made(world)]


@pytest.mark.parametrize("allowed", [False, "false", None])
def test_no_more_is_put_in_than_the_lms_takes(world: World, allowed: Any):
    picker = open_picker(world, accept_multiple=allowed, course_id=103)
    before = _made(world)
    answer = picker.pick(PEAS).pick(MITOSIS).insert()
    assert "Only one video fits in here." in answer.text
    assert ('id="onward"' in answer.text, _made(world)) == (False, before)
    claims = read_answer(world, picker.post("/insert", picker.fields[:1]))
    assert len(claims[f"{DEEP_LINKING}/content_items"]) == 1


def test_what_cannot_be_read_goes_back_to_the_picker(world: World):
    before = _made(world)
    nothing = open_picker(world).insert()
    odd = open_picker(world).pick(PEAS, start_at="soon").insert()
    assert ("Nothing is picked yet." in nothing.text, "cannot be read" in odd.text) == (True, True)
    assert [answer.status_code for answer in (nothing, odd)] == [200, 200]
    assert _made(world) == before


def test_each_picker_answers_its_own_request(world: World):
    one = open_picker(world, data="one", course_id=101).pick(MITOSIS)
    other = open_picker(world, data="other", course_id=102).pick(MITOSIS)
    answers = [read_answer(world, picker.insert()) for picker in (other, one)]
    assert [claims[f"{DEEP_LINKING}/data"] for claims in answers] == ["other", "one"]
    pages = [claims[f"{DEEP_LINKING}/content_items"][0]["html"] for claims in answers]
    assert ['src="/courses/102/' in pages[0], 'src="/courses/101/' in pages[1]] == [True, True]


def test_only_instructors_put_anything_in(world: World):
    before = _made(world)
    students = alter_session(world, open_picker(world), teaches=False)
    forged = [students.pick(PEAS), alter_session(world, open_picker(world))]
    forged[1].session = "nobodys"
    answers = [picker.post(where) for picker in forged for where in ("/insert", "/cancel")]
    assert [(answer.status_code, read_code(answer)) for answer in answers] == [
        (403, "only-instructors"),
        (403, "only-instructors"),
        (401, "page-expired"),
        (401, "page-expired"),
    ]
    refused = request_links(world, person="student")
    assert (refused.status_code, read_code(refused)) == (403, "only-instructors")
    assert _made(world) == before


def test_from_the_course_page_what_was_picked_is_shown_there(world: World):
    picker = alter_session(world, open_picker(world), picking=None, item_kind=None)
    answer = picker.pick(MITOSIS).pick(264140).insert()
    assert (answer.status_code, 'id="onward"' in answer.text) == (200, False)
    assert "Food Webs: Worked Examples" in answer.text
    assert (264140, 200) in _made(world)
    assert alter_session(world, picker).post("/cancel").status_code == 200


def test_a_request_that_names_no_course_gets_a_page(world: World):
    def forget(claims: Claims) -> None:
        del claims[f"{LTI}/custom"]["canvas_course_id"]
        claims[f"{LTI}/context"]["id"] = "no-number"

    answer = request_links(world, change=forget)
    assert (answer.status_code, read_code(answer)) == (400, "course-id-missing")
