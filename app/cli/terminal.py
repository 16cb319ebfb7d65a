"""How commands talk: a group that explains errors, one value as JSON, tables of text."""

import functools
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from app.errors import ServiceError, StartError
from app.outside import Outside
from app.prepare import prepare


class Commands(AppGroup):
    """A group whose commands fail with a sentence, and status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command of the group."""
        try:
            return super().invoke(ctx)
        except (ServiceError, StartError) as error:
            detail = f" {error.log}." if isinstance(error, ServiceError) and error.log else ""
            click.echo(f"Error: {error}{detail}", err=True)
            sys.exit(1)


def with_outside(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the prepared `Outside` as its first argument."""

    @functools.wraps(command)
    @with_appcontext
    def prepared(*args: Any, **kwargs: Any) -> None:
        outside: Outside = current_app.extensions["outside"]
        prepare(outside)
        command(outside, *args, **kwargs)

    return prepared


as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")

of_studio = click.option(
    "--studio", "studio", help="The Studio account, by number, URL or host; else the default one."
)


def show(value: Any) -> None:
    """Print one JSON value."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def show_table(heads: Sequence[str], rows: Sequence[Sequence[Any]], empty: str) -> None:
    """Print rows under their heads, or `empty` where there are none."""
    if not rows:
        click.echo(empty)
        return
    texts = [list(heads), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in texts) for column in range(len(heads))]
    for row in texts:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
