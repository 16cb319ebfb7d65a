"""What comes from outside, read without surprises: origins of URLs, and texts to keep or show."""

from unicodedata import category
from urllib.parse import urlsplit

_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


def origin_of(url: str) -> str | None:
    """Give scheme, host and port of an http(s) URL, in lower case; None where it is none.

    A URL that names a user, or whose host or port cannot be read, is none.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return None
    return f"{parts.scheme}://{parts.netloc.lower()}"


def is_id(text: object, longest: int = 255) -> bool:
    """Whether this is a text that can be kept and compared: not empty, nothing unprintable."""
    return isinstance(text, str) and 0 < len(text) <= longest and text.isprintable()


def printable(text: str) -> str:
    """Give a text for people on one line, with a blank for control and half characters."""
    if text.isprintable():
        return text
    return "".join(" " if category(each) in _UNPRINTABLE else each for each in text)
