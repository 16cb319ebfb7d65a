"""A copy of a file, so that what is read is what was there when it began, from a pipe too."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from app.core.plans.faults import Fault, UnreadableError

MOST_BYTES = 64 * 1024 * 1024
_PIECE = 1024 * 1024


@dataclass(frozen=True)
class Source:
    """A file of this name for people; `digest` is SHA-256 of what is in it."""

    name: str
    file: BinaryIO
    digest: str


@contextmanager
def copied(name: str, original: BinaryIO) -> Iterator[Source]:
    """Keep a copy for the block; raises `UnreadableError` where it is too large."""
    digest = hashlib.sha256()
    with tempfile.TemporaryFile() as copy:
        while piece := original.read(_PIECE):
            digest.update(piece)
            copy.write(piece)
            if copy.tell() > MOST_BYTES:
                most = f"A file may have {MOST_BYTES // 1024**2} MB."
                raise UnreadableError(Fault(name, None, None, most, "Make several of it."))
        copy.seek(0)
        yield Source(name, copy, digest.hexdigest())
