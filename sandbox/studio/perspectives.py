"""Perspectives: the places where a media is, one in its owner's own collection and one a course."""

from sandbox.studio.embeds import Embeds
from sandbox.studio.media import Media


def perspectives_of(media: Media, embeds: Embeds) -> list[dict[str, object]]:
    """List the media's perspectives with their collections and embeds."""
    own = {
        "id": media.id * 10,
        "media_id": media.id,
        "collection": {
            "id": media.owner.id * 10,
            "name": None,
            "type": "user",
            "course_id": None,
        },
        "embeds": [],
    }
    in_courses = [
        {
            "id": media.id * 10 + place,
            "media_id": media.id,
            "collection": {
                "id": 700_000 + course_id,
                "name": _course_name(course_id),
                "type": "course_wide",
                "course_id": course_id,
            },
            "embeds": [embed.as_json() for embed in made],
        }
        for place, (course_id, made) in enumerate(embeds.list_by_course(media.id).items(), 1)
    ]
    return [own, *in_courses]


def courses_of(media: Media, embeds: Embeds) -> list[dict[str, object]]:
    """List the courses that have the media."""
    return [
        {"id": course_id, "name": _course_name(course_id)}
        for course_id in embeds.list_by_course(media.id)
    ]


def _course_name(course_id: int) -> str:
    return f"Course {course_id}"
