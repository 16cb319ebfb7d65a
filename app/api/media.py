"""The Media API of Studio, with its paths, parameters and shapes, under the keys of this service.

Source: https://developerdocs.instructure.com/services/studio/api-reference/media
"""

from collections.abc import Iterable
from typing import Any

from spectree.models import Tag

from app.api import embeds
from app.api.access import Caller
from app.api.routes import FROM_STUDIO, Operation
from app.api.shapes import (
    CoursesAnswer,
    DownloadQuery,
    LaunchUrlAnswer,
    MediaAnswer,
    MediaPageAnswer,
    MediaQuery,
    PermissionsAnswer,
    PermissionsWish,
    PerspectivesAnswer,
    SourcesAnswer,
    StudioEmbedWish,
    UnarchiveQuery,
    UsersAnswer,
    UsersQuery,
)
from app.core.embeds import EmbedKey
from app.studio.shapes import Shape

Json = dict[str, Any]
TAG = Tag(name="Media", description="Studio's own Media API, by way of this service")


def search_media(caller: Caller, query: MediaQuery) -> Json:
    """Search media by all filters that are given."""
    with caller.studio() as studio:
        page = studio.search(query, page=query.page, per_page=query.per_page)
    meta = {} if page.meta is None else {"meta": page.meta.as_json()}
    return {**_list("media", page.items), **meta}


def get_media(caller: Caller, media_id: int) -> Json:
    """Show a media."""
    with caller.studio() as studio:
        return _one(studio.get_media(media_id))


def delete_media(caller: Caller, media_id: int) -> Json:
    """Delete a media with all its perspectives, and answer what was deleted."""
    with caller.studio() as studio:
        return _one(studio.delete_media(media_id))


def archive_media(caller: Caller, media_id: int) -> Json:
    """Archive a media with all its perspectives."""
    with caller.studio() as studio:
        return _one(studio.archive_media(media_id))


def unarchive_media(caller: Caller, media_id: int, query: UnarchiveQuery) -> Json:
    """Unarchive a media, and move it into a collection where one is given."""
    with caller.studio() as studio:
        return _one(studio.unarchive_media(media_id, query.collection_id))


def list_media_courses(caller: Caller, media_id: int) -> Json:
    """List the courses that have a media."""
    with caller.studio() as studio:
        return _list("courses", studio.list_courses(media_id))


def create_media_embed(caller: Caller, media_id: int, json: StudioEmbedWish) -> Json:
    """Put a media into a course, in Studio's own shape.

    It is the same as `POST /api/v1/embeds`: an embed that is there is answered again.
    """
    what = (media_id, json.course_id, json.embed_type, json.downloadable)
    embed, _ = embeds.ensure(caller, EmbedKey(caller.account.id, *what))
    return {"launch_url": embed.launch_url}


def download_media(
    caller: Caller, media_id: int, query: DownloadQuery
) -> tuple[str, int, dict[str, str]]:
    """Redirect to where the file can be fetched for 24 hours.

    Whoever has that address has the file. Send no API key there.
    """
    with caller.studio() as studio:
        return "", 302, {"Location": studio.get_download_url(media_id, query.quality)}


def list_media_permissions(caller: Caller, media_id: int) -> Json:
    """List the people and groups with whom a media is shared directly."""
    with caller.studio() as studio:
        return _list("permissions", studio.list_permissions(media_id))


def add_media_permissions(caller: Caller, media_id: int, json: PermissionsWish) -> Json:
    """Share a media with more people and groups, and list all that it is shared with then."""
    with caller.studio() as studio:
        return _list("permissions", studio.add_permissions(media_id, json.permissions))


def list_media_perspectives(caller: Caller, media_id: int) -> Json:
    """List the places where a media is, each with its collection."""
    with caller.studio() as studio:
        return _list("perspectives", studio.list_perspectives(media_id))


def list_media_sources(caller: Caller, media_id: int) -> Json:
    """List the files of a media."""
    with caller.studio() as studio:
        return _list("sources", studio.list_sources(media_id))


def list_media_users(caller: Caller, media_id: int, query: UsersQuery) -> Json:
    """List who has access to a media."""
    with caller.studio() as studio:
        users = list(studio.list_users(media_id, query.min_permission))
    return {**_list("users", users), **_list("user_permissions", users)}


def _one(shape: Shape) -> Json:
    return {"media": shape.as_json()}


def _list(key: str, shapes: Iterable[Shape]) -> Json:
    return {key: [shape.as_json() for shape in shapes]}


ONE = "/media/<media_id:media_id>"
READ, WRITE = "media:read", "media:write"
OF_SEARCH = {**FROM_STUDIO, 404: ("studio-not-found",)}
OPERATIONS = (
    Operation("GET", "/media/search", search_media, READ, TAG, {200: MediaPageAnswer}, OF_SEARCH),
    Operation("GET", ONE, get_media, READ, TAG, {200: MediaAnswer}),
    Operation("DELETE", ONE, delete_media, WRITE, TAG, {200: MediaAnswer}),
    Operation("PUT", f"{ONE}/archive", archive_media, WRITE, TAG, {200: MediaAnswer}),
    Operation("PUT", f"{ONE}/unarchive", unarchive_media, WRITE, TAG, {200: MediaAnswer}),
    Operation("GET", f"{ONE}/courses", list_media_courses, READ, TAG, {200: CoursesAnswer}),
    Operation(
        "POST",
        f"{ONE}/create_embed",
        create_media_embed,
        embeds.WRITE,
        TAG,
        {200: LaunchUrlAnswer},
        embeds.TO_MAKE,
    ),
    Operation("GET", f"{ONE}/download", download_media, READ, TAG, {302: None}),
    Operation(
        "GET", f"{ONE}/permissions", list_media_permissions, READ, TAG, {200: PermissionsAnswer}
    ),
    Operation(
        "POST", f"{ONE}/permissions", add_media_permissions, WRITE, TAG, {200: PermissionsAnswer}
    ),
    Operation(
        "GET", f"{ONE}/perspectives", list_media_perspectives, READ, TAG, {200: PerspectivesAnswer}
    ),
    Operation("GET", f"{ONE}/sources", list_media_sources, READ, TAG, {200: SourcesAnswer}),
    Operation("GET", f"{ONE}/users", list_media_users, READ, TAG, {200: UsersAnswer}),
)
