"""What comes from outside, read without surprises: origins of URLs, and texts to keep or show."""

from urllib.parse import urlsplit


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
    """Give a text for people, with a blank for whatever cannot be shown (half a character, too)."""
    return "".join(character if character.isprintable() else " " for character in text)
