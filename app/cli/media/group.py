"""The group of `flask media`, and what its commands share."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import click

from app.cli.terminal import Commands
from app.inputs import LARGEST_ID
from app.outside import Outside
from app.studio.client import StudioClient
from app.studio.errors import StudioError
from app.studio.trying import may_have_been_obeyed
from app.texts import plain

commands = Commands("media", help="The media of a Studio account.")

of_media = click.argument("media_id", type=click.IntRange(1, LARGEST_ID))

show_all = click.option("--all", "all_", is_flag=True, help="Show all that there are.")


def open_studio(outside: Outside, named: str | None) -> StudioClient:
    """Give a client of the account that was named, which waits for its turn."""
    return outside.studio(outside.get_account(named)).patient()


@contextmanager
def told_if_unknown(what: str, look: str) -> Iterator[None]:
    """Say that nobody knows whether it was done, where Studio did not say so."""
    try:
        yield
    except StudioError as error:
        if not may_have_been_obeyed(error):
            raise
        title = plain(f"It is not known whether {what}.")
        raise replace(error, title=title, hint=plain(look)) from None
