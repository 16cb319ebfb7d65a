"""What comes from outside, read without surprises: numbers, times, origins of URLs, texts."""

import re
from unicodedata import category
from urllib.parse import urlsplit

LARGEST_ID = 2**63 - 1
LONGEST_START_SECONDS = 7 * 24 * 3600
_HOST = re.compile(r"[a-z0-9.-]+|\[[0-9a-f:.]+\]", re.ASCII)
_PORTS = {"http": 80, "https": 443}
_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


def origin_of(url: str) -> str | None:
    """Give scheme, host and port of an http(s) URL, as browsers write them; None where it is none.

    That is in lower case, and without the port that the scheme has anyway. A URL that names a
    user, or whose host or port cannot be read, is none.
    Security: origins stand in policies, so a host has letters, digits, dots and dashes only.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    host = parts.netloc.lower().removesuffix(f":{port}").removesuffix(":")
    if not _HOST.fullmatch(host):
        return None
    if port is None or port == _PORTS[parts.scheme]:
        return f"{parts.scheme}://{host}"
    return f"{parts.scheme}://{host}:{port}"


def may_be_loaded(url: str | None, *, insecure: bool) -> bool:
    """Whether a page may load what is there: over https, and over http where that is allowed."""
    origin = origin_of(url or "")
    return origin is not None and (insecure or origin.startswith("https:"))


def is_id(text: object, longest: int = 255) -> bool:
    """Whether this is a text that can be kept and compared: not empty, nothing unprintable."""
    return isinstance(text, str) and 0 < len(text) <= longest and text.isprintable()


def may_be_token(text: str) -> bool:
    """Whether this can stand in an `Authorization` header: printable ASCII without blanks."""
    return all("!" <= character <= "~" for character in text)


def printable(text: str) -> str:
    """Give a text for people on one line, with a blank for control and half characters."""
    if text.isprintable():
        return text
    return "".join(" " if category(each) in _UNPRINTABLE else each for each in text)


def read_positive(text: str) -> int | None:
    """Give a whole number above zero, as databases keep it; None where `text` is none."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 19 else 0
    return number if 0 < number <= LARGEST_ID else None


def read_clock(text: str) -> int | None:
    """Read seconds (`75`) or a clock's time (`1:15`, `1:02:03`); None where it is none."""
    parts = text.split(":")
    if len(parts) > 3 or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    if any(len(part) > 6 for part in parts) or any(int(part) > 59 for part in parts[1:]):
        return None
    seconds = 0
    for part in parts:
        seconds = seconds * 60 + int(part)
    return seconds if seconds <= LONGEST_START_SECONDS else None
