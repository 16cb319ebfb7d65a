"""How what Studio found is cut into pages, sorted, and what of a collection fits."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from app.core.browsing import Memory, Shelf, View, Wish, browse, sort_media
from app.core.shared import look_for_shared, may_look
from app.studio.protocol import Meta, Page
from app.studio.search import MediaSearch, read_search
from app.studio.shapes import Collection, Media, User

ME = "me@school.example"
EVERYTHING = MediaSearch()


class Studio:
    """As much of a client as is asked here: a list of media, page by page."""

    def __init__(self, media: Sequence[Media], *, tells: bool = True) -> None:
        self.media, self.tells = media, tells
        self.asked: list[Any] = []
        mine = Collection(id=1, name="Mine", owner=User(email=ME.upper()))
        others = [Collection(id=2, owner=User(email="you@school.example")), Collection(id=3)]
        self.collections = [mine, *others]

    def search(self, wanted: MediaSearch, *, page: int, per_page: int) -> Page[Media]:
        self.asked.append((wanted.owner, page))
        part = tuple(self.media[(page - 1) * per_page : page * per_page])
        last = max(1, -(-len(self.media) // per_page))
        meta = Meta(current_page=page, last_page=last, total_count=len(self.media))
        return Page(part, meta if self.tells else None)

    def list_collections(self, *, limit: int) -> list[Collection]:
        self.asked.append("collections")
        return self.collections[:limit]

    def list_collection_media(self, collection_id: int, *, limit: int) -> list[Media]:
        self.asked.append(collection_id)
        return list(self.media[:limit])

    def has_user(self, media_id: int, email: str) -> bool:
        self.asked.append((media_id, email))
        return media_id % 10 == 0


def some(count: int, **more: Any) -> list[Media]:
    return [Media(id=number, title=f"No. {number}", **more) for number in range(1, count + 1)]


def shelf(studio: Studio, email: str | None = ME, *, is_open: bool = False) -> Shelf:
    return Shelf(studio, Memory(), 1, email, is_open)  # type: ignore[arg-type]


def ids(view: View) -> list[int]:
    return [each.id for each in view.media]


@pytest.mark.parametrize(
    ("email", "is_open", "shows"),
    [
        (ME, False, ("mine", "shared")),
        (ME, True, ("mine", "shared", "all")),
        (None, True, ("all",)),
        (None, False, ()),
        ("no address", False, ()),
        ("", True, ("all",)),
    ],
)
def test_what_can_be_looked_at_depends_on_the_address_and_the_library(
    email: str | None, is_open: bool, shows: tuple[str, ...]
):
    assert shelf(Studio([]), email, is_open=is_open).shows == shows


@pytest.mark.parametrize("count", [0, 1, 25, 26, 49, 50])
def test_what_fits_into_one_answer_is_sorted_and_asked_for_once(count: int):
    studio = Studio(some(count))
    looking = shelf(studio)
    seen, page = [], 1
    while True:
        view = browse(looking, Wish("mine", EVERYTHING, "title", page=page))
        assert (view.total, view.is_sorted, len(view.media) <= 25) == (count, True, True)
        seen += ids(view)
        if not view.has_next:
            break
        page += 1
    assert seen == [each.id for each in sort_media(studio.media, "title")]
    assert studio.asked == [(ME, 1)]


@pytest.mark.parametrize("tells", [True, False])
@pytest.mark.parametrize("count", [51, 74, 75, 76, 100, 101])
def test_more_stays_in_studios_order_and_each_answer_is_two_pages(count: int, tells: bool):
    studio = Studio(some(count), tells=tells)
    looking, seen, page = shelf(studio, is_open=True), [], 1
    while (view := browse(looking, Wish("all", EVERYTHING, "title", page=page))).page == page:
        assert not view.is_sorted
        assert view.total == (count if tells else None)
        seen += ids(view)
        page += 1
        if not view.has_next:
            break
    assert seen == list(range(1, count + 1))
    assert [asked for asked in studio.asked if asked[0] is not None] == []
    assert len(studio.asked) <= -(-count // 50) + (not tells)


def test_sorts_put_what_lacks_the_value_last():
    one = Media(id=1, title="élan", duration=5, created_at="2026-01-01T00:00:00Z")
    two = Media(id=2, title="Zebra", duration=50, created_at="2025-01-01T00:00:00Z")
    three = Media(id=3)
    four = Media(id=4, title="apple", duration=7, created_at="2026-06-01T00:00:00Z")
    found = [three, two, one, four]
    assert {
        by: [each.id for each in sort_media(found, by)]  # type: ignore[arg-type]
        for by in ("newest", "title", "longest")
    } == {"newest": [4, 1, 2, 3], "title": [4, 1, 2, 3], "longest": [2, 4, 1, 3]}


MINE = User(email=ME.upper())
COLLECTED = [
    Media(id=1, title="Énergie", source="upload", created_at="2026-03-01T23:00:00Z", owner=MINE),
    Media(id=2, title="Energy again", source="zoom", created_at="2026-03-02T00:00:00Z", owner=MINE),
    Media(id=3, title=None, source="zoom", created_at=None, owner=MINE),
]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [2, 1, 3]),
        ({"title": "energ"}, [2, 1]),
        ({"source": "zoom"}, [2, 3]),
        ({"start_date": "2026-03-02"}, [2]),
        ({"end_date": "2026-03-01"}, [1]),
        ({"title": "ÉN", "source": "upload", "end_date": "2026-03-31"}, [1]),
        ({"tag": "nobody can see it"}, [2, 1, 3]),
    ],
    ids=str,
)
def test_in_a_collection_the_filters_are_ours(wanted: dict[str, str], found: list[int]):
    wish = Wish("mine", read_search(wanted), collection_id=1)
    assert ids(browse(shelf(Studio(COLLECTED)), wish)) == found


def test_a_collection_is_looked_into_only_where_it_is_ones_own():
    studio = Studio(COLLECTED)
    looking = shelf(studio)
    views = [
        ids(browse(looking, Wish("mine", EVERYTHING, collection_id=number))) for number in (1, 2, 3)
    ]
    assert views == [[2, 1, 3], [], []]
    assert studio.asked == ["collections", 1]
    everybody = shelf(Studio(COLLECTED), is_open=True)
    assert ids(browse(everybody, Wish("all", EVERYTHING, collection_id=2))) == [2, 1, 3]


def test_of_a_collection_two_hundred_are_looked_at_and_the_view_says_so():
    views = [
        browse(shelf(Studio(some(count, owner=MINE))), Wish("mine", EVERYTHING, collection_id=1))
        for count in (199, 300)
    ]
    assert [(view.total, view.is_cut) for view in views] == [(199, False), (200, True)]


def test_looking_for_shared_media_goes_on_where_it_ended():
    media = [*some(30), Media(id=40, owner=User(email=ME)), *some(60)[30:]]
    studio = Studio(media)
    looking, begin, seen, ways = shelf(studio), 0, [], []
    while begin is not None:
        view = look_for_shared(looking, Wish("shared", EVERYTHING, begin=begin))
        seen += ids(view)
        ways.append((view.looked, view.further))
        begin = view.further
    # The one that is one's own costs no question, so one more is looked at. Where the end of a
    # page brings nothing, the next one is looked at too.
    assert ways == [(24, 24), (49, 49), (61, None)]
    assert seen == [10, 20, 30, 40, 50, 60]


def test_pages_that_bring_nothing_are_passed_over_as_long_as_there_are_calls_left():
    others = [Media(id=number * 10 + 1) for number in range(10)]
    own = [Media(id=1000 + number, owner=MINE) for number in range(145)]
    studio = Studio([*own, *others, Media(id=10), Media(id=11)])
    view = look_for_shared(shelf(studio), Wish("shared", EVERYTHING))
    assert (ids(view), view.looked, view.further) == ([10], 157, None)
    assert [asked for asked in studio.asked if asked[0] is None] == [
        (None, number) for number in (1, 2, 3, 4)
    ]


def test_only_a_word_or_a_tag_is_narrow_enough_to_look_for_what_is_shared():
    wanted: list[dict[str, str]] = [{}, {"source": "zoom"}, {"title": "lab"}, {"tag": "biology"}]
    assert [may_look(read_search(each)) for each in wanted] == [False, False, True, True]


def test_in_a_collection_ones_own_are_ones_own():
    studio = Studio([*COLLECTED, Media(id=4, owner=User(email="you@school.example")), Media(id=5)])
    views = [
        ids(browse(shelf(studio, is_open=True), Wish(show, EVERYTHING, collection_id=1)))  # type: ignore[arg-type]
        for show in ("mine", "all")
    ]
    assert [sorted(found) for found in views] == [[1, 2, 3], [1, 2, 3, 4, 5]]


def test_of_many_collections_only_the_first_are_looked_at_and_it_is_said():
    studio = Studio([])
    studio.collections = [Collection(id=number, owner=MINE) for number in range(1, 502)]
    found = [shelf(studio, is_open=is_open).list_collections() for is_open in (False, True)]
    assert [(len(each.items), each.looked_at) for each in found] == [(500, 500), (200, 200)]
    assert shelf(Studio([])).list_collections().looked_at is None


def test_what_was_empty_is_asked_for_again_and_what_is_wanted_anew_too():
    studio = Studio([])
    looking = shelf(studio)
    for _ in range(2):
        browse(looking, Wish("mine", EVERYTHING))
    assert studio.asked == [(ME, 1)] * 2
    studio.media = some(3)
    for anew in (False, False, True):
        browse(replace(looking, anew=anew), Wish("mine", EVERYTHING))
    assert studio.asked == [(ME, 1)] * 4


def test_a_no_about_somebody_is_asked_again_where_they_want_it_and_a_yes_is_not():
    studio = Studio([Media(id=10), Media(id=11)])
    looking = shelf(studio)
    for anew in (False, False, True):
        look_for_shared(replace(looking, anew=anew), Wish("shared", EVERYTHING))
    asked = [asked[0] for asked in studio.asked if asked[0] is not None]
    assert asked == [10, 11, 11]


def test_what_was_asked_about_somebody_is_not_asked_again():
    studio = Studio(some(30))
    looking = shelf(studio)
    first = look_for_shared(looking, Wish("shared", EVERYTHING))
    again = look_for_shared(looking, Wish("shared", EVERYTHING))
    assert (first.looked, again.looked) == (24, 30)
    assert len(studio.asked) == 1 + 30
