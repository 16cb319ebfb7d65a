"""Perspectives: the places where a media is, one in its owner's own collection and one a course.

Archiving a media archives them too: then there are none.
"""

from uuid import UUID

from sandbox.studio.collection import Collection, course_name
from sandbox.studio.embeds import Embed
from sandbox.studio.media import Media
from sandbox.studio.state import Studio

_PLACES = 100_000
"""More places no media has: a perspective's id is made of the media's and the place."""
_UUIDS_FROM = UUID("5a4d0b0e-1c2d-4e5f-8000-000000000000").int


def shown(media: Media, studio: Studio) -> dict[str, object]:
    """Give the media as Studio shows it alone: with the collection that it is in."""
    home = studio.collections.get_home(media.owner, media.collection_id)
    return {**media.as_json(studio.settings.url), "collection": home.as_json()}


def perspectives_of(media: Media, studio: Studio) -> list[dict[str, object]]:
    """List the media's perspectives with their collections and embeds."""
    if media.is_archived:
        return []
    home = studio.collections.get_home(media.owner, media.collection_id)
    return [_perspective(media, 0, home, []), *_in_courses(media, studio)]


def perspectives_in(course_id: int, studio: Studio) -> list[dict[str, object]]:
    """List the perspectives that are in a course."""
    found = (studio.catalogue.find(one) for one in studio.embeds.list_media_ids(course_id))
    return [
        perspective
        for media in found
        if media is not None
        for perspective in _in_courses(media, studio, course_id)
    ]


def find_place(perspective_uuid: str) -> tuple[int, int] | None:
    """Give the media's id and the place of what may be a perspective, or None."""
    try:
        number = UUID(perspective_uuid).int - _UUIDS_FROM
    except ValueError:
        return None
    return divmod(number, _PLACES) if 0 < number < 2**60 else None


def courses_of(media: Media, studio: Studio) -> list[dict[str, object]]:
    """List the courses that have the media."""
    courses = [] if media.is_archived else studio.embeds.list_by_course(media.id)
    return [
        {"id": course_id, "course_id": course_id, "name": course_name(course_id)}
        for course_id in courses
    ]


def _in_courses(media: Media, studio: Studio, only: int | None = None) -> list[dict[str, object]]:
    collections = studio.collections.of_courses()
    embeds = studio.embeds.list_by_course(media.id)
    return [
        _perspective(media, place, collections[course_id], made)
        for place, (course_id, made) in enumerate(embeds.items(), 1)
        if only in (None, course_id)
    ]


def _perspective(
    media: Media, place: int, collection: Collection, made: list[Embed]
) -> dict[str, object]:
    number = media.id * _PLACES + place
    return {
        "id": number,
        "uuid": str(UUID(int=_UUIDS_FROM + number)),
        "title": media.title,
        "media_id": media.id,
        "collection": collection.as_json(),
        "embeds": [embed.as_json() for embed in made],
    }
