"""What came of a file so far: it lies beside its place, with a note of which file it is of.

`NAME.part` holds the bytes, `NAME.part.json` the note: without it a later run could not know
whether they are the first bytes of the very same file. One process writes at a time.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from app.errors import ServiceError


class FileNotWrittenError(ServiceError):
    """A file cannot be written on this machine."""


@dataclass(frozen=True)
class Note:
    """Of which file a part is: of `what`, as long as this, in this version."""

    what: str
    size: int | None
    version: str | None


@dataclass(frozen=True)
class PartFile:
    """The part of the file that will be `target`."""

    target: Path

    @property
    def path(self) -> Path:
        """Where the bytes are."""
        return self.target.with_name(f"{self.target.name}.part")

    @property
    def _note_path(self) -> Path:
        return self.target.with_name(f"{self.target.name}.part.json")

    @contextmanager
    def mine(self) -> Iterator[BinaryIO]:
        """Open the part for this process alone; raises `FileNotWrittenError`, in the block too."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        with self._written(), os.fdopen(_open(self.path, flags), "ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise self._busy() from None
            if not self._is(file):  # it was finished between opening and locking
                raise self._busy()
            try:
                yield file
            finally:
                if self._is(file) and not length(file):
                    self.path.unlink()
                    self._note_path.unlink(missing_ok=True)

    def read_note(self) -> Note | None:
        """Find out of which file the part is; None where that is not known."""
        try:
            return Note(**json.loads(self._note_path.read_bytes()))
        except (OSError, ValueError, TypeError):
            return None

    def begin(self, file: BinaryIO, note: Note, start: int) -> None:
        """Keep the first `start` bytes, and note of which file they and the others are."""
        file.truncate(start)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with os.fdopen(_open(self._note_path, flags), "w") as noted:
            json.dump(asdict(note), noted)

    def add(self, file: BinaryIO, pieces: Iterable[bytes], start: int) -> Iterator[int]:
        """Write piece after piece behind `start`; gives the length so far."""
        for piece in pieces:
            file.write(piece)
            start += len(piece)
            yield start
        file.flush()
        os.fsync(file.fileno())

    def finish(self, *, replace: bool) -> None:
        """Put the file into its place; raises `FileNotWrittenError` where one came about there."""
        if self.target.exists() and not replace:
            raise _not_written(f"{self.target} came about meanwhile.", f"The file is {self.path}.")
        self.path.replace(self.target)
        self._note_path.unlink()

    def going_on(self) -> str:
        """Say how to go on with what came, if anything did."""
        if not self.path.exists():
            return ""
        return f"What came is kept in {self.path}: the same command goes on with it."

    def _is(self, file: BinaryIO) -> bool:
        return self.path.exists() and os.path.samestat(self.path.stat(), os.fstat(file.fileno()))

    def _busy(self) -> FileNotWrittenError:
        return _not_written(
            f"Another download is writing {self.path}.", "Wait for it, or say another --to."
        )

    @contextmanager
    def _written(self) -> Iterator[None]:
        """Turn what the file system refuses into `FileNotWrittenError`."""
        try:
            yield
        except OSError as error:
            where = error.filename or self.path
            raise _not_written(f"{where} cannot be written: {error.strerror}.", "") from None


def _open(path: Path, flags: int) -> int:
    """Open a file, but not through a link that somebody laid there, to a file elsewhere."""
    return os.open(path, flags | os.O_NOFOLLOW, 0o666)


def length(file: BinaryIO) -> int:
    """Give how long a file is with what was written to it last."""
    file.flush()
    return os.fstat(file.fileno()).st_size


def _not_written(title: str, hint: str) -> FileNotWrittenError:
    return FileNotWrittenError("file-not-written", 500, title, hint)
