"""`flask embeds`: what is embedded, and the parameters of a link that embeds."""

import json
from contextlib import nullcontext
from typing import Any

import click

from app.cli.batches import batch, export
from app.cli.cartridge import cartridge
from app.cli.terminal import Commands, as_json, of_studio, show, show_table, with_outside
from app.core import accounts, content_items, embed_lists, embeds, keys, marks, returned
from app.core.embeds import Embed, EmbedKey
from app.inputs import LARGEST_ID
from app.outside import Outside
from app.studio.arguments import EMBED_TYPES

WAIT_SECONDS = 60.0

commands = Commands("embeds", help="The media that are embedded in courses.")
for command in (batch, export, cartridge):
    commands.add_command(command)

of_type = click.option(
    "--embed-type",
    type=click.Choice(EMBED_TYPES),
    default="embed",
    show_default=True,
    help="With media tabs, or the player only.",
)
is_downloadable = click.option(
    "--downloadable", is_flag=True, help="Let people download the media."
)


@commands.command("create")
@click.argument("media_id", type=click.IntRange(1, LARGEST_ID))
@click.option(
    "--course",
    "course_id",
    type=click.IntRange(1, LARGEST_ID),
    required=True,
    help="The course's number, as Studio wants it.",
)
@of_type
@is_downloadable
@of_studio
@as_json
@with_outside
def create(
    outside: Outside,
    *,
    media_id: int,
    course_id: int,
    embed_type: str,
    downloadable: bool,
    studio: str | None,
    as_json: bool,
) -> None:
    """Embed a media in a course.

    It is made once: the same again finds it.

    \b
    flask embeds create 260854 --course 101
    flask embeds create 260854 --course 101 --embed-type bare_embed --downloadable
    """
    account = outside.get_account(studio)
    key = EmbedKey(account.id, media_id, course_id, embed_type, downloadable)
    studio_client = outside.studio(account).patient()
    embed, made = returned.ensure_embed(
        outside.db, lambda: nullcontext(studio_client), key, WAIT_SECONDS, "command"
    )
    if as_json:
        show({**_describe(outside, embed)[0], "made": made})
        return
    what = f"embed {embed.id}: “{embed.title}” in course {course_id}"
    click.echo(f"Made {what}." if made else f"There is {what} already.")
    click.echo(embed.launch_url)


@commands.command("list")
@click.option(
    "--course", "course_id", type=click.IntRange(1, LARGEST_ID), help="Only those of this course."
)
@click.option(
    "--media", "media_id", type=click.IntRange(1, LARGEST_ID), help="Only those of this media."
)
@click.option("--studio", help="Only those of this Studio account: its number, URL or host.")
@as_json
@with_outside
def list_(
    outside: Outside,
    *,
    course_id: int | None,
    media_id: int | None,
    studio: str | None,
    as_json: bool,
) -> None:
    """List embeds, newest first."""
    account_id = None if studio is None else outside.get_account(studio).id
    found = embed_lists.list_embeds(
        outside.db, None, account_id=account_id, course_id=course_id, media_id=media_id
    )
    if as_json:
        show(_describe(outside, *found))
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
    (described,) = _describe(outside, embeds.get_embed(outside.db, embed_id))
    if as_json:
        show(described)
        return
    for name, value in described.items():
        click.echo(f"{name}: {json.dumps(value) if isinstance(value, dict) else value}")


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
@of_type
@is_downloadable
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


def _describe(outside: Outside, *found: Embed) -> list[dict[str, Any]]:
    mark_key, public_url = keys.get_mark_key(outside.db), outside.settings.public_url
    urls = {account.id: account.url for account in accounts.list_accounts(outside.db)}
    return [
        {
            **content_items.describe(embed, urls[embed.key.account_id], public_url, mark_key),
            "studio": urls[embed.key.account_id],
            "created_at": embed.created_at.isoformat(),
            "made_at": embed.made_at.isoformat(),
        }
        for embed in found
    ]
