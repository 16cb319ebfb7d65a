"""`flask media delete|archive|unarchive`: what changes something in Studio."""

import click

from app.cli.media import words
from app.cli.media.group import commands, of_media, open_studio, told_if_unknown
from app.cli.terminal import as_json, ask, of_studio, says_yes, show, with_outside
from app.core import embed_lists
from app.inputs import LARGEST_ID
from app.outside import Outside
from app.studio.shapes import Media


@commands.command("delete")
@of_media
@of_studio
@says_yes
@as_json
@with_outside
def delete(
    outside: Outside, *, media_id: int, studio: str | None, yes: bool, as_json: bool
) -> None:
    """Delete a media for good.

    Everything that was made of it goes too, and it plays in no course any more.

    \b
    flask media delete 260854
    """
    client = open_studio(outside, studio)
    if not yes:
        asked = f"Delete {words.media(client.get_media(media_id))} for good?"
        ask(asked + _where_embedded(outside, studio, media_id), yes=False)
    look = f"`flask media show {media_id}` tells: it fails where the media is gone."
    with told_if_unknown(f"media {media_id} was deleted", look):
        deleted = client.delete_media(media_id)
    _tell("Deleted", deleted, as_json=as_json)


@commands.command("archive")
@of_media
@of_studio
@says_yes
@as_json
@with_outside
def archive(
    outside: Outside, *, media_id: int, studio: str | None, yes: bool, as_json: bool
) -> None:
    """Archive a media.

    `flask media unarchive` takes it back.

    \b
    flask media archive 260854 --yes
    """
    client = open_studio(outside, studio)
    if not yes:
        asked = f"Archive {words.media(client.get_media(media_id))}?"
        ask(asked + _where_embedded(outside, studio, media_id), yes=False)
    with told_if_unknown(f"media {media_id} was archived", "The same again does no harm."):
        archived = client.archive_media(media_id)
    _tell("Archived", archived, as_json=as_json)


@commands.command("unarchive")
@of_media
@of_studio
@click.option(
    "--collection",
    "collection_id",
    type=click.IntRange(1, LARGEST_ID),
    help="Put it into this collection; `flask media collections` shows their numbers.",
)
@as_json
@with_outside
def unarchive(
    outside: Outside, *, media_id: int, studio: str | None, collection_id: int | None, as_json: bool
) -> None:
    """Take a media back from the archive.

    \b
    flask media unarchive 260854
    """
    client = open_studio(outside, studio)
    with told_if_unknown(f"media {media_id} was unarchived", "The same again does no harm."):
        unarchived = client.unarchive_media(media_id, collection_id)
    _tell("Unarchived", unarchived, as_json=as_json)


def _where_embedded(outside: Outside, studio: str | None, media_id: int) -> str:
    """Say in which courses people would miss a media, as far as this service knows."""
    account = outside.get_account(studio)
    found = embed_lists.list_embeds(outside.db, None, account_id=account.id, media_id=media_id)
    courses = sorted({embed.key.course_id for embed in found})
    if not courses:
        return ""
    which = "course " if len(courses) == 1 else "courses "
    return f" It is embedded in {which}{words.listed([str(course) for course in courses])}."


def _tell(done: str, media: Media, *, as_json: bool) -> None:
    if as_json:
        show(media.as_json())
        return
    click.echo(f"{done} {words.media(media)}.")
