"""The group of `flask batches`, and what its commands share."""

import sys
from datetime import UTC, datetime
from typing import Any

import click

from app import work
from app.cli.batches import words
from app.cli.terminal import Commands, show
from app.core import batches
from app.core.batches import Batch
from app.inputs import LARGEST_ID
from app.outside import Outside

commands = Commands("batches", help="Many embeds at once, and how far they are.")

of_batch = click.argument("batch_id", type=click.IntRange(1, LARGEST_ID))

waits = click.option(
    "--wait/--no-wait", default=True, show_default=True, help="Stay until it is done."
)


def account_of(outside: Outside, named: str | None, batch_id: int | None) -> Any:
    """Give the row of the account that is named; of none, of the one whose batch it is."""
    owner = None
    if named is None and batch_id is not None:
        owner = batches.find_account_id(outside.db, batch_id)
    return outside.get_account(named) if owner is None else outside.account(owner)


def is_lacking(found: Batch) -> bool:
    """Whether not all of a plan is there by now: then the exit status is 1."""
    return found.left_out > 0 or found.succeeded < found.total


def leave(outside: Outside, account: Any, begun: Batch, told: str, *, as_json: bool) -> None:
    """Say what was begun, and exit by what is known by now: 1 if something will not come.

    Workers are woken when all is said: that may take a while, in which somebody ends this.
    """
    click.echo(told, err=as_json)
    if as_json:
        show(describe(outside, begun))
    else:
        click.echo(words.goes_on_later(begun))
    work.wake(outside, account.id)
    sys.exit(bool(begun.left_out or begun.failed or begun.cancelled))


def describe(outside: Outside, found: Batch) -> dict[str, Any]:
    """Give a batch as programs get it."""
    progress = batches.read_progress(outside.db, found, datetime.now(UTC))
    trouble = found.trouble
    return {
        "id": found.id,
        "name": found.name,
        "status": found.status,
        "total": found.total,
        "left_out": found.left_out,
        "succeeded": found.succeeded,
        "made": found.made,
        "failed": found.failed,
        "pending": found.pending,
        "cancelled": found.cancelled,
        "per_second": round(progress.per_second, 2),
        "ends_at": _iso(progress.ends_at),
        "created_at": _iso(found.created_at),
        "started_at": _iso(found.started_at),
        "finished_at": _iso(found.finished_at),
        "trouble": trouble and {"error": trouble.slug, "what_happened": trouble.title},
        "resumes_at": _iso(found.resumes_at),
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
