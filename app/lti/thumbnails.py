"""Pictures for links into a course: nice to have, so nothing fails or waits long for one."""

import structlog

from app.core import media_facts
from app.errors import ServiceError
from app.locks import BusyError
from app.lti.making_picks import side_by_side
from app.lti.session import Visit
from app.outside import Outside

SECONDS = 3.0

log = structlog.get_logger()


def find_thumbnails(outside: Outside, visit: Visit, media_ids: list[int]) -> dict[int, str | None]:
    """Find the pictures of some media, by their numbers; Studio is asked where it never told."""
    facts = media_facts.find_facts(outside.db, visit.account_id, media_ids)
    known = {media_id: fact.thumbnail_url for media_id, fact in facts.items()}
    unknown = [media_id for media_id in media_ids if media_id not in known]
    if not unknown:
        return known
    studio = outside.studio(outside.account(visit.account_id)).within(SECONDS)

    def ask(media_id: int) -> str | None:
        try:
            return studio.get_media(media_id).thumbnail_url
        except ServiceError as error:
            log.info("no-thumbnail", code=error.slug, why=error.log)
            return None

    try:
        with outside.patient_seat():
            return known | dict(zip(unknown, side_by_side(ask, unknown), strict=True))
    except BusyError:
        return known
