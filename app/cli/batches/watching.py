"""How a batch goes, until it is done: a bar on a terminal, lines elsewhere; on standard error."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from app import work
from app.cli.batches import words
from app.cli.batches.group import describe, is_lacking
from app.cli.batches.standing_in import StandIn
from app.cli.terminal import show
from app.core import batch_work, batches
from app.core.batch_trying import DATABASE_AWAY
from app.core.batches import ACTIVE, Batch
from app.outside import Outside

LOOK_SECONDS = 0.5
LINE_SECONDS = 10.0
MOST_FAILURES = 20


class Watcher(Protocol):
    """Whoever looks on."""

    def at(self, done: int, total: int | None, told: str) -> None:
        """So far it is now; `total` is None where nobody knows."""

    def tell(self, text: str) -> None:
        """Something is to be known."""


class _Bar:
    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def at(self, done: int, total: int | None, told: str) -> None:
        self._progress.update(self._task, completed=done, total=total, description=told)

    def tell(self, text: str) -> None:
        self._progress.console.print(text, markup=False, highlight=False)


class Lines:
    """A line every ten seconds, on standard error."""

    def __init__(self) -> None:
        self._told_at = time.monotonic()

    def at(self, _done: int, _total: int | None, told: str) -> None:
        """Say so, if it is time."""
        if time.monotonic() - self._told_at >= LINE_SECONDS:
            self._told_at = time.monotonic()
            self.tell(told)

    def tell(self, text: str) -> None:
        """Say something."""
        click.echo(text, err=True)


def see_through(
    outside: Outside, account: Any, batch_id: int, begun: str | None = None, *, as_json: bool
) -> None:
    """Stay until a batch is done, and say what came of it; exits with 1 if not all is well.

    `begun` is said first, and workers are woken: from then on Ctrl-C ends no more than the looking
    on, and it is said who goes on, or what came of the batch if that is over by then.
    """
    stand_in = StandIn(outside, account)
    ended: Batch | None
    try:
        if begun is not None:
            click.echo(begun, err=as_json)
            work.wake(outside, account.id)
        ended = _watch(outside, account, batch_id, stand_in)
    except KeyboardInterrupt:
        ended = _find_ended(outside, account, batch_id)
    if ended is None:
        is_seen = _is_worked_on(outside, account)
        told = words.looked_away(batch_id, stood_in=stand_in.has_worked, is_worked_on=is_seen)
        click.echo(told, err=True)
    elif as_json:
        show(describe(outside, ended))
    else:
        tell_end(outside, ended)
    status = int(ended is None or is_lacking(ended))
    if stand_in.is_at_it:  # Ctrl-C once more: Python would wait for its threads
        os._exit(status)
    sys.exit(status)


def tell_end(outside: Outside, found: Batch) -> None:
    """Say how many items came to what, and the first of those that failed."""
    click.echo(words.ended(found))
    if not found.failed:
        return
    for item in islice(batches.list_items(outside.db, found, "failed"), MOST_FAILURES):
        click.echo(f"  {words.failed(item)}")
    if found.failed > MOST_FAILURES:
        click.echo(f"  … and {found.failed - MOST_FAILURES:,} more.")
    click.echo(f"`flask embeds export {found.id} --status failed` gives them all.")


def _watch(outside: Outside, account: Any, batch_id: int, stand_in: StandIn) -> Batch:
    with watching() as watcher:
        try:
            found = _look_on(outside, account, batch_id, stand_in, watcher)
        except KeyboardInterrupt:
            stand_in.stop()
            if stand_in.is_at_it:
                watcher.tell("Finishing what is in hand… (Ctrl-C once more ends at once.)")
                stand_in.finish()  # nothing else waits: a second Ctrl-C gets past it
            raise
        except BaseException:
            stand_in.finish()
            raise
        stand_in.finish()
        return found


def _look_on(
    outside: Outside, account: Any, batch_id: int, stand_in: StandIn, watcher: Watcher
) -> Batch:
    told_trouble, is_away = None, False
    while True:
        try:
            found = _look(outside, account, batch_id, watcher)
            if found.status not in ACTIVE:
                return found
            trouble = found.trouble and found.trouble.slug
            if trouble and trouble != told_trouble:
                watcher.tell(words.held_up(found))
            told_trouble = trouble
            stand_in.look(watcher.tell)
            is_away = False
        except DATABASE_AWAY as error:
            if not is_away:
                watcher.tell(words.database_away(error))
            is_away = True
        threading.Event().wait(LOOK_SECONDS)


def _look(outside: Outside, account: Any, batch_id: int, watcher: Watcher) -> Batch:
    found = batches.get_batch(outside.db, account.id, batch_id)
    progress = batches.read_progress(outside.db, found, datetime.now(UTC))
    done = found.total - found.pending
    watcher.at(done, found.total, words.how_far(found, progress))
    return found


def _find_ended(outside: Outside, account: Any, batch_id: int) -> Batch | None:
    """Find a batch if it is over; nobody knows that without a database."""
    try:
        found = batches.get_batch(outside.db, account.id, batch_id)
    except DATABASE_AWAY:
        return None
    return None if found.status in ACTIVE else found


def _is_worked_on(outside: Outside, account: Any) -> bool:
    """Whether somebody is seen at an account's batches; nobody is without a database."""
    try:
        return batch_work.is_worked_on(outside.db, account.id)
    except DATABASE_AWAY:
        return False


@contextmanager
def watching() -> Iterator[Watcher]:
    """Show how it goes, as this terminal can."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    columns = (BarColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield _Bar(progress, progress.add_task("", total=None))
