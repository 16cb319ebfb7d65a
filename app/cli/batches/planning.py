"""`flask embeds batch`: a plan is shown, or begun as a batch."""

import hashlib
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import click

from app.cli.batches import words
from app.cli.batches.dry_run import show_plan, show_plan_as_json
from app.cli.batches.group import leave, waits
from app.cli.batches.watching import Lines, Watcher, see_through, watching
from app.cli.terminal import as_json, of_studio, with_outside
from app.core.batch_making import Once, create_batch
from app.core.batches import Batch
from app.core.plans.faults import UnreadableError
from app.core.plans.patience import Patience
from app.core.plans.plan import Plan
from app.core.plans.sources import Source, copied
from app.errors import BatchError
from app.inputs import printable
from app.outside import Outside

SHOWN = 10
STDIN = "<stdin>"


@click.command("batch")
@click.argument("file", type=click.File("rb"))
@click.option("--courses", type=click.File("rb"), help="A file of SIS ids and course numbers.")
@click.option("--dry-run", is_flag=True, help="Say what would be made, and do nothing.")
@click.option("--skip-faulty", is_flag=True, help="Leave out rows in which something is wrong.")
@click.option("--key", help="A name of your own: what was begun with it is not begun again.")
@click.option("--again", is_flag=True, help="Begin also what was begun within the last week.")
@waits
@of_studio
@as_json
@with_outside
def batch(
    outside: Outside,
    *,
    file: BinaryIO,
    courses: BinaryIO | None,
    dry_run: bool,
    skip_faulty: bool,
    key: str | None,
    again: bool,
    wait: bool,
    studio: str | None,
    as_json: bool,
) -> None:
    """Make the embeds of a plan.

    FILE is a CSV file of a row for each, or `-`: media_id (or media_title and owner, or tag),
    course_id (or sis_course_id with --courses), and where you like embed_type, downloadable,
    title, start_at, module, and columns of your own. Where something is wrong with a row, nothing
    is begun. The same plan again is the same batch.

    \b
    flask embeds batch term.csv --dry-run
    flask embeds batch term.csv
    flask embeds batch term.csv --courses courses.csv --no-wait
    """
    account = outside.get_account(studio)
    with ExitStack() as stack:
        plan = _open(outside, account, stack, file, courses)
        if dry_run:
            _show(outside, account, plan, as_json=as_json)
            return
        once = _once(plan, key, again=again, skip=skip_faulty)
        begun, is_new = _begin(outside, account, plan, once, skip=skip_faulty)
    told = words.begun(begun) if is_new else words.begun_before(begun, is_keyed=key is not None)
    if wait:
        see_through(outside, account, begun.id, told, as_json=as_json)
    else:
        leave(outside, account, begun, told, as_json=as_json)


def _open(
    outside: Outside, account: Any, stack: ExitStack, file: BinaryIO, courses: BinaryIO | None
) -> Plan:
    def copy(original: BinaryIO) -> Source:
        name = str(getattr(original, "name", STDIN))
        return stack.enter_context(copied("standard input" if name == STDIN else name, original))

    try:
        mapping = None if courses is None else copy(courses)
        return Plan(copy(file), mapping, outside.studio(account).patient())
    except UnreadableError as error:
        raise BatchError("plan-faulty", 422, str(error.fault), "") from None


def _show(outside: Outside, account: Any, plan: Plan, *, as_json: bool) -> None:
    present = show_plan_as_json if as_json else show_plan
    _follow(plan, Lines())
    try:
        present(outside, account.id, plan)
    finally:
        _tell_read(plan)
    if plan.faults.count or not plan.items:
        sys.exit(1)


def _begin(
    outside: Outside, account: Any, plan: Plan, once: Once, *, skip: bool
) -> tuple[Batch, bool]:
    """Begin a batch, or find the one that is begun already; gives it, and whether it is new."""
    items = plan.read_but_faulty() if skip else plan.read_faultless()
    name = printable(Path(plan.source.name).name)[:255]
    try:
        with watching() as watcher:
            _follow(plan, watcher)
            return create_batch(
                outside.db,
                account.id,
                items,
                name=name,
                once=once,
                count_left_out=lambda: plan.faults.count,
            )
    finally:
        _tell_read(plan)


def _follow(plan: Plan, watcher: Watcher) -> None:
    """Let a watcher see how far a plan is read, and what it waits for."""
    plan.on_row = lambda rows: watcher.at(rows, None, words.rows_read(rows))
    plan.patience = Patience(lambda error: watcher.tell(words.reading_held_up(error, plan.rows)))


def _once(plan: Plan, key: str | None, *, again: bool, skip: bool) -> Once:
    """Give what makes two plans one: what is in their files, and what is done with faults."""
    if again and key is not None:
        raise click.UsageError("--key and --again exclude one another.")
    digests = [source.digest for source in (plan.source, plan.courses) if source is not None]
    if skip:
        digests.append("skip-faulty")
    digest = hashlib.sha256(" ".join(digests).encode()).hexdigest()
    return Once(f"plan {digest}" if key is None else key, digest, anew=again)


def _tell_read(plan: Plan) -> None:
    """Say on standard error what is wrong with a plan, and what somebody may not expect."""
    end = plan.cut_off
    others = [fault for fault in plan.faults.told if fault is not end]
    for fault in others:
        click.echo(printable(str(fault)), err=True)
    if beyond := plan.faults.count - len(others) - (end is not None):
        click.echo(f"… and {beyond:,} faults more.", err=True)
    if end is not None:
        beyond_it = "" if end.row is None else " Nothing beyond it was read."
        click.echo(printable(f"{end}{beyond_it}"), err=True)
    for note in plan.notes:
        click.echo(printable(note), err=True)
    if plan.folded_count:
        pairs = [f"{row} is as {first}" for row, first in plan.folded[:SHOWN]]
        more = f", and {plan.folded_count - SHOWN:,} more" if plan.folded_count > SHOWN else ""
        click.echo(f"Rows that say the same count once: {', '.join(pairs)}{more}.", err=True)
