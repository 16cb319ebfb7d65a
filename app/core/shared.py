"""Media that others shared with somebody: looked for, because Studio has no list of them.

Studio's search is looked through, page by page, and of each media Studio is asked who has access.
Each of these calls waits for its turn (`STUDIO_CALLS_PER_SECOND`), so a view ends with the page
on which something was found, or when its calls or its time are used up. There the next begins.
"""

import hashlib
import time
from dataclasses import dataclass, field

from app.core.browsing import Shelf, View, Wish, is_owner
from app.studio.arguments import MOST_PER_PAGE
from app.studio.search import MediaSearch
from app.studio.shapes import Media

MOST_ASKED = 24
LONGEST_SECONDS = 5.0


@dataclass
class _Look:
    """What is left of one view's calls and time, and what it found."""

    shelf: Shelf
    end: float
    left: int = MOST_ASKED
    found: list[Media] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return self.left == 0 or time.monotonic() >= self.end

    def look_through(self, items: tuple[Media, ...]) -> int:
        """Look from media to media; gives how many it were."""
        for through, media in enumerate(items):
            if self.is_over:
                return through
            if not is_owner(self.shelf.email, media) and self._is_shared(media.id):
                self.found.append(media)
        return len(items)

    def _is_shared(self, media_id: int) -> bool:
        """Whether the person has access; a no is kept for a shorter time than a yes."""
        shelf, memory, email = self.shelf, self.shelf.memory, self.shelf.email or ""
        asked = (shelf.account_id, media_id, hashlib.sha256(email.lower().encode()).hexdigest())
        if memory.shares.find(asked):
            return True
        if memory.no_shares.find(asked) and not shelf.anew:
            return False
        self.left -= 1
        is_shared = shelf.studio.has_user(media_id, email)
        (memory.shares if is_shared else memory.no_shares).keep(asked, True)
        return is_shared


def may_look(wanted: MediaSearch) -> bool:
    """Whether a search is narrow enough to be looked through; in everything it would take hours."""
    return bool(wanted.title or wanted.tag)


def look_for_shared(shelf: Shelf, wish: Wish) -> View:
    """Look on from `wish.begin`; raises `StudioError`. `may_look` must be true of the search."""
    look, at = _Look(shelf, time.monotonic() + LONGEST_SECONDS), wish.begin
    while True:
        number, past = divmod(at, MOST_PER_PAGE)
        answer = shelf.search(wish.search, number + 1)
        left = answer.items[past:]
        through = look.look_through(left)
        looked, is_through = at + through, through == len(left)
        after = (number + 1) * MOST_PER_PAGE
        at = after if is_through else looked
        more = not is_through or answer.may_be_followed(number + 1, after)
        if not more or look.found or look.is_over:
            break
    return View(
        tuple(look.found),
        None if answer.meta is None else answer.meta.total_count,
        is_sorted=False,
        looked=looked,
        further=at if more else None,
    )
