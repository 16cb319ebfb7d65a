"""What every page of the service must keep, checked whenever a test opens one."""

import re
from collections import Counter
from html.parser import HTMLParser

import requests

TOKEN = re.compile(r"eyJ[\w-]+\.eyJ")
LEAVING = {'id="onward"': "strict-origin", 'id="proof"': "same-origin"}
REQUIRED_POLICY = ("default-src 'none'", "script-src 'self'", "base-uri 'none'", "frame-ancestors ")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.title = ""
        self.inline = ""
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = tag

    def handle_endtag(self, tag: str) -> None:
        self._open = "" if tag == self._open else self._open

    def handle_data(self, data: str) -> None:
        if self._open == "title":
            self.title += data
        if self._open in ("script", "style"):
            self.inline += data


def check_page(answer: requests.Response) -> None:
    """Assert what every page keeps."""
    text = answer.text
    reader = _Reader()
    reader.feed(text)
    policy = answer.headers["Content-Security-Policy"]
    tags = reader.tags
    assert text.startswith("<!doctype html>"), text[:80]
    assert ("html", {"lang": "en", "dir": "ltr"}) in tags or answer.is_redirect  # not our page
    assert reader.title.strip()
    assert all(part in policy for part in REQUIRED_POLICY), policy
    assert "unsafe" not in policy
    assert not reader.inline.strip()
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on")]
    assert not [tag for tag, attributes in tags if "style" in attributes]
    ids = Counter(attributes["id"] for _, attributes in tags if "id" in attributes)
    assert [name for name, times in ids.items() if times > 1] == []
    assert sum(tag == "h1" for tag, _ in tags) == 1
    for tag, attributes in tags:
        if tag == "form" and attributes.get("id") != "onward":
            assert (attributes.get("action") or "").startswith("/"), attributes
        if tag == "input" and attributes.get("type") != "hidden":
            assert ("label", {"for": attributes["id"]}) in tags
    expected = [policy for mark, policy in LEAVING.items() if mark in text]
    assert answer.headers["Referrer-Policy"] == (expected or ["no-referrer"])[0]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    if not any(mark in text for mark in LEAVING):
        assert not TOKEN.search(text), "a token on a page"


def read_code(answer: requests.Response) -> str:
    """The short code on an error page."""
    return answer.text.partition('<code id="code">')[2].partition("<")[0]


def read_reference(answer: requests.Response) -> str:
    """The reference on an error page."""
    return answer.text.partition('<code id="reference">')[2].partition("<")[0]
