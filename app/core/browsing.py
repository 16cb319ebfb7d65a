"""Which media the picker shows: one view asks Studio for one page of 50, and shows 25 of them.

1. `mine` and `all` are Studio's own search; the second half of its answer is our next page.
2. Studio sorts nothing. What fits into one answer is sorted here, of more its order stays.
3. A collection is read as a whole, 200 media at the most: Studio does not search in one.
4. `shared` is looked for (`shared`): Studio has no list of what is shared with somebody.

What Studio answered is kept for a minute, so that paging and sorting ask for nothing again.
Security: what a person may see here is not what they may use: see `library.check_may_use`.
"""

import unicodedata
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from app.core.recent import Recent
from app.studio.arguments import EMAIL, MOST_PER_PAGE
from app.studio.client import StudioClient
from app.studio.protocol import Page
from app.studio.search import MediaSearch
from app.studio.shapes import Collection, Media

PAGE_SIZE = MOST_PER_PAGE // 2
MOST_OF_COLLECTION = 200
MOST_COLLECTIONS = 200
MOST_COLLECTIONS_LOOKED_AT = 500

Show = Literal["mine", "shared", "all"]
Sort = Literal["newest", "title", "longest"]
T = TypeVar("T")


@dataclass(frozen=True)
class Collections:
    """Collections to choose from. `looked_at` is how many were, where there may be more."""

    items: tuple[Collection, ...]
    looked_at: int | None = None


@dataclass
class Memory:
    """What Studio said lately: searches, media of collections, collections, shares.

    What is not shared with somebody yet may be a moment later.
    """

    searches: Recent[Page[Media]] = field(default_factory=lambda: Recent(60, 64))
    contents: Recent[tuple[Media, ...]] = field(default_factory=lambda: Recent(60, 16))
    collections: Recent[Collections] = field(default_factory=lambda: Recent(300, 64))
    shares: Recent[bool] = field(default_factory=lambda: Recent(600, 5000))
    no_shares: Recent[bool] = field(default_factory=lambda: Recent(60, 5000))


@dataclass(frozen=True)
class Shelf:
    """One Studio account, as one person looks at it.

    `email` is the person's there; None where Studio
    cannot know them. `is_open` says whether they may use all media, `anew` whether they want
    Studio asked again.
    """

    studio: StudioClient
    memory: Memory
    account_id: int
    email: str | None
    is_open: bool
    anew: bool = False

    @property
    def shows(self) -> tuple[Show, ...]:
        """What this person may look at, what is most useful first; empty if it is nothing."""
        own: tuple[Show, ...] = ("mine", "shared") if is_known(self.email) else ()
        return (*own, "all") if self.is_open else own

    def search(self, wanted: MediaSearch, number: int) -> Page[Media]:
        """Give a page of Studio's search, of 50; raises `StudioError`.

        An empty one is not kept: whoever sees nothing adds something, and looks again.
        """
        asked = (self.account_id, wanted, number)
        page = self._recall(
            self.memory.searches,
            asked,
            lambda: self.studio.search(wanted, page=number, per_page=MOST_PER_PAGE),
        )
        if not page.items:
            self.memory.searches.forget(asked)
        return page

    def list_collections(self) -> Collections:
        """Give the collections to choose from: the person's own, or some of all."""
        email = None if self.is_open else (self.email or "").lower()
        asked = (self.account_id, email)
        return self._recall(self.memory.collections, asked, lambda: self._ask(email))

    def _recall(self, memory: Recent[T], asked: Hashable, ask: Callable[[], T]) -> T:
        if self.anew:
            memory.forget(asked)
        return memory.recall(asked, ask)

    def _ask(self, email: str | None) -> Collections:
        most = MOST_COLLECTIONS if email is None else MOST_COLLECTIONS_LOOKED_AT
        every = tuple(self.studio.list_collections(limit=most))
        found = [each for each in every if email is None or is_owner(email, each)]
        return Collections(tuple(found), most if len(every) == most else None)

    def list_contents(self, collection_id: int) -> tuple[Media, ...]:
        """Give the media of a collection, none where it is not this person's to choose."""
        if all(each.id != collection_id for each in self.list_collections().items):
            return ()
        return self._recall(
            self.memory.contents,
            (self.account_id, collection_id),
            lambda: tuple(
                self.studio.list_collection_media(collection_id, limit=MOST_OF_COLLECTION)
            ),
        )


@dataclass(frozen=True)
class Wish:
    """What somebody wants to see. `page` is ours; `search` has no owner, `show` says whose.

    `begin` is where looking for shared media goes on. In what is shared, no collection counts.
    """

    show: Show
    search: MediaSearch
    sort: Sort = "newest"
    collection_id: int | None = None
    page: int = 1
    begin: int = 0


@dataclass(frozen=True)
class View:
    """What there is to see. `total` is None where nobody knows it.

    `is_sorted` says whether the sort that was wished counts. Where shared media were looked for,
    `looked` says how far, and `further` where to go on, if there is more.
    """

    media: tuple[Media, ...]
    total: int | None
    page: int = 1
    has_next: bool = False
    is_sorted: bool = True
    is_cut: bool = False
    looked: int | None = None
    further: int | None = None


def is_known(email: str | None) -> bool:
    """Whether Studio can be asked about somebody with this address."""
    return EMAIL.fullmatch(email or "") is not None


def browse(shelf: Shelf, wish: Wish) -> View:
    """Give what fits; raises `StudioError`. `wish.show` must be one of `shelf.shows`."""
    if wish.collection_id is not None:
        media = shelf.list_contents(wish.collection_id)
        theirs = [each for each in media if wish.show != "mine" or is_owner(shelf.email, each)]
        fitting = [each for each in theirs if _fits(each, wish.search)]
        view = _part(fitting, wish)
        return replace(view, is_cut=len(media) == MOST_OF_COLLECTION)
    mine = {"owner": shelf.email} if wish.show == "mine" else {}
    wanted = wish.search.model_copy(update=mine)
    number, half = divmod(wish.page - 1, 2)
    answer = shelf.search(wanted, number + 1)
    if number == 0 and not answer.may_be_followed(1, len(answer.items)):
        return _part(answer.items, wish)
    items = answer.items[half * PAGE_SIZE :][:PAGE_SIZE]
    if not items and wish.page > 1:
        return browse(shelf, replace(wish, page=1))
    more = len(answer.items) > (half + 1) * PAGE_SIZE
    return View(
        items,
        None if answer.meta is None else answer.meta.total_count,
        wish.page,
        has_next=more or answer.may_be_followed(number + 1, (number + 1) * MOST_PER_PAGE),
        is_sorted=False,
    )


def _part(media: Sequence[Media], wish: Wish) -> View:
    """Give a page of what is there as a whole."""
    found = sort_media(media, wish.sort)
    last = max(1, -(-len(found) // PAGE_SIZE))
    page = min(wish.page, last)
    part = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return View(part, len(found), page, has_next=page < last)


def sort_media(media: Sequence[Media], by: Sort) -> tuple[Media, ...]:
    """Sort media; those that lack what they are sorted by come last."""
    match by:
        case "title":
            found = sorted(media, key=lambda each: (not each.title, _plain(each.title or "")))
        case "longest":
            found = sorted(media, key=lambda each: -(each.duration or 0))
        case _:
            found = sorted(media, key=lambda each: each.created_at or "", reverse=True)
    return tuple(found)


def _fits(media: Media, wanted: MediaSearch) -> bool:
    """Whether a media fits the filters that can be seen in it; a tag cannot."""
    day = (media.created_at or "")[:10]
    return (
        _plain(wanted.title or "") in _plain(media.title or "")
        and (wanted.source is None or wanted.source == media.source)
        and (wanted.start_date is None or day >= wanted.start_date.isoformat())
        and (wanted.end_date is None or "" < day <= wanted.end_date.isoformat())
    )


def _plain(text: str) -> str:
    """Give a text without case and accents, as people look for it."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in parts if not unicodedata.combining(each))


def is_owner(email: str | None, kept: Media | Collection) -> bool:
    """Whether a media, or a collection, is this person's own."""
    owner = kept.owner
    return owner is not None and (owner.email or "").lower() == (email or "").lower()
