"""`flask api-keys`: who may use the REST API."""

from typing import Any

import click

from app.cli.terminal import Commands, as_json, of_studio, show, show_table, with_outside
from app.core import api_keys
from app.core.api_keys import SCOPES, ApiKey
from app.inputs import is_id
from app.outside import Outside

commands = Commands("api-keys", help="The keys for the REST API.")


def _read_name(_context: click.Context, _option: click.Parameter, name: str) -> str:
    if not is_id(name) or not name.strip():
        raise click.BadParameter("must be a text that is not empty, on one line.")
    return name


@commands.command("create")
@click.option("--name", required=True, callback=_read_name, help="Who uses it, for people.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(SCOPES),
    multiple=True,
    required=True,
    help="What it may do; may be repeated.",
)
@of_studio
@as_json
@with_outside
def create(
    outside: Outside, *, name: str, scopes: tuple[str, ...], studio: str | None, as_json: bool
) -> None:
    """Make a key, and show it once.

    It cannot be shown again: only its hash is kept.
    """
    account = outside.get_account(studio)
    made, key = api_keys.make_key(outside.db, account.id, name, scopes)
    if as_json:
        show({"id": made.id, "name": made.name, "key": key, "scopes": made.scopes})
        return
    click.echo(f"Made API key {made.id} for {account.url}: {', '.join(made.scopes)}.")
    click.echo("It is shown only now:")
    click.echo(key)


@commands.command("list")
@as_json
@with_outside
def list_(outside: Outside, *, as_json: bool) -> None:
    """List every key, newest first."""
    found = [_describe(key) for key in api_keys.list_keys(outside.db)]
    if as_json:
        show(found)
        return
    rows = [
        tuple(" ".join(cell) if name == "scopes" else cell or "-" for name, cell in one.items())
        for one in found
    ]
    heads = ("id", "name", "studio", "scopes", "created", "last used", "revoked")
    show_table(heads, rows, "No API key yet.")


@commands.command("revoke")
@click.argument("key_id")
@with_outside
def revoke(outside: Outside, *, key_id: str) -> None:
    """End a key, at once and for good."""
    ended = api_keys.revoke_key(outside.db, key_id)
    click.echo(f"Revoked API key {ended.id} ({ended.name}).")


def _describe(key: ApiKey) -> dict[str, Any]:
    def moment(at: Any) -> str | None:
        return None if at is None else str(at.isoformat(timespec="seconds"))

    return {
        "id": key.id,
        "name": key.name,
        "account_id": key.account_id,
        "scopes": list(key.scopes),
        "created_at": moment(key.created_at),
        "last_used_at": moment(key.last_used_at),
        "revoked_at": moment(key.revoked_at),
    }
