"""Where a browser is sent: which Canvas, at which address, beginning when."""

from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from app.core.forwarding import canvas_origin, canvas_url, with_start
from app.errors import EmbedError

LOGIN = "https://sso.canvaslms.com"
HOSTS = ("*.instructure.com", "canvas.school.example")
LAUNCH = "https://school.instructuremedia.com/lti/launch?custom_arc_media_id=a%26b-1&x=ä +"


def _origin(
    domain: str | None,
    hosts: tuple[str, ...] | None = HOSTS,
    login: str = LOGIN,
    *,
    insecure: bool = False,
) -> str:
    try:
        return canvas_origin(domain, login, hosts, insecure=insecure)
    except EmbedError as error:
        return f"{error.status} {error.slug}"


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("canvas.school.example", "https://canvas.school.example"),
        ("Canvas.School.EXAMPLE", "https://canvas.school.example"),
        ("school.instructure.com", "https://school.instructure.com"),
        ("a.b.instructure.com", "https://a.b.instructure.com"),
        ("instructure.com", "403 canvas-host-refused"),
        ("evilinstructure.com", "403 canvas-host-refused"),
        ("evil.example", "403 canvas-host-refused"),
        ("school.instructure.com.evil.example", "403 canvas-host-refused"),
        ("x.canvas.school.example", "403 canvas-host-refused"),
        ("canvas.school.example.", "400 canvas-host-odd"),
        (None, "400 canvas-host-missing"),
        ("", "400 canvas-host-odd"),
        ("evil.example/x.instructure.com", "400 canvas-host-odd"),
        ("evil.example?.instructure.com", "400 canvas-host-odd"),
        ("evil.example#.instructure.com", "400 canvas-host-odd"),
        ("evil.example\\.instructure.com", "400 canvas-host-odd"),
        ("evil.example@school.instructure.com", "400 canvas-host-odd"),
        ("school.instructure.com@evil.example", "400 canvas-host-odd"),
        ("https://school.instructure.com", "400 canvas-host-odd"),
        ("school.instructure.com:443", "400 canvas-host-odd"),
        ("school.instructure.com\n", "400 canvas-host-odd"),
        (" school.instructure.com", "400 canvas-host-odd"),
        ("..instructure.com", "400 canvas-host-odd"),
        (".instructure.com", "400 canvas-host-odd"),
        ("-a.instructure.com", "400 canvas-host-odd"),
        ("a_b.instructure.com", "400 canvas-host-odd"),
        ("ä.instructure.com", "400 canvas-host-odd"),
        ("schооl.instructure.com", "400 canvas-host-odd"),
        ("[::1]", "400 canvas-host-odd"),
        ("a" * 64 + ".instructure.com", "400 canvas-host-odd"),
        ("a." * 125 + "instructure.com", "400 canvas-host-odd"),
    ],
)
def test_only_a_plain_host_that_is_allowed_is_taken(domain: str | None, expected: str):
    assert _origin(domain) == expected


@pytest.mark.parametrize(
    ("domain", "login", "expected"),
    [
        ("127.0.0.1:3000", "http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("127.0.0.1:3001", "http://127.0.0.1:3000", "https://127.0.0.1:3001"),
        ("127.0.0.1", "http://127.0.0.1:3000", "https://127.0.0.1"),
        ("127.0.0.1:3000", "https://127.0.0.1:3000", "https://127.0.0.1:3000"),
        ("canvas.test", "http://canvas.test", "http://canvas.test"),
        ("Canvas.test", "http://canvas.test", "http://canvas.test"),
        ("evil.example", "http://canvas.test", "https://evil.example"),
        ("canvas.test:99999999", "http://canvas.test", "400 canvas-host-odd"),
        ("canvas.test:", "http://canvas.test", "400 canvas-host-odd"),
        ("canvas.test/x", "http://canvas.test", "400 canvas-host-odd"),
    ],
)
def test_where_insecure_urls_are_allowed_http_is_only_for_the_platforms_own_origin(
    domain: str, login: str, expected: str
):
    assert _origin(domain, None, login, insecure=True) == expected


def test_http_is_never_used_where_insecure_urls_are_not_allowed():
    assert _origin("canvas.test", None, "http://canvas.test") == "https://canvas.test"


def test_a_port_does_not_lead_past_the_allowed_hosts():
    assert _origin("evil.example:443", insecure=True) == "403 canvas-host-refused"
    assert _origin("canvas.school.example:8443", insecure=True) == (
        "https://canvas.school.example:8443"
    )


def test_patterns_are_read_in_any_case_and_an_empty_list_allows_nothing():
    assert _origin("canvas.school.example", ("CANVAS.School.example",)).startswith("https://")
    assert _origin("canvas.school.example", ()) == "403 canvas-host-refused"


def test_a_refused_host_is_named_with_the_setting_to_change():
    with pytest.raises(EmbedError, match=r"evil\.example.*CANVAS_HOSTS"):
        canvas_origin("evil.example", LOGIN, HOSTS, insecure=False)


def test_the_launch_url_travels_whole_and_last():
    url = canvas_url("https://canvas.school.example", 17, LAUNCH)
    parts = urlsplit(url)
    assert url.startswith(
        "https://canvas.school.example/courses/17/external_tools/retrieve?display=borderless&url="
    )
    assert parse_qs(parts.query) == {"display": ["borderless"], "url": [LAUNCH]}
    assert not set(url.partition("&url=")[2]) & set("&?#/:+ ä=")


@pytest.mark.parametrize(
    ("query", "start_at", "expected"),
    [
        ("", 5, [("custom_arc_start_at", "5")]),
        ("a=1", 0, [("a", "1"), ("custom_arc_start_at", "0")]),
        ("custom_arc_start_at=9&a=1", 5, [("a", "1"), ("custom_arc_start_at", "5")]),
        ("custom_arc_start_at=9&custom_arc_start_at=8", 5, [("custom_arc_start_at", "5")]),
        ("a=&b=x%26y+z%C3%A4", 5, [("a", ""), ("b", "x&y zä"), ("custom_arc_start_at", "5")]),
        ("custom_arc_start_at=9", None, [("custom_arc_start_at", "9")]),
    ],
)
def test_the_start_replaces_one_that_is_there_and_leaves_the_rest(
    query: str, start_at: int | None, expected: list[tuple[str, str]]
):
    url = with_start(f"https://studio.example/lti/launch?{query}".rstrip("?"), start_at)
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "studio.example", "/lti/launch")
    assert parse_qsl(parts.query, keep_blank_values=True) == expected


def test_without_a_start_the_launch_url_is_untouched():
    assert with_start(LAUNCH, None) == LAUNCH
