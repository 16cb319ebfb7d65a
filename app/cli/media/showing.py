"""`flask media show`: one media, as much of it as Studio says."""

from typing import Any

import click

from app.cli.media import words
from app.cli.media.group import commands, of_media, open_studio
from app.cli.terminal import as_json, of_studio, show, with_outside
from app.inputs import printable
from app.outside import Outside
from app.studio.shapes import Media


@commands.command("show")
@of_media
@of_studio
@as_json
@with_outside
def show_(outside: Outside, *, media_id: int, studio: str | None, as_json: bool) -> None:
    """Show one media.

    \b
    flask media show 260854
    """
    media = open_studio(outside, studio).get_media(media_id)
    if as_json:
        show(media.as_json())
        return
    for name, value in _describe(media).items():
        click.echo(f"{name}: {printable(str(value or words.NOTHING))}")


def _describe(media: Media) -> dict[str, Any]:
    where = media.collection
    return {
        "id": media.id,
        "title": media.title,
        "description": media.description,
        "owner": words.person(media.owner),
        "duration": words.duration(media.duration),
        "size": words.size(media.size),
        "source": media.source,
        "transcoding": media.transcoding_status,
        "created": words.minute(media.created_at),
        "last viewed": words.minute(media.last_viewed),
        "last viewed by a student": words.minute(media.last_viewed_by_student),
        "collection": None if where is None else f"{where.id} {where.name or where.type or ''}",
    }
