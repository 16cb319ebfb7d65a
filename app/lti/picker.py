"""The picker: an instructor finds media, picks some, and says how each is to be shown.

One form is all: it carries the session, what is looked for, and what is picked. Whatever Studio
does, the form stays. Not here: what becomes of the picks (`/lti/picker/insert`, `…/cancel`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import structlog
from flask import Response, make_response, render_template, request

from app.core import browsing, choices, embed_lists, library, media_facts
from app.core.browsing import Collections, Shelf, Show, View
from app.core.choices import Choice
from app.core.content_items import SIZES
from app.core.shared import look_for_shared, may_look
from app.errors import ServiceError
from app.locks import BusyError
from app.lti import picker_form, policy, refusals, session
from app.lti.picker_form import SORTS, SOURCES, Asked
from app.lti.picker_rows import make_rows
from app.lti.picks import MOST_PICKS, Pick
from app.lti.session import Visit
from app.outside import Outside
from app.studio.client import StudioClient
from app.studio.errors import StudioError
from app.texts import Said

log = structlog.get_logger()

FIRST_SECONDS = 4.0
LONGEST_SECONDS = 8.0
FRAME_HEIGHT = 900
T = TypeVar("T")


def show(outside: Outside) -> Response:
    """Answer the picker's form."""
    token, visit = session.read_instructor(outside)
    return render(outside, token, visit)


@dataclass(frozen=True)
class Found:
    """What Studio gave, and where it did not serve, why there is nothing."""

    show: Show | None
    view: View | None = None
    trouble: ServiceError | None = None
    collections: Collections | None = None
    no_collections: ServiceError | None = None


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
    with outside.patient_studio(account, seconds) as studio:
        shelf = _shelf(outside, visit, studio, asked)
        found = _find(shelf, asked)
    several = visit.picking is None or visit.picking.accept_multiple
    new = _begin_pick(outside, visit, several=several)
    picked, too_many = picker_form.read_picked(new, several=several)
    rows = _rows(outside, visit, found.view)
    _let_load(outside)
    page = render_template(
        "picker.html",
        session=token,
        visit=visit,
        asked=asked,
        found=found,
        view=found.view,
        several=several,
        new=new,
        notice=notice or too_many,
        studio_url=account.url,
        shows=shelf.shows,
        why_unknown=library.WHY_UNKNOWN[visit.unknown or "none"],
        rows=rows,
        picks=_tray(picked, {row.media_id: row.captions for row in rows}),
        sources=SOURCES,
        sorts=SORTS,
        sizes=SIZES,
        most=MOST_PICKS if several else 1,
        frame_height=FRAME_HEIGHT,
    )
    return make_response(page)


def _shelf(outside: Outside, visit: Visit, studio: StudioClient, asked: Asked) -> Shelf:
    is_open = outside.settings.studio_library == "all"
    memory = outside.studio_memory
    return Shelf(studio, memory, visit.account_id, visit.email, is_open, asked.anew)


def _find(shelf: Shelf, asked: Asked) -> Found:
    """Find what is asked for; what Studio cannot do is told, and nothing else is lost by it."""
    if not shelf.shows:
        return Found(None)
    show = asked.show if asked.show in shelf.shows else shelf.shows[0]
    if asked.faults:
        return Found(show)
    wish, found = asked.wish(show), Found(show)
    if show != "shared":
        view, trouble = _try(lambda: browsing.browse(shelf, wish))
        found = replace(found, view=view, trouble=trouble)
    elif may_look(wish.search):
        view, trouble = _try(lambda: look_for_shared(shelf, wish))
        found = replace(found, view=view, trouble=trouble)
    if asked.wants_collections or asked.collection_id is not None:
        collections, trouble = _try(replace(shelf, anew=False).list_collections)
        found = replace(found, collections=collections, no_collections=trouble)
    return found


def _try(ask: Callable[[], T]) -> tuple[T | None, ServiceError | None]:
    """Give what Studio answers, or what to tell in its place."""
    try:
        return ask(), None
    except BusyError:
        return None, refusals.studio_busy()
    except StudioError as error:
        log.warning("the picker shows nothing", code=error.slug, why=error.log)
        return None, error


def _begin_pick(outside: Outside, visit: Visit, *, several: bool) -> Pick:
    """Give how the next pick begins: as the last one of the course was, with the LMS's title."""
    last = choices.find_choice(outside.db, visit.account_id, visit.course_id) or Choice()
    title = visit.picking.title if visit.picking and not several else None
    return Pick(media_id=0, title=title, **last.model_dump())


def _rows(outside: Outside, visit: Visit, view: View | None) -> list[Any]:
    """Give the rows of a view, with what is known here of their media."""
    media = () if view is None else view.media
    ids = [each.id for each in media]
    facts = media_facts.find_facts(outside.db, visit.account_id, ids)
    there = embed_lists.list_embedded(outside.db, visit.account_id, visit.course_id, ids)
    insecure = outside.settings.allow_insecure_urls
    return make_rows(media, facts, there, insecure=insecure)


def _tray(picked: tuple[Pick, ...], captions: dict[int, Said | None]) -> list[dict[str, Any]]:
    """Give what is picked, with the titles under which it was.

    Security: the form may name any media, so nothing is told but what the form itself has, and
    the captions of rows that Studio just showed to this person.
    """
    return [
        {
            "pick": pick,
            "title": picker_form.read_shown_title(pick.media_id),
            "captions": captions.get(pick.media_id),
            "start": request.form.get(f"start_at-{pick.media_id}", "")[:16],
        }
        for pick in picked
    ]


def _let_load(outside: Outside) -> None:
    """Let the page show pictures and play files of Studio's hosts, whose names nobody knows."""
    schemes = ("https", "http") if outside.settings.allow_insecure_urls else ("https",)
    sources = " ".join(f"{scheme}:" for scheme in schemes)
    policy.let_load(img=sources, media=sources, connect="'self'")
