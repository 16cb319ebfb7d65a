"""How what Studio found is cut into pages, sorted, and what of a collection fits."""

from collections.abc import Sequence
from typing import Any

import pytest

from app.core.browsing import Memory, Shelf, View, Wish, browse, sort_media
from app.core.shared import look_for_shared
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

    def search(self, wanted: MediaSearch, *, page: int, per_page: int) -> Page[Media]:
        self.asked.append((wanted.owner, page))
        part = tuple(self.media[(page - 1) * per_page : page * per_page])
        last = max(1, -(-len(self.media) // per_page))
        meta = Meta(current_page=page, last_page=last, total_count=len(self.media))
        return Page(part, meta if self.tells else None)

    def list_collections(self, *, limit: int) -> list[Collection]:
        self.asked.append("collections")
        mine = Collection(id=1, name="Mine", owner=User(email=ME.upper()))
        others = [Collection(id=2, owner=User(email="you@school.example")), Collection(id=3)]
        return [mine, *others][:limit]

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


COLLECTED = [
    Media(id=1, title="Énergie", source="upload", created_at="2026-03-01T23:00:00Z"),
    Media(id=2, title="Energy again", source="zoom", created_at="2026-03-02T00:00:00Z"),
    Media(id=3, title=None, source="zoom", created_at=None),
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
        browse(shelf(Studio(some(count))), Wish("mine", EVERYTHING, collection_id=1))
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
    # The one that is one's own costs no question, so one more is looked at.
    assert ways == [(24, 24), (49, 49), (50, 50), (61, None)]
    assert seen == [10, 20, 30, 40, 50, 60]


def test_what_was_asked_about_somebody_is_not_asked_again():
    studio = Studio(some(30))
    looking = shelf(studio)
    first = look_for_shared(looking, Wish("shared", EVERYTHING))
    again = look_for_shared(looking, Wish("shared", EVERYTHING))
    assert (first.looked, again.looked) == (24, 30)
    assert len(studio.asked) == 1 + 30
