"""The picker: an instructor finds media, picks some, and says how each is to be shown.

One form is all: it carries the session, what is looked for, and what is picked. Whatever Studio
does, the form stays. Not here: what becomes of the picks (`/lti/picker/insert`, `…/cancel`).
"""

from dataclasses import dataclass, replace
from typing import Any

import structlog
from flask import Response, make_response, render_template, request

from app.core import browsing, choices, embed_lists, media_facts
from app.core.browsing import Shelf, Show, View
from app.core.choices import Choice
from app.core.content_items import SIZES
from app.core.shared import look_for_shared
from app.errors import ServiceError
from app.locks import BusyError
from app.lti import picker_form, policy, refusals, session
from app.lti.captions import say_captions
from app.lti.picker_form import SORTS, SOURCES, Asked
from app.lti.picker_rows import make_rows
from app.lti.picks import MOST_PICKS
from app.lti.session import Visit
from app.outside import Outside
from app.studio.errors import StudioError
from app.studio.shapes import Collection
from app.texts import Said

log = structlog.get_logger()

FIRST_SECONDS = 4.0
LONGEST_SECONDS = 8.0
FRAME_HEIGHT = 900


def show(outside: Outside) -> Response:
    """Answer the picker's form."""
    token, visit = session.read_instructor(outside)
    return render(outside, token, visit)


@dataclass(frozen=True)
class Found:
    """What a view brought; `trouble` is why there is nothing, where Studio did not serve."""

    show: Show | None
    view: View | None = None
    collections: tuple[Collection, ...] | None = None
    trouble: ServiceError | None = None


def render(
    outside: Outside,
    token: str,
    visit: Visit,
    *,
    notice: Said | None = None,
    seconds: float = LONGEST_SECONDS,
) -> Response:
    """Show the picker as its form says, with `notice` above all; Studio has so many seconds."""
    asked, account = picker_form.read_asked(), outside.account(visit.account_id)
    is_open = outside.settings.studio_library == "all"
    with outside.patient_studio(account, seconds) as studio:
        shelf = Shelf(studio, outside.studio_memory, account.id, visit.email, is_open)
        found = _find(shelf, asked)
    several = visit.picking is None or visit.picking.accept_multiple
    last = choices.find_choice(outside.db, account.id, visit.course_id) or Choice()
    picked, too_many = picker_form.read_picked(last, several=several)
    _let_load(outside)
    page = render_template(
        "picker.html",
        session=token,
        visit=visit,
        asked=asked,
        found=found,
        view=found.view,
        several=several,
        last=last,
        notice=notice or too_many,
        studio_url=account.url,
        shows=shelf.shows,
        rows=_rows(outside, visit, found.view),
        picks=_tray(outside, visit, picked),
        picked_ids=[pick.media_id for pick in picked],
        sources=SOURCES,
        sorts=SORTS,
        sizes=SIZES,
        most=MOST_PICKS if several else 1,
        frame_height=FRAME_HEIGHT,
    )
    return make_response(page)


def _find(shelf: Shelf, asked: Asked) -> Found:
    """Find what is asked for; what Studio cannot do is told, and nothing else is lost by it."""
    if not shelf.shows:
        return Found(None)
    show = asked.show if asked.show in shelf.shows else shelf.shows[0]
    found = Found(show)
    if asked.faults:
        return found
    wish = asked.wish(show)
    try:
        is_looking = show == "shared" and wish.collection_id is None
        look = look_for_shared if is_looking else browsing.browse
        found = replace(found, view=look(shelf, wish))
        if asked.wants_collections or wish.collection_id is not None:
            found = replace(found, collections=shelf.list_collections())
    except BusyError:
        return replace(found, trouble=refusals.studio_busy())
    except StudioError as error:
        log.warning("the picker shows nothing", code=error.slug, why=error.log)
        return replace(found, trouble=error)
    return found


def _rows(outside: Outside, visit: Visit, view: View | None) -> list[Any]:
    """Give the rows of a view, with what is known here of their media."""
    media = () if view is None else view.media
    ids = [each.id for each in media]
    facts = media_facts.find_facts(outside.db, visit.account_id, ids)
    there = embed_lists.list_embedded(outside.db, visit.account_id, visit.course_id, ids)
    insecure = outside.settings.allow_insecure_urls
    return make_rows(media, facts, there, insecure=insecure)


def _tray(outside: Outside, visit: Visit, picked: Any) -> list[dict[str, Any]]:
    """Give what is picked, with the titles under which it was."""
    facts = media_facts.find_facts(outside.db, visit.account_id, [pick.media_id for pick in picked])
    return [
        {
            "pick": pick,
            "title": _title(pick.media_id, facts),
            "captions": say_captions(facts.get(pick.media_id)),
            "start": request.form.get(f"start_at-{pick.media_id}", "")[:16],
        }
        for pick in picked
    ]


def _title(media_id: int, facts: dict[int, media_facts.Facts]) -> str:
    """Give what a picked media is called; the button that picked it said so, or Studio did."""
    shown = picker_form.read_shown_title(media_id)
    known = facts.get(media_id)
    return shown or (known.title if known else None) or ""


def _let_load(outside: Outside) -> None:
    """Let the page show pictures and play files of Studio's hosts, whose names nobody knows."""
    schemes = ("https", "http") if outside.settings.allow_insecure_urls else ("https",)
    sources = " ".join(f"{scheme}:" for scheme in schemes)
    policy.let_load(img=sources, media=sources, connect="'self'")
