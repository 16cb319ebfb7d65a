"""A media before it is picked: it plays, and its captions are told.

Security: in `STUDIO_LIBRARY=own` nothing is told of a media that is neither this instructor's
nor shared with them. The file's address lets whoever has it watch for a while: it is in this
answer only.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from flask import Response, current_app, jsonify, make_response, render_template, request

from app.core import library, media_facts
from app.core.media_facts import Facts
from app.errors import ServiceError
from app.inputs import may_be_loaded, origin_of, read_positive
from app.locks import BusyError
from app.lti import policy, refusals, session
from app.lti.captions import say_captions
from app.lti.inserting import HINTS
from app.lti.session import Visit
from app.outside import Outside
from app.studio.client import StudioClient
from app.studio.shapes import Source
from app.texts import say

log = structlog.get_logger()

LONGEST_SECONDS = 8.0
PLAYED = ("video/mp4", "video/webm", "audio/mp4", "audio/mpeg")
"""What every browser plays, the most certain first."""
AS_GOOD = ("medium", "high", "low", "highest")
"""Qualities in the order in which a preview wants them."""


def show(outside: Outside) -> Response:
    """Show one media, playing; the page's form leads back to the list as it was."""
    _, visit = session.read_instructor(outside)
    media_id = _read_media_id()
    facts, source, trouble = None, None, None
    try:
        with _studio(outside, visit, media_id) as studio:
            facts = _facts(outside, studio, visit, media_id)
            sources = studio.list_sources(media_id)
        source = find_played(sources, allow_insecure=outside.settings.allow_insecure_urls)
    except ServiceError as error:
        log.warning("no preview", code=error.slug, why=error.log)
        trouble = error
    if source is not None:
        policy.let_load(media=origin_of(source.url or "") or "'none'")
    page = render_template(
        "preview.html",
        media_id=media_id,
        facts=facts,
        captions=say_captions(facts),
        source=source,
        trouble=trouble,
        hints=HINTS,
        kept=[pair for pair in request.form.items(multi=True) if pair[0] != "media"],
    )
    return make_response(page)


def tell_facts(outside: Outside) -> Response:
    """Tell which captions a media has, for the script of the picker."""
    _, visit = session.read_instructor(outside)
    media_id = _read_media_id()
    is_open = outside.settings.studio_library == "all"
    facts = _find_facts(outside, visit, media_id) if is_open else None
    if facts is None:
        with _studio(outside, visit, media_id) as studio:
            facts = _facts(outside, studio, visit, media_id)
    said = say_captions(facts)
    return jsonify(captions=current_app.jinja_env.filters["said"](said))


def find_played(sources: tuple[Source, ...], *, allow_insecure: bool) -> Source | None:
    """Find the file to play: one that browsers play, at an address that a page may load."""
    fitting = [
        each
        for each in sources
        if (each.mime_type or "").lower() in PLAYED
        and may_be_loaded(each.url, insecure=allow_insecure)
    ]
    return min(fitting, key=_rank, default=None)


def _rank(source: Source) -> tuple[int, int]:
    quality = source.definition or ""
    good = AS_GOOD.index(quality) if quality in AS_GOOD else len(AS_GOOD)
    return PLAYED.index((source.mime_type or "").lower()), good


@contextmanager
def _studio(outside: Outside, visit: Visit, media_id: int) -> Iterator[StudioClient]:
    """Give a client for a media that this person may look at."""
    try:
        account = outside.account(visit.account_id)
        with outside.patient_studio(account, LONGEST_SECONDS) as studio:
            if outside.settings.studio_library == "own":
                library.check_may_use(studio, media_id, visit.email, visit.unknown)
            yield studio
    except BusyError:
        raise refusals.studio_busy() from None


def _facts(outside: Outside, studio: StudioClient, visit: Visit, media_id: int) -> Facts:
    known = _find_facts(outside, visit, media_id)
    return known or media_facts.ask_facts(outside.db, studio, visit.account_id, media_id)


def _find_facts(outside: Outside, visit: Visit, media_id: int) -> Facts | None:
    return media_facts.find_facts(outside.db, visit.account_id, [media_id]).get(media_id)


def _read_media_id() -> int:
    media_id = read_positive(request.form.get("media", ""))
    if media_id is None:
        raise refusals.odd_parameter("media", say("the number of a video in Studio"))
    return media_id
