"""Media that others shared with somebody: looked for, because Studio has no list of them.

One page of Studio's search is looked through at a time, and of each media Studio is asked who
has access: so many a view at the most, and so long. Where it ends is where the next view begins.
"""

import hashlib
import time

from app.core.browsing import Shelf, View, Wish
from app.studio.arguments import MOST_PER_PAGE
from app.studio.shapes import Media

MOST_ASKED = 24
LONGEST_SECONDS = 3.0


def look_for_shared(shelf: Shelf, wish: Wish) -> View:
    """Look on from `wish.begin`; raises `StudioError`."""
    number, past = divmod(wish.begin, MOST_PER_PAGE)
    answer = shelf.search(wish.search, number + 1)
    through, found = _look(shelf, answer.items, past)
    is_over = through >= len(answer.items)
    begin = (number + 1) * MOST_PER_PAGE if is_over else number * MOST_PER_PAGE + through
    more = not is_over or answer.may_be_followed(number + 1, (number + 1) * MOST_PER_PAGE)
    return View(
        tuple(found),
        None if answer.meta is None else answer.meta.total_count,
        is_sorted=False,
        looked=number * MOST_PER_PAGE + through,
        further=begin if more else None,
    )


def _look(shelf: Shelf, items: tuple[Media, ...], past: int) -> tuple[int, list[Media]]:
    """Give how far the look came, and what it found."""
    end = time.monotonic() + LONGEST_SECONDS
    found, asked, through = [], 0, past
    for media in items[past:]:
        if asked == MOST_ASKED or time.monotonic() >= end:
            break
        through += 1
        if _is_owner(shelf, media):
            continue
        key = (shelf.account_id, media.id, _hash(shelf.email or ""))
        is_shared = shelf.memory.shares.find(key)
        if is_shared is None:
            asked += 1
            is_shared = shelf.studio.has_user(media.id, shelf.email or "")
            shelf.memory.shares.keep(key, is_shared)
        if is_shared:
            found.append(media)
    return through, found


def _is_owner(shelf: Shelf, media: Media) -> bool:
    owner = media.owner
    return owner is not None and (owner.email or "").lower() == (shelf.email or "").lower()


def _hash(email: str) -> str:
    return hashlib.sha256(email.lower().encode()).hexdigest()
