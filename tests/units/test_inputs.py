"""Origins of URLs: they stand in policies, so nothing but an origin may come of any text."""

import pytest

from app.inputs import origin_of


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Files.Example/a?b", "https://files.example"),
        ("https://files.example:443/", "https://files.example"),
        ("http://127.0.0.2:8080/x", "http://127.0.0.2:8080"),
        ("https://[2001:DB8::1]:444/", "https://[2001:db8::1]:444"),
        ("https://x; script-src-elem evil/…", None),
        ("https://x;script-src-elem/evil", None),
        ("https://x,y/", None),
        ("https://x *.evil.example/", None),
        ("https://*.example/", None),
        ("https://bücher.example/", None),
        ("https://x.example\u2028/", None),
        ("https://'none'/", None),
        ("https://user@files.example/", None),
        ("ftp://files.example/", None),
        ("https:///x", None),
    ],
)
def test_an_origin_has_a_plain_host_or_is_none(url: str, origin: str | None):
    assert origin_of(url) == origin
