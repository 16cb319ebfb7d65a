"""How a download goes: a bar on a terminal, a line now and then elsewhere; on standard error."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from app.core.downloads import Watcher

LINES = 10
LINE_BYTES = 100_000_000


class _Bar:
    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def at(self, done_bytes: int, size: int | None) -> None:
        self._progress.update(self._task, completed=done_bytes, total=size)

    def tell(self, text: str) -> None:
        self._progress.console.print(text, markup=False, highlight=False)


class _Lines:
    """A line for each tenth of the file, or for each 100 MB where its length is not known."""

    def __init__(self) -> None:
        self._told = 0

    def at(self, done_bytes: int, size: int | None) -> None:
        step = done_bytes * LINES // size if size else done_bytes // LINE_BYTES
        if step > self._told:
            of = f" of {decimal(size)}" if size else ""
            click.echo(f"{decimal(done_bytes)}{of}", err=True)
        self._told = step

    def tell(self, text: str) -> None:
        click.echo(text, err=True)


@contextmanager
def watching() -> Iterator[Watcher]:
    """Show how a download goes, as this terminal can."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield _Bar(progress, progress.add_task("", total=None))
