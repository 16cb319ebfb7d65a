"""Every operation of Studio's public API that is used: how it is called, and what a no means.

One line an operation, so that a method that turns out otherwise is changed in one place.
The methods of `archive` and `unarchive` are not on the reference page.
Source: https://developerdocs.instructure.com/services/studio/api-reference/media
"""

from dataclasses import dataclass
from typing import Literal

from app.texts import Said, say

MAX_BYTES = 2 * 1024 * 1024
MAX_BYTES_OF_PLACES = 16 * 1024 * 1024
"""A media may be in ten thousand courses, and Studio tells of all in one answer."""
Text = tuple[Said, Said]
"""What happened, and what to do about it."""

NOT_ALLOWED = (
    say("Studio does not allow this service to use this video."),
    say("Please ask the owner of the video in Studio to share it."),
)
NO_ADMIN = (
    say("Studio does not let this service see that."),
    say(
        "Please tell the people who look after your LMS: this service has to be connected to "
        "Studio by one of its admins."
    ),
)
GONE = (
    say("Studio has no such video: it may have been deleted."),
    say("Please ask your teacher to put another one here."),
)
NO_VERSION = (
    say("Studio has no such video, or not in this quality."),
    say("Please try another quality."),
)
UNKNOWN = (say("Studio has nothing of this number."), say("It may have been deleted."))
NO_PLACE = (
    say("Studio has no such video, or no such collection."),
    say("One of them may have been deleted."),
)
ODD = (
    say("Studio does not take what it was asked."),
    say("Please tell the people who look after your LMS; the reference below helps them."),
)
NOT_EMBEDDED = (say("Studio cannot put this video into this course."), ODD[1])
NOT_GIVEN_AWAY = (
    say("Studio does not give this video away."),
    say(
        "It comes from elsewhere, such as YouTube or Vimeo, or this is no quality that "
        "Studio knows."
    ),
)
NOT_SHARED = (
    say("Studio does not share this video like that."),
    say("Somebody is not known to Studio, or has this permission already."),
)


@dataclass(frozen=True)
class Operation:
    """One operation; `path` is filled with numbers only.

    `repeat` says after which failures it may be sent again: `always`, also where nobody knows
    whether it was obeyed; `refused`, where it was certainly not obeyed (429, 503, not reached).
    `max_bytes` is what an answer may have.
    """

    name: str
    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    repeat: Literal["always", "refused"] = "always"
    of_media: bool = True
    redirects: bool = False
    max_bytes: int = MAX_BYTES
    forbidden: Text = NOT_ALLOWED
    missing: Text = GONE
    rejected: Text = ODD

    def is_done(self, status: int) -> bool:
        """Whether this status says that the operation did what it was asked."""
        return status in (302, 303, 307) if self.redirects else 200 <= status < 300


def _other(name: str, path: str) -> Operation:
    """Give an operation that reads something else than one media."""
    return Operation(name, "GET", path, of_media=False, forbidden=NO_ADMIN, missing=UNKNOWN)


SEARCH = _other("search", "/media/search")
SHOW = Operation("show", "GET", "/media/{media_id}")
DELETE = Operation("delete", "DELETE", "/media/{media_id}", "refused")
ARCHIVE = Operation("archive", "PUT", "/media/{media_id}/archive")
UNARCHIVE = Operation("unarchive", "PUT", "/media/{media_id}/unarchive", missing=NO_PLACE)
COURSES = Operation("courses", "GET", "/media/{media_id}/courses")
CREATE_EMBED = Operation(
    "create_embed", "POST", "/media/{media_id}/create_embed", "refused", rejected=NOT_EMBEDDED
)
DOWNLOAD = Operation(
    "download",
    "GET",
    "/media/{media_id}/download",
    redirects=True,
    missing=NO_VERSION,
    rejected=NOT_GIVEN_AWAY,
)
PERMISSIONS = Operation("permissions", "GET", "/media/{media_id}/permissions")
ADD_PERMISSIONS = Operation(
    "add_permissions", "POST", "/media/{media_id}/permissions", "refused", rejected=NOT_SHARED
)
PERSPECTIVES = Operation(
    "perspectives", "GET", "/media/{media_id}/perspectives", max_bytes=MAX_BYTES_OF_PLACES
)
SOURCES = Operation("sources", "GET", "/media/{media_id}/sources")
USERS = Operation("users", "GET", "/media/{media_id}/users")
CAPTION_FILES = Operation("caption_files", "GET", "/media/{media_id}/caption_files")
PING = _other("ping", "/ping")
COLLECTIONS = _other("collections", "/collections")
COLLECTION_MEDIA = _other("collection_media", "/collections/{collection_id}/media")
COURSE = _other("course", "/courses/{course_id}")
COURSE_PERSPECTIVES = _other("course_perspectives", "/courses/{course_id}/perspectives")
USER_SEARCH = _other("user_search", "/users/search")
