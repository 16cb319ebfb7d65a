"""Lists that come in pages: a page is asked for when its first item is wanted, not before."""

import math
from collections.abc import Callable, Iterator
from typing import TypeVar

from app.studio import errors
from app.studio.arguments import MOST_PER_PAGE
from app.studio.protocol import Page
from app.studio.shapes import Shape

MOST_PAGES = 10_000
MOST_PAGES_OF_A_WHOLE = 100

T = TypeVar("T", bound=Shape)


def page_size(limit: int | None) -> int:
    """Give a size with which the fewest pages hold `limit` items, and hardly any more."""
    if limit is None:
        return MOST_PER_PAGE
    return math.ceil(limit / math.ceil(limit / MOST_PER_PAGE))


def each(load: Callable[[int, int], Page[T]], limit: int | None) -> Iterator[T]:
    """Give item after item, at most `limit`; `load` gives a page by its number and size.

    A list that Studio does not page comes again as its second page: that ends it.
    Raises `StudioAnswerError` where it does not end.
    """
    per_page, number, given = page_size(limit), 1, 0
    before: tuple[T, ...] | None = None
    while True:
        page = load(number, per_page)
        if page.items == before:
            return
        for item in page.items:
            yield item
            given += 1
            if given == limit:
                return
        if not page.may_be_followed(number, given):
            return
        if number == MOST_PAGES:
            raise errors.answer(f"a list does not end within {MOST_PAGES} pages")
        before, number = page.items, number + 1


def whole(load: Callable[[int], object], last_page: Callable[[object], int]) -> Iterator[object]:
    """Give the answers of a list that comes as a whole: one, or several where Studio pages it.

    `load` asks for a page by its number, `last_page` says how many an answer tells of.
    Raises `StudioAnswerError` where those are beyond all measure.
    """
    first = load(1)
    yield first
    last = last_page(first)
    if last > MOST_PAGES_OF_A_WHOLE:
        raise errors.answer(f"a list has {last} pages")
    before = first
    for number in range(2, last + 1):
        answer = load(number)
        if answer == before:
            return
        yield answer
        before = answer
