"""How commands talk: a group that explains errors, questions, one value as JSON, tables."""

import functools
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy.exc import DBAPIError

from app.db import told_by
from app.errors import ServiceError, StartError
from app.inputs import printable
from app.outside import Outside
from app.prepare import prepare
from app.studio import operations
from app.studio.errors import StudioArgumentError

HINTS: dict[str, str] = {
    operations.GONE[1]: "`flask media search` finds those that are there.",
    operations.NOT_ALLOWED[1]: "Its owner can share it with whoever connected the account.",
    operations.NO_ADMIN[1]: "Connect the account as one of its admins.",
    operations.ODD[1]: "",
}
"""What learners are told to do, in words for those who run the service."""


class Commands(AppGroup):
    """A group whose commands fail with a sentence, and status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command of the group."""
        try:
            return super().invoke(ctx)
        except (ServiceError, StartError, DBAPIError) as error:
            click.echo(f"Error: {_explain(error)}", err=True)
            sys.exit(1)


def _explain(error: ServiceError | StartError | DBAPIError) -> str:
    if isinstance(error, StartError):
        return str(error)
    if isinstance(error, DBAPIError):
        return (
            f"The database of DATABASE_URL failed: {told_by(error)}. `flask doctor` says what to "
            "do about it. See what was done before you give the same command again."
        )
    told = (error.title, HINTS.get(error.hint, error.hint), error.log and f"{error.log}.")
    return " ".join(part for part in told if part)


def with_outside(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the prepared `Outside` as its first argument.

    What it then finds wrong with its arguments is wrong use, told by the options' names.
    """

    @functools.wraps(command)
    @with_appcontext
    def prepared(*args: Any, **kwargs: Any) -> None:
        outside: Outside = current_app.extensions["outside"]
        prepare(outside)
        try:
            command(outside, *args, **kwargs)
        except StudioArgumentError as error:
            raise _wrong_use(error, click.get_current_context()) from None
        finally:
            outside.db.dispose()

    return prepared


def _wrong_use(error: StudioArgumentError, context: click.Context) -> click.UsageError:
    options = {option.name: option.opts[0] for option in context.command.params}
    told = (f"{options.get(fault.field, fault.field)}: {fault.message}" for fault in error.faults)
    return click.UsageError("; ".join(told), context)


as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")

of_studio = click.option(
    "--studio", "studio", help="The Studio account, by number, URL or host; else the default one."
)

says_yes = click.option("--yes", is_flag=True, help="Do not ask.")


def ask(question: str, *, yes: bool, option: str = "--yes") -> None:
    """Go on if the answer is yes; without a terminal nobody can answer, which is wrong use."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError(f"{question} There is no terminal to ask on: say {option}.")
    click.confirm(question, abort=True, err=True)


def show(value: Any) -> None:
    """Print one JSON value."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def show_each(values: Iterable[Any]) -> None:
    """Print one JSON list, each item as soon as it is there."""
    before = "[\n"
    for value in values:
        click.echo(f"{before}{json.dumps(value, ensure_ascii=False, default=str)}", nl=False)
        before = ",\n"
    click.echo("[]" if before == "[\n" else "\n]")


def show_table(heads: Sequence[str], rows: Sequence[Sequence[Any]], empty: str) -> None:
    """Print rows under their heads, or `empty` where there are none.

    A terminal gets lines that fit it, anything else whole ones.
    """
    if not rows:
        click.echo(empty)
        return
    texts = [list(heads), *([printable(str(cell)) for cell in row] for row in rows)]
    if sys.stdout.isatty():
        _show_fitting(texts)
        return
    widths = [max(cell_len(row[column]) for row in texts) for column in range(len(heads))]
    for row in texts:
        cells = (
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        )
        click.echo("  ".join(cells).rstrip())


def _show_fitting(texts: Sequence[Sequence[str]]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    for column in range(len(texts[0])):
        table.add_column(no_wrap=column == 0)  # the number by which other commands know it
    for row in texts:
        table.add_row(*(Text(cell, no_wrap=True, overflow="ellipsis") for cell in row))
    Console().print(table)
