"""A media is looked at before it is picked; collections; what the page tells of captions."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.core.media_facts import Facts
from app.models import media_fact
from sandbox.studio.search import Paging
from tests.journeys.launching import table
from tests.journeys.picking import Picker, deep_link
from tests.journeys.starting import started_again
from tests.pages import read_code
from tests.world import World

MINE, OMARS, SHARED, YOUTUBE, UNFINISHED = 260854, 263940, 261007, 263962, 263951


@pytest.fixture(scope="module")
def alone(world: World) -> Iterator[World]:
    """The service once more, as one process."""
    log = world.environment["TEST_LOG"] + ".2"
    with started_again(world, TEST_LOG=log, STUDIO_CALLS_PER_SECOND="500") as again:
        yield again


def _preview(picker: Picker, media_id: int) -> Picker:
    return picker.send(("media", str(media_id)), path="/lti/picker/preview")


def test_a_preview_plays_from_one_origin_and_leads_back_to_the_list(alone: World):
    picker = deep_link(alone).search(title="Mitosis")
    picker = picker.press("add", MINE)
    preview = picker.press("media", MINE)
    studio = alone.studio.settings.url
    source = re.search(
        r'<video class="player" controls preload="metadata" src="([^"]+)"', preview.text
    )
    assert source is not None
    assert source[1].startswith(f"{studio}/downloads/{MINE}/medium.webm?")
    assert f"media-src {studio};" in preview.answer.headers["Content-Security-Policy"]
    assert "Captions: English, French" in preview.text
    back = preview.send()
    assert (back.field("title"), back.picks) == ("Mitosis", [str(MINE)])
    other = deep_link(alone).press("media", deep_link(alone).media_ids[0])
    assert other.press("add").picks == [str(other.button("add")["value"])]


@pytest.mark.parametrize(
    ("media_id", "said"),
    table(
        [
            ("from elsewhere", YOUTUBE, "It plays in the course."),
            ("still transcoding", UNFINISHED, "Studio is still preparing this video"),
            ("somebody else's", OMARS, "it is not shared with you in Studio."),
            ("not there", 99, "Studio has no such video: it may have been deleted."),
        ]
    ),
)
def test_where_nothing_plays_the_page_says_why(alone: World, media_id: int, said: str):
    preview = _preview(deep_link(alone), media_id)
    assert preview.answer.status_code == 200
    assert said in preview.text
    assert "<video" not in preview.text
    assert preview.send().titles != []


def test_what_is_shared_with_an_instructor_can_be_looked_at(alone: World):
    assert "<video" in _preview(deep_link(alone), SHARED).text


def test_a_studio_that_fails_does_not_lose_the_picks(alone: World):
    picker = deep_link(alone)
    picker = picker.press("add", picker.media_ids[0])
    alone.tell_studio("next", operation="sources", status=404)
    preview = _preview(picker, MINE)
    assert "No preview" in preview.text
    assert preview.send().picks == picker.picks


def test_captions_are_told_to_the_script_and_known_from_then_on(alone: World):
    picker = deep_link(alone).search(title="Dissection Demo (no captions)")
    assert "No captions" not in picker.text
    fields = {"session": picker.field("session"), "media": str(picker.media_ids[0])}
    told = alone.post("/lti/picker/facts", data=fields)
    assert told.json() == {"captions": "No captions"}
    before = len(alone.calls("caption_files"))
    assert alone.post("/lti/picker/facts", data=fields).json() == told.json()
    assert len(alone.calls("caption_files")) == before
    assert "No captions" in picker.search().text
    assert "No captions" in picker.press("add", picker.media_ids[0]).text


def test_what_is_known_of_a_media_is_not_told_to_whoever_names_its_number(alone: World):
    asked = datetime.now(UTC)
    facts = Facts(title="A secret title", captions=("de",), asked_at=asked).model_dump_json()
    with alone.database.writing() as connection:
        row = {"account_id": 1, "media_id": OMARS, "facts": facts, "asked_at": asked}
        connection.execute(media_fact.insert().values(row))
    picker = deep_link(alone).send(("pick", str(OMARS)))
    report = picker.send(path="/lti/picker/insert")
    assert picker.picks == [str(OMARS)]
    assert "media-not-yours" in report.text
    for page in (picker, report):
        assert "secret" not in page.text
        assert "German" not in page.text


def test_nothing_is_told_of_what_is_somebody_elses(alone: World):
    fields = {"session": deep_link(alone).field("session"), "media": str(OMARS)}
    answer = alone.post("/lti/picker/facts", data=fields)
    assert (answer.status_code, read_code(answer)) == (403, "media-not-yours")


@pytest.mark.parametrize("path", ["/lti/picker/facts", "/lti/picker/preview"])
def test_a_number_that_is_none_and_a_session_that_is_over_are_refused(alone: World, path: str):
    session = deep_link(alone).field("session")
    odd = alone.post(path, data={"session": session, "media": "x"})
    over = alone.post(path, data={"session": "x", "media": str(MINE)})
    assert (odd.status_code, read_code(odd)) == (400, "link-odd")
    assert (over.status_code, read_code(over)) == (401, "page-expired")


def _options(picker: Picker) -> dict[str, str]:
    select = picker.text.partition('<select id="collection"')[2].partition("</select>")[0]
    return {
        name: number for number, name in re.findall(r'value="(\d+)"[^>]*>([^<]*)</option>', select)
    }


def test_collections_are_asked_for_when_somebody_wants_one_and_are_their_own(alone: World):
    before = len(alone.calls("collections"))
    picker = deep_link(alone)
    assert len(alone.calls("collections")) == before
    picker = picker.press("collections")
    names = ["Biology 101 – Lectures", "Kept for Next Term", "Library of Ines Instructor"]
    assert sorted(_options(picker)) == names
    lectures = picker.search(collection=_options(picker)["Biology 101 – Lectures"])
    expected = alone.studio.catalogue.in_collection(50_011, Paging(per_page=50))[0]
    assert len(lectures.titles) == min(25, len(expected))
    assert {media.id for media in expected} >= set(lectures.media_ids)
    found = lectures.search(title="MITOSIS", tag="biology")
    assert found.media_ids == [MINE]
    assert "the tag does not count" in found.text
    none = lectures.search(title="", since="2030-01-01")
    assert "No video matches." in none.text


def test_a_collection_of_somebody_else_is_not_looked_into(alone: World):
    before = len(alone.calls("collection_media"))
    picker = deep_link(alone).send(collection="41120")
    assert picker.titles == []
    assert len(alone.calls("collection_media")) == before
