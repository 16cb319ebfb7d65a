"""Make the embeds of what was picked, some side by side, within the time that a page may take.

Studio is called as a launch calls it. What is there already needs neither Studio nor a seat, so
whoever tries again goes on where it stopped. Nothing is begun so late that it could not end.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from app.core import embeds, library
from app.core.embeds import Embed, EmbedKey
from app.errors import ServiceError
from app.locks import BusyError
from app.lti import refusals
from app.lti.picks import Pick
from app.lti.session import Visit
from app.outside import Outside
from app.studio.client import StudioClient

SIDE_BY_SIDE = 4
BEGIN_SECONDS = 10.0
ALL_SECONDS = 20.0

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Outcome:
    """What became of a pick: its embed, or an error; neither where its turn did not come."""

    pick: Pick
    embed: Embed | None = None
    error: ServiceError | None = None


def make_embeds(outside: Outside, visit: Visit, chosen: tuple[Pick, ...]) -> list[Outcome]:
    """Find or make the embed of each pick, in their order.

    Security: the visit must be an instructor's.
    """
    known = [Outcome(pick, embeds.find_embed(outside.db, _key(visit, pick))) for pick in chosen]
    missing = [outcome.pick for outcome in known if outcome.embed is None]
    if not missing:
        return known
    try:
        with outside.seats.taken():
            made = side_by_side(_maker(outside, visit), missing)
    except BusyError:
        made = [Outcome(pick, error=refusals.studio_busy()) for pick in missing]
    by_media = {outcome.pick.media_id: outcome for outcome in made}
    return [by_media.get(outcome.pick.media_id, outcome) for outcome in known]


def side_by_side(do: Callable[[T], R], each: list[T]) -> list[R]:
    """Do something for each, a few at a time; gives the results in their order."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        # The threads log under the reference of this request.
        begun = [pool.submit(copy_context().run, do, one) for one in each]
        return [future.result() for future in begun]


def _maker(outside: Outside, visit: Visit) -> Callable[[Pick], Outcome]:
    studio = outside.studio(outside.account(visit.account_id)).within(ALL_SECONDS)
    since, last_begin = datetime.now(UTC), time.monotonic() + BEGIN_SECONDS
    asks = outside.settings.studio_library == "own"

    def make(pick: Pick) -> Outcome:
        def check_permitted(client: StudioClient) -> None:
            if asks:
                library.check_may_use(client, pick.media_id, visit.email, visit.unknown)

        left = last_begin - time.monotonic()
        if left < 0:
            return Outcome(pick)
        try:
            embed = embeds.ensure_embed(
                outside.db,
                studio,
                _key(visit, pick),
                check_permitted,
                made_by="picker",
                since=since,
                wait_seconds=left,
            )
        except BusyError:
            return Outcome(pick)
        except ServiceError as error:
            return Outcome(pick, error=error)
        return Outcome(pick, embed)

    return make


def _key(visit: Visit, pick: Pick) -> EmbedKey:
    what = (pick.media_id, visit.course_id, pick.embed_type, pick.downloadable)
    return EmbedKey(visit.account_id, *what)
