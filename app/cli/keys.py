"""`flask keys`: our signing keys, as `/lti/jwks.json` publishes them."""

import click

from app.cli.terminal import Commands, as_json, show, show_table, with_outside
from app.core import keys
from app.outside import Outside

commands = Commands("keys", help="The keys with which this service signs.")


@commands.command("list")
@as_json
@with_outside
def list_(outside: Outside, *, as_json: bool) -> None:
    """List the published keys, newest first."""
    rows = [
        {
            "kid": row.kid,
            "created_at": row.created_at.isoformat(),
            "signs_from": row.signs_from.isoformat(),
            "retires_at": None if row.retires_at is None else row.retires_at.isoformat(),
        }
        for row in keys.list_keys(outside.db)
    ]
    if as_json:
        show(rows)
        return
    cells = [tuple(value or "-" for value in row.values()) for row in rows]
    show_table(("kid", "created", "signs from", "retires"), cells, "No key.")


@commands.command("rotate")
@with_outside
def rotate(outside: Outside) -> None:
    """Publish a new key.

    It signs in an hour; the others retire two days after that.
    """
    kid = keys.rotate(outside.db, outside.vault)
    click.echo(f"Published key {kid}. It signs in an hour, when every platform can know it.")
