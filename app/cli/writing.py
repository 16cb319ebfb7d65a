"""A file that a command writes is whole, or as it was before, however the command ends.

Not here: downloads, whose parts are kept to go on with (`app/core/part_files.py`).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

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
        if target.exists():
            ask(f"{target} is there already. Replace it?", yes=force, option="--force")


@contextmanager
def whole_file(target: Path) -> Iterator[BinaryIO]:
    """Give what to write to; it takes the target's place when the block ends well.

    What is no file, such as `/dev/stdout`, is written as it is. Raises `FileNotWrittenError`.
    """
    with explained(target):
        if target.exists() and not target.is_file():
            with target.open("wb") as device:
                yield device
            return
        place = target.resolve()
        part = place.with_name(f".{place.name}.{os.getpid()}.part")
        with part.open("xb") as file:
            try:
                yield file
                file.flush()
                part.replace(place)
            finally:
                part.unlink(missing_ok=True)
