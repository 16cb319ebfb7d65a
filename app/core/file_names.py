"""How a file of a media is named: by its title, safe in any folder. No I/O.

Not here: whether such a file is there already.
"""

from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from pathvalidate import sanitize_filename

from app.inputs import printable
from app.studio.ranges import RemoteFile

LONGEST_BYTES = 200
EXTENSIONS = {
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/webm": "weba",
    "audio/x-m4a": "m4a",
    "audio/x-wav": "wav",
    "video/mp4": "mp4",
    "video/mpeg": "mpg",
    "video/ogg": "ogv",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-m4v": "m4v",
    "video/x-matroska": "mkv",
    "video/x-msvideo": "avi",
}
_TURNS_WRITING = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F))
"""Characters that make `gpj.exe` look like `exe.jpg`."""


def make_file_name(title: str | None, media_id: int, file: RemoteFile) -> str:
    """Give a name that no folder takes for anything but a file in it, with the right ending."""
    ending = f".{_extension(file)}"
    stem = _safe(title or "").removesuffix(ending) or f"Media {media_id}"
    # Once more: where a long one is cut off, and where the ending makes a reserved name of it.
    return sanitize_filename(f"{stem}{ending}", platform="universal")


def _safe(title: str) -> str:
    """Leave out what means something to a file system, a shell or a reader."""
    plain = " ".join(printable(title).translate(_TURNS_WRITING).split())
    safe = sanitize_filename(plain, replacement_text="_", platform="universal", max_len=255)
    cut = safe.lstrip(".-~ ").encode()[:LONGEST_BYTES].decode(errors="ignore")
    return cut.rstrip(". ")


def _extension(file: RemoteFile) -> str:
    """Find what the file's name ends with: by its type, its own name, its address."""
    if known := EXTENSIONS.get(file.mime_type):
        return known
    for name in (file.name or "", unquote(urlsplit(file.url).path)):
        extension = PurePosixPath(name).suffix[1:].lower()
        if extension in EXTENSIONS.values():
            return extension
    return "bin"
