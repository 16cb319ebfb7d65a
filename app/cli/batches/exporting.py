"""`flask embeds export`: what became of a batch, or what is in a course, as a file."""

import codecs
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from app.cli.batches import words
from app.cli.batches.formats import OURS, Writer, write_csv, write_jsonl
from app.cli.batches.group import account_of, is_lacking
from app.cli.terminal import of_studio, with_outside
from app.cli.writing import ask_to_replace, tell_saved, whole_file
from app.core import batch_results, batches, keys
from app.core.batch_results import Surroundings
from app.core.batches import ITEM_STATUSES, Item, ItemStatus
from app.core.plans.fields import note_on_left_out, part_row
from app.inputs import LARGEST_ID, printable
from app.outside import Outside


@click.command("export")
@click.argument("batch_id", type=click.IntRange(1, LARGEST_ID), required=False)
@click.option(
    "--course",
    "course_id",
    type=click.IntRange(1, LARGEST_ID),
    help="What is in a course, as its plans say it.",
)
@click.option("--status", type=click.Choice(ITEM_STATUSES), help="Only these items of the batch.")
@click.option(
    "--format", "form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True,
    help="A table, or a JSON object a line.",
)  # fmt: skip
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="The file.")
@click.option("--force", is_flag=True, help="Replace the file without asking.")
@of_studio
@with_outside
def export(
    outside: Outside,
    *,
    batch_id: int | None,
    course_id: int | None,
    status: ItemStatus | None,
    form: str,
    output: Path | None,
    force: bool,
    studio: str | None,
) -> None:
    """Write what became of a batch.

    Each embed with its launch URL, iframe and link, or what went wrong and what to do. The exit
    status is 1 where not all succeeded. The table is a plan again: mend it, and run it.

    \b
    flask embeds export 3 --output results.csv
    flask embeds export 3 --status failed --output failed.csv
    flask embeds export 3 --format jsonl | jq .html
    flask embeds export --course 101
    """
    if (batch_id is None) == (course_id is None) or (course_id is not None and status is not None):
        raise click.UsageError("Say either a batch (with --status, if you like), or --course.")
    account = account_of(outside, studio, batch_id)
    around = Surroundings(account.url, outside.settings.public_url, keys.get_mark_key(outside.db))
    if output is not None:
        ask_to_replace(output, force=force)
    if course_id is not None:
        placed = list(batch_results.of_course(outside.db, account.id, course_id))
        _write(form, output, placed, _free_columns(placed), around)
        return
    assert batch_id is not None
    of = batches.get_batch(outside.db, account.id, batch_id)
    free = _free_columns(batches.list_items(outside.db, of)) if form == "csv" else []
    _write(form, output, batches.list_items(outside.db, of, status), free, around)
    if is_lacking(of):
        click.echo(words.ended(of), err=True)
        sys.exit(1)


def _free_columns(items: Iterable[Item]) -> list[str]:
    """Give the free columns of all items, in their order."""
    return list(dict.fromkeys(name for item in items for name in part_row(item.more)[1]))


def _write(
    form: str, output: Path | None, items: Iterable[Item], free: list[str], around: Surroundings
) -> None:
    if form == "csv":
        for note in note_on_left_out([name for name in free if name in OURS]):
            click.echo(f"{printable(note)} --format jsonl has them.", err=True)
    results = (batch_results.describe(item, around) for item in items)
    with _opened(output) as out:
        count = write_csv(results, free, out) if form == "csv" else write_jsonl(results, out)
    if output is not None:
        tell_saved(output, words.embeds(count))


class _StandardOutput:
    def write(self, text: str, /) -> None:
        click.echo(text, nl=False)


@contextmanager
def _opened(output: Path | None) -> Iterator[Writer]:
    """Give where to write; a file is whole, or as it was before."""
    if output is None:
        yield _StandardOutput()
        return
    with whole_file(output) as file:
        yield codecs.getwriter("utf-8")(file)
