"""A file that a command writes is whole, or as it was before, however the command ends.

Not here: downloads, whose parts are kept to go on with (`app/core/part_files.py`).
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from app.cli.terminal import ask
from app.core.part_files import FileNotWrittenError


@contextmanager
def explained(target: Path) -> Iterator[None]:
    """Turn what the file system refuses in the block into `FileNotWrittenError`."""
    try:
        yield
    except OSError as error:
        title = f"{target} cannot be written: {error.strerror}."
        raise FileNotWrittenError("file-not-written", 500, title, "") from None


def ask_to_replace(target: Path, *, force: bool) -> None:
    """Go on where nothing is there, or it may be replaced; raises `FileNotWrittenError`."""
    with explained(target):
        if target.exists() and _find_open(target) is None:
            ask(f"{target} is there already. Replace it?", yes=force, option="--force")


def tell_saved(target: Path, what: str) -> None:
    """Say what a file has now; not behind it, where that is standard output."""
    with explained(target):
        is_open = _find_open(target) is not None
    click.echo(f"Saved {target}, with {what}.", err=is_open)


@contextmanager
def whole_file(target: Path) -> Iterator[BinaryIO]:
    """Give what to write to; it takes the target's place when the block ends well.

    What is no file, and what is open already, such as `/dev/stdout`, is written as it is. Raises
    `FileNotWrittenError`.
    """
    with explained(target):
        if (number := _find_open(target)) is not None:
            with os.fdopen(os.dup(number), "wb") as already_open:
                yield already_open
            return
        if target.exists() and not target.is_file():
            with target.open("wb") as device:
                yield device
            return
        place = target.resolve()
        part = place.with_name(f".{secrets.token_hex(8)}.part")
        with part.open("xb") as file:
            try:
                yield file
                file.flush()
                part.replace(place)
            finally:
                part.unlink(missing_ok=True)


def _find_open(target: Path) -> int | None:
    """Find the number of an open file of this process, if that is where a path's links lead.

    `/dev/stdout` is a link to one. Where that is a file, opening it anew would write from its
    start, over what stands there, and replacing it would leave the shell with the old one.
    """
    ours = Path("/proc/self/fd").resolve()
    while target.exists():
        target = target.parent.resolve() / target.name
        if target.parent == ours:
            return int(target.name)
        if not target.is_symlink():
            return None
        target = target.parent / target.readlink()
    return None
