"""`flask media courses|perspectives|collections`: where media stand."""

from typing import Any

from app.cli.media import words
from app.cli.media.group import commands, of_media, open_studio, show_all
from app.cli.media.lists import MANY, show_first, show_list
from app.cli.terminal import as_json, of_studio, with_outside
from app.outside import Outside


@commands.command("courses")
@of_media
@of_studio
@as_json
@with_outside
def courses(outside: Outside, *, media_id: int, studio: str | None, as_json: bool) -> None:
    """List the courses that have a media.

    \b
    flask media courses 260854
    """
    found = open_studio(outside, studio).list_courses(media_id)
    empty = f"Media {media_id} is in no course; `flask embeds create` puts it into one."
    show_list(found, ("course", "name"), lambda one: (one.number, one.name), empty, as_json=as_json)


@commands.command("perspectives")
@of_media
@of_studio
@as_json
@with_outside
def perspectives(outside: Outside, *, media_id: int, studio: str | None, as_json: bool) -> None:
    """List the collections and courses in which a media stands.

    \b
    flask media perspectives 260854
    """
    found = open_studio(outside, studio).list_perspectives(media_id)
    heads = ("perspective", "title", "collection", "type", "name", "course")

    def row(one: Any) -> tuple[Any, ...]:
        at = one.collection
        where = (None,) * 4 if at is None else (at.id, at.type, at.name, at.course_id)
        return (one.id or one.uuid, one.title, *where)

    show_list(found, heads, row, f"Media {media_id} stands nowhere.", as_json=as_json)


@commands.command("collections")
@of_studio
@show_all
@as_json
@with_outside
def collections(outside: Outside, *, studio: str | None, all_: bool, as_json: bool) -> None:
    """List the collections in which media may stand.

    \b
    flask media collections --all
    """
    limit = None if all_ else MANY
    found = open_studio(outside, studio).list_collections(limit=limit)

    def row(one: Any) -> tuple[Any, ...]:
        return (one.id, one.name, one.type, words.name(one.owner), one.course_id)

    heads = ("id", "name", "type", "owner", "course")
    show_first(found, limit, heads, row, "This account has no collections.", as_json=as_json)
