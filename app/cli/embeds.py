"""`flask embeds`: what is embedded, and the parameters of a link that embeds."""

from typing import Any

import click

from app.cli.terminal import Commands, as_json, of_studio, show, show_table, with_outside
from app.core import embeds, keys, marks
from app.core.courses import LARGEST_ID
from app.core.embeds import Embed
from app.outside import Outside
from app.studio.arguments import EMBED_TYPES

commands = Commands("embeds", help="The media that are embedded in courses.")


@commands.command("list")
@click.option(
    "--course", "course_id", type=click.IntRange(1, LARGEST_ID), help="Only those of this course."
)
@as_json
@with_outside
def list_(outside: Outside, *, course_id: int | None, as_json: bool) -> None:
    """List embeds, newest first."""
    found = embeds.list_embeds(outside.db, course_id=course_id, limit=None)
    if as_json:
        show([_describe(embed) for embed in found])
        return
    rows = [
        (
            embed.id,
            embed.key.media_id,
            embed.key.course_id,
            embed.key.embed_type,
            "yes" if embed.key.downloadable else "no",
            embed.title,
        )
        for embed in found
    ]
    show_table(("id", "media", "course", "type", "downloadable", "title"), rows, "No embed yet.")


@commands.command("show")
@click.argument("embed_id", type=click.IntRange(1, LARGEST_ID))
@as_json
@with_outside
def show_(outside: Outside, *, embed_id: int, as_json: bool) -> None:
    """Show one embed."""
    described = _describe(embeds.get_embed(outside.db, embed_id))
    if as_json:
        show(described)
        return
    for name, value in described.items():
        click.echo(f"{name}: {value}")


@commands.command("forget")
@click.argument("embed_id", type=click.IntRange(1, LARGEST_ID))
@with_outside
def forget(outside: Outside, *, embed_id: int) -> None:
    """Forget an embed.

    The next permitted launch makes it again.
    """
    embeds.forget_embed(outside.db, embed_id)
    click.echo(f"Forgot embed {embed_id}.")


@commands.command("link")
@click.argument("media_id", type=click.IntRange(1, LARGEST_ID))
@click.option(
    "--embed-type",
    type=click.Choice(EMBED_TYPES),
    default="embed",
    show_default=True,
    help="With media tabs, or the player only.",
)
@click.option("--downloadable", is_flag=True, help="Let people download the media.")
@of_studio
@as_json
@with_outside
def link(
    outside: Outside,
    *,
    media_id: int,
    embed_type: str,
    downloadable: bool,
    studio: str | None,
    as_json: bool,
) -> None:
    """Print the parameters of a link.

    These custom parameters, with the service's mark, let a link embed MEDIA_ID.
    """
    parameters = marks.link_parameters(
        keys.get_mark_key(outside.db),
        outside.get_account(studio).url,
        media_id,
        embed_type,
        downloadable,
    )
    if as_json:
        show(parameters)
        return
    for name, value in parameters.items():
        click.echo(f"{name}={value}")


def _describe(embed: Embed) -> dict[str, Any]:
    return {
        "id": embed.id,
        "media_id": embed.key.media_id,
        "course_id": embed.key.course_id,
        "embed_type": embed.key.embed_type,
        "downloadable": embed.key.downloadable,
        "title": embed.title,
        "launch_url": embed.launch_url,
        "created_at": embed.created_at.isoformat(),
        "made_at": embed.made_at.isoformat(),
    }
