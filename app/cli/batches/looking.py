"""`flask batches list`, `show` and `watch`."""

import click

from app.cli.batches import words
from app.cli.batches.group import account_of, commands, describe, of_batch
from app.cli.batches.watching import see_through, tell_end
from app.cli.terminal import as_json, of_studio, show, show_table, with_outside
from app.core import batches
from app.outside import Outside

NEWEST = 50


@commands.command("list")
@of_studio
@as_json
@with_outside
def list_(outside: Outside, *, studio: str | None, as_json: bool) -> None:
    """List the newest 50 batches."""
    account = outside.get_account(studio)
    found, _ = batches.list_batches_page(outside.db, account.id, 1, NEWEST)
    if as_json:
        show([describe(outside, one) for one in found])
        return
    rows = [
        (
            one.id,
            one.name or "-",
            words.status(one),
            one.total,
            one.succeeded,
            one.failed,
            one.pending,
            f"{one.created_at:%Y-%m-%d %H:%M} UTC",
        )
        for one in found
    ]
    heads = ("id", "name", "status", "items", "succeeded", "failed", "pending", "begun")
    show_table(heads, rows, "No batch yet. `flask embeds batch FILE` begins one.")


@commands.command("show")
@of_batch
@of_studio
@as_json
@with_outside
def show_(outside: Outside, *, batch_id: int, studio: str | None, as_json: bool) -> None:
    """Show how far a batch is."""
    account = account_of(outside, studio, batch_id)
    found = batches.get_batch(outside.db, account.id, batch_id)
    if as_json:
        show(describe(outside, found))
        return
    tell_end(outside, found)
    if found.trouble is not None:
        click.echo(words.held_up(found))


@commands.command("watch")
@of_batch
@of_studio
@as_json
@with_outside
def watch(outside: Outside, *, batch_id: int, studio: str | None, as_json: bool) -> None:
    """Stay with a batch until it is done.

    Ctrl-C ends looking on, and not the batch. Where no worker is at it, this command is.
    """
    see_through(outside, account_of(outside, studio, batch_id), batch_id, as_json=as_json)
