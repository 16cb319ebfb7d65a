"""What Canvas's sanitizer leaves of a tool's HTML, as far as this LMS goes: its iframes. Pure.

`style` does not stay, because this LMS's content policy allows none: width and height do.
"""

from html.parser import HTMLParser
from urllib.parse import urlsplit

_KEPT = frozenset(
    {
        *("class", "title", "src", "width", "height", "allow", "loading", "name"),
        *("allowfullscreen", "webkitallowfullscreen", "mozallowfullscreen"),
        *("data-studio-resizable", "data-studio-tray-enabled", "data-studio-convertible-to-link"),
    }
)


class _Reader(HTMLParser):
    def __init__(self, lms_url: str) -> None:
        super().__init__()
        self._lms_url = lms_url
        self.iframes: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an iframe whose address is this LMS's."""
        attributes = {name: value or "" for name, value in attrs if name in _KEPT}
        if tag == "iframe" and _is_ours(attributes.get("src", ""), self._lms_url):
            self.iframes.append(attributes)


def iframes_of(html: str, lms_url: str) -> list[dict[str, str]]:
    """Give the attributes of each iframe that may stay; no other element does."""
    reader = _Reader(lms_url)
    reader.feed(html)
    reader.close()
    return reader.iframes


def _is_ours(address: str, lms_url: str) -> bool:
    """Say whether browsers take this for an address of the LMS: a path, or its own origin."""
    if "\\" in address or not address.isprintable():
        return False
    parts = urlsplit(address)
    origin = f"{parts.scheme}://{parts.netloc}" if parts.scheme or parts.netloc else lms_url
    return origin == lms_url and parts.path.startswith("/")
