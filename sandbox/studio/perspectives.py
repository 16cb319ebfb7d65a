"""Perspectives: the places where a media is, one in its owner's own collection and one a course.

Archiving a media archives them too: then there are none.
"""

from uuid import NAMESPACE_URL, uuid5

from sandbox.studio.collection import Collection, course_name
from sandbox.studio.embeds import Embed
from sandbox.studio.media import Media
from sandbox.studio.state import Studio

_PLACES = 1000
"""More places no media has: a perspective's id is made of the media's and the place."""


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


def courses_of(media: Media, studio: Studio) -> list[dict[str, object]]:
    """List the courses that have the media."""
    courses = [] if media.is_archived else studio.embeds.list_by_course(media.id)
    return [{"id": course_id, "name": course_name(course_id)} for course_id in courses]


def _in_courses(media: Media, studio: Studio, only: int | None = None) -> list[dict[str, object]]:
    found = []
    for place, (course_id, made) in enumerate(studio.embeds.list_by_course(media.id).items(), 1):
        collection = studio.collections.find_course(course_id)
        if collection is not None and only in (None, course_id):
            found.append(_perspective(media, place, collection, made))
    return found


def _perspective(
    media: Media, place: int, collection: Collection, made: list[Embed]
) -> dict[str, object]:
    number = media.id * _PLACES + place
    return {
        "id": number,
        "uuid": str(uuid5(NAMESPACE_URL, f"sandbox-studio-perspective-{number}")),
        "title": media.title,
        "media_id": media.id,
        "collection": collection.as_json(),
        "embeds": [embed.as_json() for embed in made],
    }
