"""Media by title and owner, or by tag: Studio is asked for each of them once."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from app.core.batch_making import MOST_ITEMS
from app.core.plans.patience import Patience
from app.inputs import printable
from app.studio.client import StudioClient
from app.studio.errors import StudioArgumentError
from app.studio.search import LONGEST_TEXT, read_search
from app.studio.shapes import Media

MOST_NAMED = 2


@dataclass(frozen=True)
class Titled:
    """The one media of an owner, by their e-mail address, that has exactly this title."""

    title: str
    owner: str


@dataclass(frozen=True)
class Tagged:
    """All media that have this tag, up to one more than a plan may have."""

    tag: str


@dataclass(frozen=True)
class Found:
    """A media, and its title in Studio."""

    id: int
    title: str | None


@dataclass(frozen=True)
class Missing:
    """Why nothing, or more than one, was found; `column` is where it is mended."""

    column: str
    problem: str
    remedy: str


class Library:
    """The media of one Studio account; `studio` is a patient client.

    Without `patience` a Studio that does not serve is an error at once.
    """

    def __init__(self, studio: StudioClient, patience: Patience | None = None) -> None:
        self._studio, self._patience = studio, patience
        self._answers: dict[Titled | Tagged, tuple[Found, ...] | Missing] = {}

    def find(self, named: Titled | Tagged) -> tuple[Found, ...] | Missing:
        """Find media; raises `StudioError` where Studio does not answer."""
        if (known := self._answers.get(named)) is not None:
            return known

        def find() -> tuple[Found, ...] | Missing:
            match named:
                case Titled():
                    return self._find_titled(named)
                case Tagged():
                    return self._find_tagged(named)

        answer = find() if self._patience is None else self._patience.ask(find)
        self._answers[named] = answer
        return answer

    def _find_titled(self, named: Titled) -> tuple[Found, ...] | Missing:
        exact: list[Media] = []
        like: list[Media] = []
        try:
            for title in _spell(named.title):
                exact, others = self._search(title, named.owner)
                like = like or others
                if exact:
                    break
        except StudioArgumentError as error:
            fault = error.faults[0]
            column = "owner" if fault.field == "owner" else "media_title"
            return Missing(column, f"Studio cannot be asked for this: {fault.message}.", "")
        if len(exact) == 1:
            return (Found(exact[0].id, exact[0].title),)
        return _several(exact) if exact else _none(named, like)

    def _search(self, title: str, owner: str) -> tuple[list[Media], list[Media]]:
        """Give the media of exactly this title, however written, and some that are like it."""
        like: list[Media] = []
        exact: list[Media] = []
        for media in self._studio.list_media(read_search({"title": title, "owner": owner})):
            if _exact(media.title) == _exact(title):
                exact.append(media)
            elif len(like) < MOST_NAMED:
                like.append(media)
            if len(exact) > MOST_NAMED:
                break
        return exact, like

    def _find_tagged(self, named: Tagged) -> tuple[Found, ...] | Missing:
        try:
            wanted = read_search({"tag": named.tag})
        except StudioArgumentError as error:
            told = f"Studio cannot be asked for this: {error.faults[0].message}."
            return Missing("tag", told, "")
        listed = self._studio.list_media(wanted, limit=MOST_ITEMS + 1)
        found = tuple(Found(media.id, media.title) for media in listed)
        return found or Missing(
            "tag",
            f"No media has the tag “{named.tag}”.",
            "Write the whole name of the tag, as Studio shows it.",
        )


def _spell(title: str) -> Iterable[str]:
    """Give the ways in which Studio may write a title, the likeliest first.

    It compares letter by letter: a blank may be doubled or a no-break one there, é an e and an
    accent. What is too long to be asked for is no title there.
    """
    plain = _exact(title)
    others = (printable(title).strip(), unicodedata.normalize("NFD", plain))
    return dict.fromkeys((plain, *(other for other in others if len(other) <= LONGEST_TEXT)))


def _exact(title: str | None) -> str:
    """Give a title without what nobody sees: blanks at its ends or doubled, ways to write é."""
    return " ".join(unicodedata.normalize("NFC", title or "").split())


def _several(found: list[Media]) -> Missing:
    ids = ", ".join(str(media.id) for media in found[:MOST_NAMED])
    more = " and more" if len(found) > MOST_NAMED else ""
    return Missing(
        "media_title",
        f"Several media have this title and owner: {ids}{more}.",
        "Write the number of the right one as media_id.",
    )


def _none(named: Titled, like: list[Media]) -> Missing:
    problem = f"{named.owner} has no media “{named.title}”."
    if like:
        told = " or ".join(f"“{media.title}” ({media.id})" for media in like)
        return Missing("media_title", problem, f"Is {told} meant?")
    search = f"`flask media search --owner {named.owner}` lists those that are there."
    return Missing("media_title", problem, search)
