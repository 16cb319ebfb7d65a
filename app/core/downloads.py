"""Fetch the file of a media: again and again from where it broke off, until it is whole.

1. Studio is asked for an address at every try: each is good for a day, and a download may be
   gone on with a week later.
2. The first byte tells which file is there; what is here already of the very same one is kept.
3. The rest is added to it. Five tries in a row that bring nothing are the end.
4. The whole file is put into its place.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

from app.core.part_files import FileNotWrittenError, Note, PartFile, length
from app.studio.client import StudioClient
from app.studio.files import FileHosts
from app.studio.ranges import FileError, RemoteFile, find_start
from app.texts import plain

TRIES = 5
FIRST_PAUSE_SECONDS = 0.5

T = TypeVar("T")


class Watcher(Protocol):
    """Whoever looks on."""

    def at(self, done_bytes: int, size: int | None) -> None:
        """So much is here now, of so much; None where nobody knows."""

    def tell(self, text: str) -> None:
        """Something went otherwise."""


@dataclass(frozen=True)
class Download:
    """One file: `media_id` in `quality`, or in the best one (None), of one Studio account."""

    studio: StudioClient
    hosts: FileHosts
    media_id: int
    quality: str | None = None
    first_pause_seconds: float = FIRST_PAUSE_SECONDS

    def look(self, watcher: Watcher) -> RemoteFile:
        """Find out which file there is; raises `StudioError`."""
        return self._persist(self._look, watcher, lambda: 0)

    def save(self, target: Path, watcher: Watcher, *, replace_it: bool = False) -> int:
        """Fetch the file to `target`; gives its length.

        Raises `StudioError` and `FileNotWrittenError`. What came is kept beside `target`.
        """
        part = PartFile(target)
        try:
            with part.mine() as file:
                self._persist(
                    lambda: self._go_on(part, file, watcher), watcher, lambda: length(file)
                )
                part.finish(replace=replace_it)
                return length(file)
        except (FileError, FileNotWrittenError) as error:
            raise replace(error, hint=plain(error.hint or part.going_on())) from None

    def _look(self) -> RemoteFile:
        return self.hosts.look_at(self.studio.get_download_url(self.media_id, self.quality))

    def _go_on(self, part: PartFile, file: BinaryIO, watcher: Watcher) -> None:
        remote = self._look()
        what = f"{self.studio.url}/media/{self.media_id}/{self.quality or 'best'}"
        note = Note(what, remote.size, remote.version)
        here = length(file)
        start = find_start(remote, here) if part.read_note() == note else 0
        if start < here:
            watcher.tell("What is here already is not of this file as it is now: it begins anew.")
        part.begin(file, note, start)
        watcher.at(start, remote.size)
        if start and start == remote.size:
            return
        with self.hosts.reading(remote, start) as pieces:
            for done in part.add(file, pieces, start):
                watcher.at(done, remote.size)

    def _persist(self, once: Callable[[], T], watcher: Watcher, so_far: Callable[[], int]) -> T:
        """Try until it is done; raises `FileError` after `TRIES` that brought nothing more."""
        failed = 0
        while True:
            before = so_far()
            try:
                return once()
            except FileError as error:
                failed = 1 if so_far() > before else failed + 1
                if not error.again or failed == TRIES:
                    raise
                watcher.tell(f"{error.title} Trying again.")
                threading.Event().wait(self.first_pause_seconds * 2 ** (failed - 1))
