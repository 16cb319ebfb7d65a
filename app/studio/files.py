"""The hosts to which Studio's downloads lead: one file, fetched from where the last try ended.

Security: they are others than Studio, so our access token is not sent. Every address is signed:
none stands in an error.
Not here: how the headers are read (`ranges`), what is kept and how often is tried (`core`).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import requests

from app.http import (
    CONNECT_SECONDS,
    AnswerLostError,
    AnswerTimeoutError,
    HostRefusedError,
    OutgoingError,
    explained,
)
from app.inputs import origin_of
from app.studio import protocol, ranges
from app.studio.errors import StudioAnswerError
from app.studio.ranges import FileError, RemoteFile

STALL_SECONDS = 30.0
MOST_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PIECE_BYTES = 128 * 1024


@dataclass(frozen=True)
class FileHosts:
    """The way to any of them; one that sends nothing for `stall_seconds` is given up."""

    session: requests.Session
    allow_insecure: bool = False
    stall_seconds: float = STALL_SECONDS

    def look_at(self, url: str) -> RemoteFile:
        """Find out which file this is, by its first byte; raises `FileError`."""
        with self._get(url, {"Range": "bytes=0-0"}) as (there, answer):
            file = ranges.read_file(there, answer.status_code, _lower(answer))
            if answer.status_code == ranges.PARTIAL:
                self._read(answer)  # so that the connection can be used again
            return file

    @contextmanager
    def reading(self, file: RemoteFile, start: int) -> Iterator[Iterator[bytes]]:
        """Give the file's bytes after the first `start`, to its end; raises `FileError`."""
        with self._get(file.url, ranges.ask_from(file, start)) as (_, answer):
            ranges.check_answer(file, start, answer.status_code, _lower(answer))
            yield self._pieces(answer, None if file.size is None else file.size - start)

    def _pieces(self, answer: requests.Response, expected: int | None) -> Iterator[bytes]:
        got = 0
        while piece := self._read(answer):
            got += len(piece)
            yield piece
        if expected is not None and got != expected:
            raise ranges.broken(f"{got} bytes came, and {expected} were announced")

    def _read(self, answer: requests.Response) -> bytes:
        try:
            with explained(self.stall_seconds):
                piece: bytes = answer.raw.read1(PIECE_BYTES, decode_content=False)
                return piece
        except OutgoingError as error:
            raise self._explain(error) from None

    def _explain(self, error: OutgoingError) -> FileError:
        match error:
            case HostRefusedError():
                return ranges.refused(str(error))
            case AnswerTimeoutError():
                return ranges.broken(f"nothing came for {self.stall_seconds:g} s")
            case AnswerLostError():
                return ranges.broken("the connection broke")
            case _:
                return ranges.broken(str(error))

    @contextmanager
    def _get(self, url: str, headers: Mapping[str, str]) -> Iterator[tuple[str, requests.Response]]:
        """Ask for a file, and follow to where it is; gives its address there, and the answer."""
        for _ in range(MOST_REDIRECTS + 1):
            with self._ask(url, headers) as answer:
                if answer.status_code not in REDIRECTS:
                    yield url, answer
                    return
                url = self._next(url, _lower(answer))
        raise ranges.refused("its host leads from one address to the next")

    def _ask(self, url: str, headers: Mapping[str, str]) -> requests.Response:
        try:
            with explained(self.stall_seconds):
                return self.session.get(
                    url,
                    headers={"Accept-Encoding": "identity", **headers},
                    timeout=(CONNECT_SECONDS, self.stall_seconds),
                    allow_redirects=False,
                    stream=True,
                )
        except OutgoingError as error:
            raise self._explain(error) from None

    def _next(self, url: str, headers: Mapping[str, str]) -> str:
        try:
            here = origin_of(url) or ""
            return protocol.read_download_url(headers, here, allow_insecure=self.allow_insecure)
        except StudioAnswerError:
            raise ranges.refused(
                "its host leads on to an address that must not be followed"
            ) from None


def _lower(answer: requests.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.headers.items()}
