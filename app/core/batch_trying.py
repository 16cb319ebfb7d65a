"""A try of one item of a batch, and what an error means for it: later, as a try, or for good."""

import math
import threading
import time
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from app.core import embeds, returned
from app.core.batch_items import Due, Outcome
from app.core.embeds import Embed
from app.db import Database
from app.errors import ServiceError, keep_error
from app.studio.client import StudioClient
from app.studio.errors import (
    MediaNotFoundError,
    StudioAuthorizationError,
    StudioError,
    StudioForbiddenError,
    StudioHeldBackError,
    StudioLostError,
    StudioTimeoutError,
    StudioTokenError,
    StudioUnavailableError,
)
from app.studio.pace import find_trouble
from app.studio.trying import TOO_MANY

MOST_TRIES = 5
FIRST_PAUSE_SECONDS, PAUSES_GROW = 10.0, 2.0
BUSY_SECONDS = 15
TITLES, REFUSED_SECONDS = 1000, 60.0
ASKING_AT_ONCE = 16
DATABASE_AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)
_FROM_WHO_SERVES_NOBODY = (StudioUnavailableError, StudioTimeoutError, StudioLostError)
log = structlog.get_logger()


class Maker:
    """Makes the embeds of items, in any thread."""

    def __init__(self, db: Database, studio: StudioClient) -> None:
        self._db, self._studio = db, studio
        self._titles: dict[int, str] = {}
        self._refused: dict[int, tuple[float, StudioError]] = {}
        self._asking = [threading.Lock() for _ in range(ASKING_AT_ONCE)]

    def attempt(self, item: Due) -> Outcome | ServiceError:
        """Find or make an item's embed; gives the error where all items would meet it.

        Raises only where the database is away.
        """
        try:
            embed, made = returned.ensure_embed(
                self._db,
                lambda: nullcontext(self._studio),
                item.key,
                wait_seconds=0,
                made_by="batch",
                title=self._find_title(item),
            )
        except (StudioAuthorizationError, StudioHeldBackError, StudioTokenError) as error:
            return error
        except ServiceError as error:
            now = datetime.now(UTC)
            return self._find_trouble(item, error, now) or judge(item, error, now)
        except DATABASE_AWAY:
            raise
        except Exception as error:
            log.exception("batch-item-broke", batch=item.batch_id, item=item.number)
            return judge(item, _internal(error), datetime.now(UTC))
        done = {"status": "succeeded", "embed_id": embed.id, "failure": None}
        unheard = embed if not made and _may_be_made_for(item, embed) else None
        return Outcome(item, {**done, "made": made, "done_at": datetime.now(UTC)}, unheard)

    def _find_trouble(
        self, item: Due, error: ServiceError, now: datetime
    ) -> StudioHeldBackError | None:
        """Find whether Studio serves nobody: then its errors say nothing of an item."""
        if not isinstance(error, _FROM_WHO_SERVES_NOBODY):
            return None
        return find_trouble(self._db, item.key.account_id, now)

    def _find_title(self, item: Due) -> str | None:
        """Give the title of an embed to be made; Studio is asked, in turn, where nobody knows."""
        if item.title is not None or embeds.find_embed(self._db, item.key) is not None:
            return item.title
        media_id = item.key.media_id
        with self._asking[media_id % len(self._asking)]:
            title = self._titles.get(media_id)
            if title is None:
                title = self._ask_title(media_id) or f"Media {media_id}"
                if len(self._titles) >= TITLES:
                    self._titles.clear()
                self._titles[media_id] = title
            return title

    def _ask_title(self, media_id: int) -> str | None:
        """Ask Studio; a media that it does not give is not asked for in each of its rows."""
        refused_at, refusal = self._refused.get(media_id, (-math.inf, None))
        if refusal is not None and time.monotonic() - refused_at < REFUSED_SECONDS:
            raise refusal.with_traceback(None)
        try:
            return self._studio.get_media(media_id).title
        except (MediaNotFoundError, StudioForbiddenError) as error:
            if len(self._refused) >= TITLES:
                self._refused.clear()
            self._refused[media_id] = time.monotonic(), error
            raise


def _may_be_made_for(item: Due, embed: Embed) -> bool:
    """Whether a run may have made it for this item, and died before it could write that down."""
    return embed.made_by == "batch" and embed.made_at >= item.batch_since


def _internal(error: Exception) -> ServiceError:
    return ServiceError(
        "internal",
        500,
        "Something went wrong in this service.",
        "Its log has the whole of it, beside `batch-item-broke`.",
        log=type(error).__name__,
    )


def judge(item: Due, error: ServiceError, now: datetime) -> Outcome:
    """Decide what an error means for its item: later, at no cost or as a try, or for good."""
    columns: dict[str, Any] = {"status": "pending", "failure": keep_error(error)}
    if error.slug == "embed-busy" or _is_too_many(error):
        columns["due_at"] = now + timedelta(seconds=BUSY_SECONDS)
        return Outcome(item, columns)
    if error.status >= 500 and item.tries + 1 < MOST_TRIES:
        pause = FIRST_PAUSE_SECONDS * PAUSES_GROW**item.tries
        columns |= {"due_at": now + timedelta(seconds=pause), "tries": item.tries + 1}
        return Outcome(item, columns)
    where = {"batch": item.batch_id, "item": item.number}
    log.warning("batch-item-failed", **where, code=error.slug, why=error.log)
    return Outcome(item, {**columns, "status": "failed", "done_at": now})


def _is_too_many(error: ServiceError) -> bool:
    return isinstance(error, StudioUnavailableError) and error.answered == TOO_MANY
