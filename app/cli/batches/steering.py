"""`flask batches cancel`, `retry` and `forget`."""

import click

from app.cli.batches import words
from app.cli.batches.group import account_of, commands, describe, leave, of_batch, waits
from app.cli.batches.watching import see_through
from app.cli.terminal import as_json, ask, of_studio, says_yes, show, with_outside
from app.core import batch_work, batches
from app.outside import Outside


@commands.command("cancel")
@of_batch
@of_studio
@as_json
@with_outside
def cancel(outside: Outside, *, batch_id: int, studio: str | None, as_json: bool) -> None:
    """Leave undone what is pending.

    What is in hand is still finished, and what of it succeeds counts. What was made stays. The
    same plan with --again takes up what was cancelled.
    """
    account = account_of(outside, studio, batch_id)
    found = batches.cancel_batch(outside.db, account.id, batch_id)
    if as_json:
        show(describe(outside, found))
        return
    click.echo(words.ended(found))
    if found.cancelled and batch_work.is_worked_on(outside.db, account.id):
        click.echo(words.in_hand(found))


@commands.command("retry")
@of_batch
@waits
@of_studio
@as_json
@with_outside
def retry(
    outside: Outside, *, batch_id: int, wait: bool, studio: str | None, as_json: bool
) -> None:
    """Try once more what failed.

    \b
    flask batches retry 3
    flask batches retry 3 --no-wait
    """
    account = account_of(outside, studio, batch_id)
    found, count = batches.retry_failed(outside.db, account.id, batch_id)
    are = "is" if count == 1 else "are"
    told = f"{count:,} of batch {batch_id} {are} tried again."
    if not count and found.cancelled:
        told += " What was cancelled is begun by the same plan with --again."
    if wait:
        see_through(outside, account, batch_id, told, as_json=as_json)
    else:
        leave(outside, account, found, told, as_json=as_json)


@commands.command("forget")
@of_batch
@says_yes
@of_studio
@with_outside
def forget(outside: Outside, *, batch_id: int, yes: bool, studio: str | None) -> None:
    """Forget a batch that is over.

    Its embeds stay. Its results, and what a cartridge takes from its plan, go.
    """
    found = batches.get_batch(outside.db, account_of(outside, studio, batch_id).id, batch_id)
    ask(f"Forget batch {batch_id} and its results? Its embeds stay.", yes=yes)
    if not batches.forget_batch(outside.db, found):
        raise click.ClickException(
            f"Batch {batch_id} is not over. `flask batches cancel {batch_id}` ends it."
        )
    click.echo(f"Forgot batch {batch_id}.")
