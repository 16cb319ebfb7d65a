"""How the lists of `flask media` are printed: as tables, or as Studio wrote them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import click
from rich.console import Console

from app.cli.media import words
from app.cli.terminal import show_each, show_table
from app.studio.shapes import Shape

MANY = 50

T = TypeVar("T", bound=Shape)


def show_things(things: Iterable[Shape]) -> None:
    """Print things as Studio wrote them, in one JSON list."""
    show_each(thing.as_json() for thing in things)


def collect(things: Iterable[T]) -> list[T]:
    """Wait for all of them; on a terminal, show that they come."""
    with Console(stderr=True).status("Asking Studio …") as status:

        def counted() -> Iterator[T]:
            for number, thing in enumerate(things, 1):
                status.update(f"Asking Studio … {number}")
                yield thing

        return list(counted())


def show_list(
    found: Sequence[T],
    heads: Sequence[str],
    row: Callable[[T], tuple[Any, ...]],
    empty: str,
    *,
    as_json: bool,
) -> None:
    """Print a list that came as a whole."""
    if as_json:
        show_things(found)
        return
    rows = [[words.NOTHING if cell is None else cell for cell in row(one)] for one in found]
    show_table(heads, rows, empty)


def show_first(
    found: Iterator[T],
    limit: int | None,
    heads: Sequence[str],
    row: Callable[[T], tuple[Any, ...]],
    empty: str,
    *,
    as_json: bool,
) -> None:
    """Print the first of a list that comes in pages, and whether there may be more."""
    if as_json:
        show_things(found)
        return
    first = collect(found)
    show_list(first, heads, row, empty, as_json=False)
    if len(first) == limit:
        click.echo(f"The first {limit}; --all shows all.")
