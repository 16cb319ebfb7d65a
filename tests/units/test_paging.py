"""Lists in pages: nothing is loaded before it is wanted, and nothing beyond what is asked for."""

import itertools

import pytest

from app.studio import paging
from app.studio.errors import StudioAnswerError
from app.studio.paging import each, page_size, whole
from app.studio.protocol import Meta, Page
from app.studio.shapes import Media

ALL = tuple(Media(id=number) for number in range(1, 131))


class Shelf:
    """Pages of some media, with or without meta; remembers what was asked."""

    def __init__(
        self, count: int, *, meta: bool = True, pages: bool = True, most: int = 50
    ) -> None:
        self.all, self.meta, self.pages, self.most = ALL[:count], meta, pages, most
        self.asked: list[tuple[int, int]] = []

    def load(self, number: int, size: int) -> Page[Media]:
        self.asked.append((number, size))
        assert number <= 50, "this never ends"
        size = min(size, self.most)
        begin = (number - 1) * size
        items = self.all[begin : begin + size] if self.pages else self.all
        last = max(1, -(-len(self.all) // size))
        return Page(items, Meta(current_page=number, last_page=last) if self.meta else None)


def _ids(shelf: Shelf, limit: int | None = None) -> list[int]:
    return [media.id for media in each(shelf.load, limit)]


@pytest.mark.parametrize("meta", [True, False])
@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 100, 130])
def test_all_of_them_come_once_and_in_order(count: int, *, meta: bool):
    shelf = Shelf(count, meta=meta)
    assert _ids(shelf) == list(range(1, count + 1))
    assert len(shelf.asked) <= -(-count // 50) + 1


@pytest.mark.parametrize("meta", [True, False])
def test_a_studio_with_smaller_pages_than_asked_for_loses_nothing(*, meta: bool):
    shelf = Shelf(130, meta=meta, most=20)
    assert _ids(shelf) == list(range(1, 131))
    assert _ids(shelf, 45) == list(range(1, 46))


def test_where_only_the_count_is_told_no_page_is_asked_for_in_vain():
    shelf, told = Shelf(100, most=20), Meta(total_count=100)
    found = list(each(lambda number, size: Page(shelf.load(number, size).items, told), None))
    assert (len(found), len(shelf.asked)) == (100, 5)


def test_with_meta_no_page_is_asked_for_in_vain():
    shelf = Shelf(100)
    _ids(shelf)
    assert shelf.asked == [(1, 50), (2, 50)]


def test_nothing_is_asked_before_the_first_is_wanted_and_no_page_too_early():
    shelf = Shelf(130)
    items = each(shelf.load, None)
    assert shelf.asked == []
    next(items)
    assert shelf.asked == [(1, 50)]
    list(itertools.islice(items, 49))
    assert shelf.asked == [(1, 50)]
    next(items)
    assert shelf.asked == [(1, 50), (2, 50)]


@pytest.mark.parametrize(
    ("limit", "asked"),
    [
        (1, [(1, 1)]),
        (20, [(1, 20)]),
        (50, [(1, 50)]),
        (60, [(1, 30), (2, 30)]),
        (101, [(1, 34), (2, 34), (3, 34)]),
    ],
)
def test_no_more_is_loaded_than_was_asked_for(limit: int, asked: list[tuple[int, int]]):
    shelf = Shelf(130)
    assert _ids(shelf, limit) == list(range(1, limit + 1))
    assert shelf.asked == asked


def test_a_limit_beyond_the_end_is_no_harm():
    assert len(_ids(Shelf(7), 20)) == 7


@pytest.mark.parametrize("limit", [1, 49, 50, 51, 99, 100, 101, 2000])
def test_pages_are_few_and_hold_hardly_more_than_asked(limit: int):
    size = page_size(limit)
    pages = -(-limit // size)
    assert 1 <= size <= 50
    assert pages == -(-limit // 50)
    assert pages * size - limit < pages


def test_a_list_that_studio_does_not_page_comes_once():
    for count in (7, 50):
        shelf = Shelf(count, meta=False, pages=False)
        assert _ids(shelf) == list(range(1, count + 1))
    assert len(_ids(Shelf(50, meta=False, pages=False), 7)) == 7


def test_a_last_page_that_never_comes_ends_with_the_first_empty_one():
    shelf = Shelf(10)
    endless = Meta(last_page=10**9)
    found = list(each(lambda number, size: Page(shelf.load(number, size).items, endless), None))
    assert len(found) == 10
    assert len(shelf.asked) == 2


def test_a_list_that_never_ends_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(paging, "MOST_PAGES", 7)
    endless = each(lambda number, _size: Page((Media(id=number),), None), None)
    with pytest.raises(StudioAnswerError):
        list(endless)


def test_a_whole_list_is_read_in_all_its_pages():
    assert list(whole(str, lambda _first: 3)) == ["1", "2", "3"]
    assert list(whole(str, lambda _first: 1)) == ["1"]


def test_a_whole_list_that_comes_again_as_its_second_page_is_read_once():
    assert list(whole(lambda _number: "same", lambda _first: 3)) == ["same"]


def test_a_whole_list_with_pages_beyond_all_measure_is_refused():
    with pytest.raises(StudioAnswerError):
        list(whole(str, lambda _first: 10**9))
