"""`flask media permissions|users|grant`: who may see a media, and sharing it with more."""

from collections.abc import Sequence
from typing import Any

import click

from app.cli.media import words
from app.cli.media.group import commands, of_media, open_studio, show_all, told_if_unknown
from app.cli.media.lists import MANY, show_first, show_list
from app.cli.terminal import as_json, ask, of_studio, says_yes, with_outside
from app.inputs import LARGEST_ID
from app.outside import Outside
from app.studio.arguments import EMAIL, PERMISSIONS
from app.studio.client import StudioClient
from app.studio.errors import StudioNotFoundError
from app.studio.shapes import Grant, Permission
from app.texts import plain


@commands.command("permissions")
@of_media
@of_studio
@as_json
@with_outside
def permissions(outside: Outside, *, media_id: int, studio: str | None, as_json: bool) -> None:
    """List with whom a media is shared directly.

    \b
    flask media permissions 260854
    """
    found = open_studio(outside, studio).list_permissions(media_id)
    empty = f"Media {media_id} is shared with nobody; `flask media grant` shares it."
    _show_permissions(found, empty, as_json=as_json)


@commands.command("users")
@of_media
@of_studio
@click.option(
    "--min-permission",
    type=click.Choice(PERMISSIONS),
    default="access",
    show_default=True,
    help="Only those who may do at least this; edit includes view, view includes access.",
)
@show_all
@as_json
@with_outside
def users(
    outside: Outside,
    *,
    media_id: int,
    studio: str | None,
    min_permission: str,
    all_: bool,
    as_json: bool,
) -> None:
    """List who has access to a media.

    \b
    flask media users 260854 --min-permission edit --all
    """
    limit = None if all_ else MANY
    found = open_studio(outside, studio).list_users(media_id, min_permission, limit=limit)
    heads, empty = ("id", "name", "e-mail", "permission"), f"Nobody may {min_permission} it."

    def row(one: Any) -> tuple[Any, ...]:
        return (one.id, one.full_name or one.display_name, one.email, one.permission)

    show_first(found, limit, heads, row, empty, as_json=as_json)


@commands.command("grant")
@of_media
@of_studio
@click.option("--user", "users", multiple=True, help="A person: a number or an e-mail address.")
@click.option(
    "--group", "groups", multiple=True, type=click.IntRange(1, LARGEST_ID), help="A group's number."
)
@click.option(
    "--permission",
    type=click.Choice(PERMISSIONS),
    required=True,
    help="What they may do; edit includes view, view includes access.",
)
@says_yes
@as_json
@with_outside
def grant(
    outside: Outside,
    *,
    media_id: int,
    studio: str | None,
    users: tuple[str, ...],
    groups: tuple[int, ...],
    permission: Any,
    yes: bool,
    as_json: bool,
) -> None:
    """Share a media with more people and groups.

    --user and --group may be repeated; all of them get the same permission, or none.

    \b
    flask media grant 260854 --user omar@school.example --permission view
    flask media grant 260854 --user 4268 --group 880 --permission edit --yes
    """
    if not users and not groups:
        raise click.UsageError("Say with whom: --user or --group.")
    client = open_studio(outside, studio)
    grants = [Grant(user_id=_find_user(client, user), permission=permission) for user in users]
    grants += [Grant(group_id=group, permission=permission) for group in groups]
    if not yes:
        whom = words.listed([*users, *(f"group {group}" for group in groups)])
        ask(f"Let {whom} {permission} {words.media(client.get_media(media_id))}?", yes=False)
    look = f"`flask media permissions {media_id}` tells."
    with told_if_unknown(f"media {media_id} was shared", look):
        shared = client.add_permissions(media_id, grants)
    _show_permissions(shared, f"Studio names nobody who may use media {media_id}.", as_json=as_json)


def _find_user(client: StudioClient, user: str) -> int:
    """Give a person's number; raises `StudioError`, or `UsageError` where it can be none."""
    if user.isascii() and user.isdigit() and 1 <= int(user) <= LARGEST_ID:
        return int(user)
    if not EMAIL.fullmatch(user):
        raise click.UsageError(f"--user: {user!r} is neither a number nor an e-mail address.")
    found = client.find_user(user)
    if found is None or found.id is None:
        title = plain(f"Studio knows nobody with the address {user}.")
        hint = plain("Their number may do: --user N.")
        raise StudioNotFoundError("studio-not-found", 404, title, hint)
    return found.id


def _show_permissions(found: Sequence[Permission], empty: str, *, as_json: bool) -> None:
    heads = ("id", "type", "name", "e-mail", "permission")

    def row(one: Any) -> tuple[Any, ...]:
        return (one.id, one.type, one.full_name or one.name, one.email, one.permission)

    show_list(found, heads, row, empty, as_json=as_json)
