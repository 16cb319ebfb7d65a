"""Content items: whole, of each kind, with nothing that is null, and nothing that gets out."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest

from app.core import marks
from app.core.content_items import SIZES, Place, Shown, describe, make_item, native_html, plain
from app.core.embeds import Embed, EmbedKey

KEY = b"a-key-of-marks"
STUDIO, CANVAS = "https://school.instructuremedia.com", "https://school.instructure.com"
URL = f"{STUDIO}/lti/launch?custom_arc_launch_type=bare_embed&custom_arc_start_at=0"
STARTED = URL.replace("start_at=0", "start_at=75")
THEN = datetime(2026, 11, 28, tzinfo=UTC)
EMBED = Embed(3, EmbedKey(1, 7, 101, "bare_embed", True), "Mitosis", URL, THEN, THEN, "picker")
PLACE = Place("link", True, None, "https://embed.example", STUDIO, KEY, False)
SHOWN = Shown("Mitosis", "Mitosis", "medium", None, None)
PARAMETERS = {
    "media_id": "7",
    "embed_type": "bare_embed",
    "downloadable": "true",
    "link": marks.make_mark(KEY, STUDIO, 7, "bare_embed", True),
}
HOSTILE = '"><svg onload=1> R&D\n'
LOOKALIKE = '"›‹svg onload=1› R＆D '


def test_a_link_has_its_parameters_as_texts_and_its_size():
    assert make_item(PLACE, EMBED, SHOWN) == {
        "type": "ltiResourceLink",
        "url": "https://embed.example/lti/launch",
        "title": "Mitosis",
        "text": "Mitosis",
        "custom": PARAMETERS,
        "iframe": {"width": 720, "height": 405},
    }


def test_a_link_says_where_to_begin_and_has_its_picture():
    shown = Shown("My title", "A text", "large", 0, "https://pictures.example/7.jpg")
    assert make_item(PLACE, EMBED, shown) == {
        "type": "ltiResourceLink",
        "url": "https://embed.example/lti/launch",
        "title": "My title",
        "text": "A text",
        "custom": {**PARAMETERS, "start_at": "0"},
        "iframe": {"width": 960, "height": 540},
        "thumbnail": {"url": "https://pictures.example/7.jpg", "width": 160, "height": 90},
    }


def test_the_mark_is_the_same_wherever_the_media_begins():
    begun = make_item(PLACE, EMBED, replace(SHOWN, start_at=75))
    assert begun["custom"]["link"] == make_item(PLACE, EMBED, SHOWN)["custom"]["link"]


def test_no_frame_is_named_where_none_is_accepted():
    assert "iframe" not in make_item(replace(PLACE, iframes=False), EMBED, SHOWN)
    canvas = replace(PLACE, kind="canvas_link", canvas_origin=CANVAS, iframes=False)
    assert "iframe" not in make_item(canvas, EMBED, SHOWN)


@pytest.mark.parametrize("url", ["http://a.example/x", "javascript:1", "//a.example", "", None])
def test_only_a_picture_that_browsers_may_load_is_named(url: str | None):
    assert "thumbnail" not in make_item(PLACE, EMBED, replace(SHOWN, thumbnail_url=url))


def test_an_insecure_picture_is_for_tests_only():
    place, url = replace(PLACE, insecure=True), "http://127.0.0.2/7.jpg"
    found = make_item(place, EMBED, replace(SHOWN, thumbnail_url=url))["thumbnail"]
    assert found == {"url": url, "width": 160, "height": 90}


def test_a_native_item_is_the_iframe_that_canvas_writes_and_begins_where_it_should():
    item = make_item(
        replace(PLACE, kind="native"), EMBED, replace(SHOWN, start_at=75, size="small")
    )
    html = native_html(101, STARTED, "Mitosis", "bare_embed", "small")
    assert item == {"type": "html", "title": "Mitosis", "html": html}
    assert 'width="560" height="315"' in html
    assert f'url={quote(STARTED, safe="")}" ' in html


def test_a_plain_link_leads_to_the_same_address_in_that_canvas():
    place = replace(PLACE, kind="canvas_link", canvas_origin=CANVAS)
    url = (
        f"{CANVAS}/courses/101/external_tools/retrieve?display=borderless"
        f"&url={quote(STARTED, safe='')}"
    )
    assert make_item(place, EMBED, replace(SHOWN, start_at=75)) == {
        "type": "link",
        "url": url,
        "title": "Mitosis",
        "text": "Mitosis",
        "iframe": {"src": url, "width": 720, "height": 405},
    }


@pytest.mark.parametrize("kind", ["link", "canvas_link"])
def test_texts_are_the_same_as_html(kind: Any):
    place = replace(PLACE, kind=kind, canvas_origin=CANVAS)
    item = make_item(place, EMBED, replace(SHOWN, title=HOSTILE, text=HOSTILE))
    assert (item["title"], item["text"]) == (LOOKALIKE, LOOKALIKE)


def test_a_hostile_title_stays_in_the_iframes_title():
    item = make_item(replace(PLACE, kind="native"), EMBED, replace(SHOWN, title=HOSTILE))
    escaped = "&quot;&gt;&lt;svg onload=1&gt; R&amp;D "
    assert f' title="{escaped}" ' in item["html"]
    assert item["html"].count("<") == 2


def test_a_text_is_cut_where_lmss_end():
    assert (len(plain("x" * 300)), plain("é\t物")) == (255, "é 物")


@pytest.mark.parametrize("title", ["Mitosis", HOSTILE, "x" * 300])
@pytest.mark.parametrize("start_at", [None, 75])
def test_programs_get_the_item_that_deep_linking_returns(title: str, start_at: int | None):
    described = describe(replace(EMBED, title=title), STUDIO, PLACE.public_url, KEY, start_at)
    shown = replace(SHOWN, title=title, text=title, start_at=start_at)
    assert described["content_item"] == make_item(PLACE, EMBED, shown)
    assert described["title"] == title


@pytest.mark.parametrize("kind", ["link", "native", "canvas_link"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("embed_type", ["embed", "bare_embed"])
def test_no_member_of_any_item_is_null_and_none_is_a_grade(kind: Any, size: str, embed_type: str):
    place = replace(PLACE, kind=kind, canvas_origin=CANVAS)
    embed = replace(EMBED, key=replace(EMBED.key, embed_type=embed_type))
    item = make_item(place, embed, replace(SHOWN, size=size))
    assert None not in item.values()
    assert "lineItem" not in item
