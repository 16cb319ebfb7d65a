"""A file on another host, as its headers tell it: which, how long, and from where on. No I/O.

1. `Range: bytes=0-0` asks for one byte: the answer names the file, its length and its version.
2. `Range: bytes=N-` with `If-Range: "version"` goes on after N bytes, if it is still that version.
3. A host that knows no ranges sends the whole file, with 200.
Source: RFC 9110, 13.1.5 and 14.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.http import parse_content_range_header, parse_options_header

from app.studio.errors import StudioError
from app.texts import plain

PARTIAL, NOT_THAT_FAR = 206, 416
EXPIRED = frozenset({401, 403, 404, 410})
PAGES = frozenset({"text", "application/json", "application/xml", "application/xhtml+xml"})


@dataclass(eq=False)
class FileError(StudioError):
    """A file that its host did not give, or not whole. `again`: another try may bring it."""

    again: bool = True


@dataclass(frozen=True)
class RemoteFile:
    """A file to be fetched. `size` is bytes, None where the host does not say.

    `version` is a strong ETag; without one, or without ranges, it is fetched in one go.
    """

    url: str
    size: int | None
    version: str | None
    mime_type: str
    name: str | None

    @property
    def can_be_resumed(self) -> bool:
        """Whether a part of it can be fetched, and told from a part of another version."""
        return self.version is not None and self.size is not None


def read_file(url: str, status: int, headers: Mapping[str, str]) -> RemoteFile:
    """Read the answer to the request for one byte; raises `FileError`."""
    is_empty = status == NOT_THAT_FAR and _whole_size(headers) == 0
    if not is_empty:
        check_media(status, headers)
    ranged = status == PARTIAL
    size = 0 if is_empty else _whole_size(headers) if ranged else _length(headers)
    disposition = parse_options_header(headers.get("content-disposition", ""))[1]
    return RemoteFile(
        url,
        size,
        _version(headers) if ranged else None,
        _mime_type(headers),
        disposition.get("filename"),
    )


def find_start(file: RemoteFile, kept_bytes: int) -> int:
    """Give after how many bytes to go on: those of this very file that are here, or 0."""
    if not file.can_be_resumed or file.size is None or kept_bytes > file.size:
        return 0
    return kept_bytes


def ask_from(file: RemoteFile, start: int) -> dict[str, str]:
    """Give the headers that ask for the file after its first `start` bytes."""
    if not start or file.version is None:
        return {}
    return {"Range": f"bytes={start}-", "If-Range": file.version}


def check_answer(file: RemoteFile, start: int, status: int, headers: Mapping[str, str]) -> None:
    """See that this answer is the rest of the file after `start`; raises `FileError`."""
    if status == NOT_THAT_FAR:
        raise changed()
    check_media(status, headers)
    if file.version is not None and _version(headers) != file.version:
        raise changed()
    told = parse_content_range_header(headers.get("content-range"))
    begins = (told.start if told else None) if status == PARTIAL else 0
    if begins != start:
        raise changed()


def check_media(status: int, headers: Mapping[str, str]) -> None:
    """See that this status and type can be a media's; raises `FileError`."""
    if status in EXPIRED:
        raise _error(f"The file's host does not accept the address ({status}).")
    if status == 429 or status >= 500:
        raise _error(f"The file's host cannot serve at the moment ({status}).")
    if status not in (200, PARTIAL):
        raise _error(f"The file's host answers with status {status}.", again=False)
    mime_type = _mime_type(headers)
    if mime_type in PAGES or mime_type.partition("/")[0] in PAGES:
        raise _error(f"The file's host sends no media but {mime_type}.", again=False)
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise _error("The file's host sends the file packed, unasked.", again=False)


def changed() -> FileError:
    """What comes is not the file that was begun: it begins anew."""
    return _error("The file changed meanwhile.")


def broken(why: str) -> FileError:
    """The file did not come, or not to its end."""
    return _error(f"The file did not come whole: {why}.")


def refused(why: str) -> FileError:
    """The file must not be fetched from there."""
    return _error(f"The file cannot be fetched: {why}.", again=False)


def _error(title: str, *, again: bool = True) -> FileError:
    return FileError("studio-file", 502, plain(title), plain(""), again=again)


def _version(headers: Mapping[str, str]) -> str | None:
    """Give the ETag, if it is a strong one: a weak one may stand for other bytes."""
    etag = headers.get("etag", "")
    return etag if etag.startswith('"') else None


def _whole_size(headers: Mapping[str, str]) -> int | None:
    told = parse_content_range_header(headers.get("content-range"))
    return told.length if told else None


def _length(headers: Mapping[str, str]) -> int | None:
    text = headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _mime_type(headers: Mapping[str, str]) -> str:
    return parse_options_header(headers.get("content-type", ""))[0].lower()
