"""How an API request names a media, and what it is told when that is wrong."""

from pydantic import ValidationError

from sandbox.studio.media import Media
from sandbox.studio.operations import ApiError
from sandbox.studio.state import current_studio

PREFIX = "/api/public/v1"
_LARGEST = 2**63 - 1  # media ids are int64


def media_for_lookup(media_id: str) -> Media:
    """Give the media, or 404 for whatever is not the id of one."""
    number = _find_number(media_id)
    media = None if number is None else current_studio().catalogue.find(number)
    if media is None:
        raise ApiError(404, "The media ID was not found.")
    return media


def media_or_422(media_id: str) -> Media:
    """Give the media; 422 for what cannot be an id, 404 for an unknown one."""
    if _find_number(media_id) is None:
        raise ApiError(422, "Invalid media_id is provided.")
    return media_for_lookup(media_id)


def readable(error: ValidationError) -> str:
    """Say in one line what is wrong with a body."""
    return "; ".join(
        f"{'.'.join(str(part) for part in found['loc']) or 'body'}: {found['msg']}"
        for found in error.errors(include_url=False, include_input=False)
    )


def _find_number(media_id: str) -> int | None:
    if not (media_id.isascii() and media_id.isdigit()) or len(media_id) > 19:
        return None
    number = int(media_id)
    return number if 0 < number <= _LARGEST else None
