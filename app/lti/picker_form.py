"""The picker's form, read: what is looked for, and what was picked, with what was done to it.

Every field goes from page to page with the form. Its buttons are fields, too, so that all works
without a script: `search` begins anew, `clear` without filters, `goto` and `further` lead on,
`add`, `drop`, `up` and `down` change what is picked.
Not here: the fields of each pick (`picks`).
"""

from dataclasses import dataclass, field
from datetime import date
from typing import get_args

from flask import request

from app.core.browsing import Show, Sort, Wish
from app.inputs import printable, read_positive
from app.lti.claims import LONGEST_TITLE
from app.lti.picks import MOST_PICKS, Pick, read_picks
from app.studio.arguments import LARGEST_PAGE, MOST_PER_PAGE
from app.studio.search import MediaSearch
from app.texts import Said, say

SOURCES = {
    "upload": say("Uploaded"),
    "screen_capture": say("Screen recording"),
    "webcam_capture": say("Webcam recording"),
    "zoom": say("Zoom"),
    "youtube": say("YouTube"),
    "vimeo": say("Vimeo"),
}
"""Studio's words for where a media comes from; its reference page lost the list."""
SORTS: dict[Sort, Said] = {
    "newest": say("Newest first"),
    "title": say("Title"),
    "longest": say("Longest first"),
}

LAST = LARGEST_PAGE * MOST_PER_PAGE


@dataclass(frozen=True)
class Asked:
    """What the form asks for, as it was written; `faults` are by field.

    `so_far` is how many shared media were found before `begin`. `anew` asks Studio again, whatever
    is remembered.
    """

    show: Show | None
    title: str = ""
    tag: str = ""
    since: str = ""
    until: str = ""
    source: str = ""
    collection_id: int | None = None
    sort: Sort = "newest"
    page: int = 1
    begin: int = 0
    so_far: int = 0
    anew: bool = False
    wants_collections: bool = False
    faults: dict[str, Said] = field(default_factory=dict)

    @property
    def has_more_filters(self) -> bool:
        """Whether a filter is set that is folded away."""
        return bool(self.tag or self.since or self.until or self.source or self.collection_id)

    @property
    def has_filters(self) -> bool:
        """Whether anything narrows down what is shown."""
        return bool(self.title) or self.has_more_filters

    def wish(self, show: Show) -> Wish:
        """Give what is to be shown; there must be no `faults`."""
        search = MediaSearch(
            title=self.title or None,
            tag=self.tag or None,
            start_date=_day(self.since),
            end_date=_day(self.until),
            source=self.source or None,
        )
        return Wish(show, search, self.sort, self.collection_id, self.page, self.begin)


def read_asked() -> Asked:
    """Read what is looked for."""
    show, sort = request.form.get("show"), request.form.get("sort")
    shown: Show | None = next((each for each in get_args(Show) if each == show), None)
    sorted_by: Sort = next((each for each in SORTS if each == sort), "newest")
    if "clear" in request.form:
        return Asked(shown, sort=sorted_by)
    since, until = _text("since"), _text("until")
    starts = "search" in request.form
    further = "further" in request.form
    own = shown != "shared"  # in what is shared, no collection counts
    return Asked(
        shown,
        title=_text("title"),
        tag=_text("tag"),
        since=since,
        until=until,
        source=source if (source := _text("source")) in SOURCES else "",
        collection_id=read_positive(_text("collection")) if own else None,
        sort=sorted_by,
        page=1 if starts else _number("goto", "page", LARGEST_PAGE) or 1,
        begin=0 if starts else _number("further", "begin", LAST),
        so_far=0 if starts else _number("so_far", "", LAST) + further * _number("here", "", LAST),
        anew="again" in request.form,
        wants_collections=bool(_text("collections")) and own,
        faults=_faults(since, until),
    )


def read_picked(new: Pick, *, several: bool) -> tuple[tuple[Pick, ...], Said | None]:
    """Read what is picked after what was done; and what to say where it could not be done.

    What is added is shown like `new`.
    """
    found = list(read_picks())[: None if several else 1]
    places = {pick.media_id: place for place, pick in enumerate(found)}
    for name, step in (("up", -1), ("down", 1)):
        place = places.get(read_positive(_text(name)) or 0)
        if place is not None and 0 <= place + step < len(found):
            found.insert(place + step, found.pop(place))
    dropped, added = read_positive(_text("drop")), read_positive(_text("add"))
    found = [pick for pick in found if pick.media_id != dropped]
    if added is None or added in places:
        return tuple(found), None
    pick = new.model_copy(update={"media_id": added})
    if not several:
        return (pick,), None
    if len(found) == MOST_PICKS:
        return tuple(found), say("You can pick {most} videos at most.", most=MOST_PICKS)
    return (*found, pick), None


def read_shown_title(media_id: int) -> str:
    """Read the title under which a media was picked: the form keeps it, to be shown again."""
    return _text(f"shown-{media_id}")


def _faults(since: str, until: str) -> dict[str, Said]:
    days = {"since": _day(since), "until": _day(until)}
    written = {"since": since, "until": until}
    faults = {
        name: say("Write the date like this: 2026-03-01.")
        for name in days
        if written[name] and days[name] is None
    }
    if days["since"] and days["until"] and days["until"] < days["since"]:
        faults["until"] = say("This is before the first date.")
    return faults


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _number(pressed: str, kept: str, largest: int) -> int:
    """Read a number from the button that was pressed, else from the hidden field."""
    return min(read_positive(_text(pressed) or _text(kept)) or 0, largest)


def _text(name: str) -> str:
    return printable(request.form.get(name, "")[:LONGEST_TITLE]).strip()
