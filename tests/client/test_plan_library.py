"""Media that a plan names by title or tag: found in Studio, once each, or told why not."""

import io
import unicodedata
from dataclasses import replace
from typing import BinaryIO, cast
from urllib.parse import parse_qs

import pytest

from app.core.batch_making import NewItem
from app.core.plans.library import Library, Tagged
from app.core.plans.patience import Patience
from app.core.plans.plan import Plan
from app.core.plans.sources import Source
from app.studio.errors import StudioForbiddenError, StudioUnavailableError
from sandbox.studio.starting import Entry
from tests.client.reaching import Reach

INES, OMAR = "ines.instructor@sandbox.test", "omar.other@sandbox.test"
MITOSIS = "Cell Division: Mitosis in Six Minutes"
HEAD = "media_id,media_title,owner,tag,course_id,title\n"


def read(reach: Reach, rows: str) -> tuple[list[NewItem], Plan, list[str]]:
    """What a plan asks for, and what it asked of Studio."""
    before = len(reach.calls())
    file = cast("BinaryIO", io.BytesIO((HEAD + rows).encode()))
    plan = Plan(Source("term.csv", file, ""), None, reach.client().patient())
    items = list(plan.read())
    asked = [call["operation"] for call in reach.calls()[before:]]
    return items, plan, [operation for operation in asked if operation != "token"]


def told(plan: Plan) -> list[str]:
    return [str(fault) for fault in plan.faults.told]


def add(reach: Reach, media_id: int, title: str) -> None:
    """Put a media of Ines's into Studio."""
    like = reach.studio.catalogue.find(260854)
    reach.studio.catalogue.add([Entry(replace(like, id=media_id, title=title))])


def test_a_row_with_a_number_asks_nothing_whatever_else_stands_in_it(reach: Reach):
    items, plan, asked = read(reach, f"5,No such title,{INES},no such tag,101,\n")
    assert ([item.media_id for item in items], told(plan), asked) == ([5], [], [])


def test_a_title_and_its_owner_are_asked_once_and_bring_the_title(reach: Reach):
    rows = "".join(f",{MITOSIS},{INES},,{course},\n" for course in range(101, 105))
    items, plan, asked = read(reach, f"{rows}, {MITOSIS} ,{INES},,105,Mine\n")
    assert [(item.media_id, item.course_id, item.title) for item in items] == [
        *((260854, course, MITOSIS) for course in range(101, 105)),
        (260854, 105, "Mine"),
    ]
    assert (told(plan), asked) == ([], ["search"])
    assert items[0].more == {"row": 2, "media_title": MITOSIS, "owner": INES, "tag": ""}


def test_only_the_whole_title_counts(reach: Reach):
    _, plan, asked = read(reach, f",Cell Division,{INES},,101,\n,{MITOSIS.upper()},{INES},,101,\n")
    assert told(plan) == [
        f"term.csv, row {row}, column media_title: {INES} has no media “{title}”. "
        f"Is “{MITOSIS}” (260854) meant?"
        for row, title in ((2, "Cell Division"), (3, MITOSIS.upper()))
    ]
    assert asked == ["search", "search"]


def test_a_title_of_somebody_else_is_not_taken(reach: Reach):
    items, plan, _ = read(reach, f",{MITOSIS},{OMAR},,101,\n")
    assert (items, told(plan)) == (
        [],
        [
            f"term.csv, row 2, column media_title: {OMAR} has no media “{MITOSIS}”. "
            f"`flask media search --owner {OMAR}` lists those that are there."
        ],
    )


def test_a_title_that_two_media_have_names_both(reach: Reach):
    title = "Seminar: Osmosis"
    ids = [one.id for one in reach.client().list_media() if one.title == title]
    assert len(ids) == 2
    _, plan, asked = read(reach, f",{title},{INES},,101,\n,{title},{INES},,102,\n")
    assert told(plan) == [
        f"term.csv, row {row}, column media_title: Several media have this title and owner: "
        f"{ids[0]}, {ids[1]}. Write the number of the right one as media_id."
        for row in (2, 3)
    ]
    assert asked == ["search"]


def test_a_tag_stands_for_all_its_media_in_each_course(reach: Reach):
    items, plan, asked = read(reach, ",,,biology,101,\n,,,biology,102,\n,,,biology,101,\n")
    tagged = [one.id for one in reach.client().list_media() if _has_tag(reach, one.id, "biology")]
    assert len(tagged) > 20
    assert [(item.media_id, item.course_id) for item in items] == [
        (media_id, course) for course in (101, 102) for media_id in tagged
    ]
    assert {item.title for item in items} > {MITOSIS, "Week 3 Lecture – Photosynthesis"}
    assert (told(plan), asked) == ([], ["search"])
    assert plan.folded == [(4, 2)] * len(tagged)


def test_a_tag_that_nothing_has_is_told(reach: Reach):
    _, plan, asked = read(reach, ",,,no such tag,101,\n,,,no such tag,102,\n")
    assert told(plan) == [
        f"term.csv, row {row}, column tag: No media has the tag “no such tag”. "
        "Write the whole name of the tag, as Studio shows it."
        for row in (2, 3)
    ]
    assert asked == ["search"]


def test_what_studio_cannot_be_asked_is_told_by_its_column(reach: Reach):
    _, plan, asked = read(reach, f",Mitosis,nobody,,101,\n,,,{'x' * 300},101,\n")
    assert [(fault.row, fault.column) for fault in plan.faults.told] == [(2, "owner"), (3, "tag")]
    assert told(plan)[0].endswith("Studio cannot be asked for this: must be an e-mail address.")
    assert asked == []


def _has_tag(reach: Reach, media_id: int, tag: str) -> bool:
    return tag in {one["name"] for one in reach.studio.catalogue.list_tags(media_id)}


def test_a_studio_in_trouble_is_waited_for_said_once_and_what_was_read_stays(reach: Reach):
    waited: list[float] = []
    said: list[str] = []
    rows: list[int] = []
    text = f"{HEAD},{MITOSIS},{INES},,101,\n,Seminar: Osmosis,{INES},,101,\n"
    file = cast("BinaryIO", io.BytesIO(text.encode()))
    patience = Patience(lambda error: said.append(error.slug), wait=waited.append)
    plan = Plan(Source("term.csv", file, ""), None, reach.client().patient(), patience=patience)
    plan.on_row = rows.append
    reading = plan.read()
    assert next(reading).media_id == 260854
    reach.fail("search", status=503, times=4)
    assert (list(reading), len(told(plan))) == ([], 1)
    assert (said, waited, rows) == (["studio-unavailable"], [10], [1, 2])


def test_a_studio_that_never_serves_is_not_waited_for_without_end(reach: Reach):
    said: list[str] = []
    patience = Patience(lambda error: said.append(error.slug), longest_seconds=0.0)
    library = Library(reach.client().patient(), patience)
    reach.fail("search", status=503, times=3)
    with pytest.raises(StudioUnavailableError):
        library.find(Tagged("biology"))
    assert said == ["studio-unavailable"]


def test_however_long_studio_asks_for_it_is_not_waited_for_longer_than_the_patience(reach: Reach):
    waited: list[float] = []
    patience = Patience(lambda _error: None, longest_seconds=20.0, wait=waited.append)
    reach.fail("search", status=503, retry_after=300)
    assert Library(reach.client().patient(), patience).find(Tagged("biology"))
    assert [0 < seconds <= 20 for seconds in waited] == [True]


def test_what_waiting_does_not_mend_is_an_error_at_once(reach: Reach):
    patience = Patience(lambda _error: None, wait=lambda _seconds: pytest.fail("it waited"))
    library = Library(reach.client().patient(), patience)
    reach.fail("search", status=403)
    with pytest.raises(StudioForbiddenError):
        library.find(Tagged("biology"))


def test_a_title_is_asked_for_as_studio_most_likely_has_it(reach: Reach):
    (media,) = (one for one in reach.client().list_media() if "Énergie" in (one.title or ""))
    assert media.owner is not None
    typed = unicodedata.normalize("NFD", str(media.title)).replace(" ", "  ").replace('"', '""')
    items, plan, asked = read(reach, f',"{typed}",{media.owner.email},,101,\n')
    assert ([item.media_id for item in items], told(plan)) == ([media.id], [])
    assert asked == ["search"]


def test_a_title_with_accents_is_asked_for_in_both_ways_to_write_them(reach: Reach):
    before = len(reach.calls("search"))
    read(reach, f",Café nowhere,{INES},,101,\n,Cafe nowhere,{INES},,101,\n")
    titles = [
        parse_qs(call["query"])["title"][0]
        if isinstance(call["query"], str)
        else call["query"]["title"]
        for call in reach.calls("search")[before:]
    ]
    assert titles == ["Café nowhere", unicodedata.normalize("NFD", "Café nowhere"), "Cafe nowhere"]


@pytest.mark.parametrize(
    ("media_id", "title"),
    [(900_001, "Week 9:  Enzymes"), (900_002, "Week\u00a010: Enzymes")],
    ids=["doubled", "no-break"],
)
def test_a_title_with_odd_blanks_in_studio_is_found_as_it_stands_there(
    reach: Reach, media_id: int, title: str
):
    add(reach, media_id, title)
    items, plan, _ = read(reach, f", {title} ,{INES},,101,\n")
    assert ([item.media_id for item in items], told(plan)) == ([media_id], [])


def test_a_title_with_an_accent_is_found_beside_one_that_is_like_it(reach: Reach):
    add(reach, 900_003, unicodedata.normalize("NFD", "Café"))
    add(reach, 900_004, "Café Teil 2")
    items, plan, _ = read(reach, f",Café,{INES},,101,\n")
    assert ([item.media_id for item in items], told(plan)) == ([900_003], [])


def test_a_title_that_is_too_long_in_the_other_way_is_just_not_there(reach: Reach):
    _, plan, asked = read(reach, f",{'é' * 200},{INES},,101,\n")
    assert told(plan)[0].startswith(f"term.csv, row 2, column media_title: {INES} has no media “é")
    assert asked == ["search"]


def test_what_is_like_a_title_is_told_whichever_way_found_it(reach: Reach):
    add(reach, 900_005, "Résumé Teil 2")
    _, plan, _ = read(reach, f",Résumé,{INES},,101,\n")
    assert told(plan)[0].endswith("Is “Résumé Teil 2” (900005) meant?")
