"""How an API request names a media, and what it is told when that is wrong or not allowed."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import ValidationError

from sandbox.studio.media import Media
from sandbox.studio.operations import ApiError
from sandbox.studio.people import Person, includes
from sandbox.studio.search import Paging
from sandbox.studio.state import current_studio

PREFIX = "/api/public/v1"
_LARGEST = 2**63 - 1  # ids are int64

Query = TypeVar("Query", bound=Paging)


def media_for_lookup(media_id: str, permission: str) -> Media:
    """Give the media, or 404 for whatever is not the id of one; 403 without the permission."""
    number = find_number(media_id)
    media = None if number is None else current_studio().catalogue.find(number)
    if media is None:
        raise ApiError(404, "The media ID was not found.")
    if not _may(current_studio().caller, permission, media):
        raise ApiError(403, "You are not allowed to do this with this media.")
    return media


def media_or_422(media_id: str, permission: str) -> Media:
    """Give the media; 422 for what cannot be an id, else as `media_for_lookup`."""
    return media_for_lookup(str(number_or_422("media_id", media_id)), permission)


def number_or_422(name: str, text: str) -> int:
    """Give the number in an address; 422 for what cannot be an id."""
    number = find_number(text)
    if number is None:
        raise ApiError(422, f"Invalid {name} is provided.")
    return number


def read_query(model: type[Query], parameters: Mapping[str, str]) -> Query:
    """Read a query's parameters, or refuse with 422."""
    try:
        return model.model_validate(dict(parameters))
    except ValidationError as error:
        raise ApiError(422, readable(error)) from error


def readable(error: ValidationError) -> str:
    """Say in one line what is wrong with a body."""
    return "; ".join(
        f"{'.'.join(str(part) for part in found['loc']) or 'body'}: {found['msg']}"
        for found in error.errors(include_url=False, include_input=False)
    )


def find_number(text: str) -> int | None:
    """Give the number, or None for what cannot be an id."""
    if not (text.isascii() and text.isdigit()) or len(text) > 19:
        return None
    number = int(text)
    return number if 0 < number <= _LARGEST else None


def _may(caller: Person, permission: str, media: Media) -> bool:
    """Say whether the caller may; `own` is more than any share gives."""
    if caller.is_admin or caller.id == media.owner.id:
        return True
    users = current_studio().catalogue.list_users(media)
    return permission != "own" and any(
        person.id == caller.id and includes(most, permission) for person, most in users
    )
