"""`flask media search`: each filter of Studio's search is an option."""

import shlex
from collections.abc import Callable, Iterable
from typing import Any

import click

from app.cli.media import words
from app.cli.media.group import commands, open_studio, show_all
from app.cli.media.lists import collect, show_things
from app.cli.terminal import as_json, of_studio, show_table, with_outside
from app.inputs import LARGEST_ID
from app.outside import Outside
from app.studio.arguments import LARGEST_PAGE, MOST_PER_PAGE
from app.studio.client import StudioClient
from app.studio.search import MediaSearch, read_search
from app.studio.shapes import Media

PER_PAGE = 20
HEADS = ("id", "title", "duration", "size", "created", "owner")
EMPTY = "No media fits. Fewer filters may find some."
PAGE_OR_MORE = "--page and --per-page, --limit, and --all exclude one another."


def filters(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each filter."""
    for name, field in reversed(MediaSearch.model_fields.items()):
        said = f"{field.description}.".capitalize()
        day = "YYYY-MM-DD" if name.endswith("_date") else None
        option = click.option(f"--{name.replace('_', '-')}", name, help=said, metavar=day)
        command = option(command)
    return command


def _refuse(_context: click.Context, _argument: click.Parameter, words: tuple[str, ...]) -> None:
    if words:
        title = shlex.quote(" ".join(words))
        raise click.UsageError(f"What to find is said by options: --title {title}")


@commands.command("search")
@click.argument("words", nargs=-1, metavar="", expose_value=False, callback=_refuse)
@of_studio
@filters
@click.option("--page", type=click.IntRange(1, LARGEST_PAGE), help="Which page. [default: 1]")
@click.option(
    "--per-page",
    type=click.IntRange(1, MOST_PER_PAGE),
    help=f"How many a page. [default: {PER_PAGE}]",
)
@click.option("--limit", type=click.IntRange(1, LARGEST_ID), help="So many, of all pages.")
@show_all
@as_json
@with_outside
def search(
    outside: Outside,
    *,
    studio: str | None,
    page: int | None,
    per_page: int | None,
    limit: int | None,
    all_: bool,
    as_json: bool,
    **given: str | None,
) -> None:
    """Find media.

    What is found fits every filter. Without any, these are all media.

    \b
    flask media search --title photosynthesis --owner ines@school.example
    flask media search --start-date 2026-01-01 --min-size 1000000000 --all
    flask media search --all --json > media.json
    """
    if sum((page is not None or per_page is not None, limit is not None, all_)) > 1:
        raise click.UsageError(PAGE_OR_MORE)
    wanted = read_search({name: value for name, value in given.items() if value is not None})
    client = open_studio(outside, studio)
    if limit is None and not all_:
        _show_page(client, wanted, page or 1, per_page or PER_PAGE, as_json=as_json)
        return
    found = client.list_media(wanted, limit=limit)
    if as_json:
        show_things(found)
        return
    media = collect(found)
    _show_media(media, EMPTY)
    if media:
        more = len(media) == limit
        click.echo(f"The first {limit}; --all shows all." if more else f"{len(media)} media.")


def _show_page(
    client: StudioClient, wanted: MediaSearch, number: int, per_page: int, *, as_json: bool
) -> None:
    page = client.search(wanted, page=number, per_page=per_page)
    if as_json:
        show_things(page.items)
        return
    total = None if page.meta is None else page.meta.total_count
    _show_media(page.items, f"Page {number} is empty; --page 1 is the first." if total else EMPTY)
    if not page.items:
        return
    of = f" of {total}" if total is not None else ""
    more = page.may_be_followed(number, (number - 1) * per_page + len(page.items))
    next_ = f"; --page {number + 1} shows the next, --all shows them all" if more else ""
    click.echo(f"{len(page.items)}{of}{next_}.")


def _show_media(media: Iterable[Media], empty: str) -> None:
    rows: list[tuple[Any, ...]] = [
        (
            one.id,
            one.title or words.NOTHING,
            words.duration(one.duration),
            words.size(one.size),
            words.day(one.created_at),
            words.name(one.owner),
        )
        for one in media
    ]
    show_table(HEADS, rows, empty)
