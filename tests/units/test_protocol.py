"""How Studio's answers are read: plain headers and bytes, each oddity with its error."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.studio import operations, protocol
from app.studio.errors import StudioAnswerError

STUDIO = "https://school.instructuremedia.com"
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("0", 0),
        (" 120 ", 120),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("Sunday, 01-Mar-26 12:00:30 GMT", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("²", None),
        ("Sun, 99 Mar 2026 12:00:30 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_or_nothing(text: str | None, expected: int | None):
    assert protocol.read_retry_after(text, NOW) == expected


def test_an_endless_retry_after_breaks_nothing():
    asked = protocol.read_retry_after("9" * 5000, NOW)
    assert asked is None or asked > 10


def test_a_date_is_rounded_up_so_that_nobody_comes_too_early():
    early = NOW + timedelta(milliseconds=1)
    assert protocol.read_retry_after("Sun, 01 Mar 2026 12:00:30 GMT", early) == 30
    late = NOW - timedelta(milliseconds=1)
    assert protocol.read_retry_after("Sun, 01 Mar 2026 12:00:30 GMT", late) == 31


def test_tokens_are_read_and_not_shown():
    tokens = protocol.read_tokens(
        {"access_token": "at", "refresh_token": "rt", "expires_in": "3600", "token_type": "Bearer"}
    )
    assert tokens.access_token.get_secret_value() == "at"
    assert tokens.refresh_token is not None
    assert tokens.refresh_token.get_secret_value() == "rt"
    assert tokens.expires_at(NOW) == NOW + timedelta(hours=1)
    assert "rt" not in repr(tokens).replace("SecretStr", "").replace("expires", "")
    assert protocol.read_tokens({"access_token": "at"}).expires_at(NOW) is None


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"access_token": ""},
        {"access_token": 5},
        {"refresh_token": "x"},
        {"access_token": "€uro"},
        {"access_token": "two words"},
        {"access_token": "at\n"},
        {"access_token": "at", "refresh_token": "r\x7f"},
    ],
    ids=str,
)
def test_what_holds_no_tokens_is_refused(value: Any):
    with pytest.raises(StudioAnswerError):
        protocol.read_tokens(value)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"\xff", b"[" * 100_000, b"[" * 300 + b"]" * 300],
    ids=len,
)
def test_what_is_no_json_is_refused(body: bytes):
    with pytest.raises(StudioAnswerError):
        protocol.read_json(body, "show")


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999"])
def test_what_json_cannot_say_again_is_refused(number: bytes):
    with pytest.raises(StudioAnswerError):
        protocol.read_json(b'{"media": {"id": 1, "duration": %s}}' % number, "show")


def test_numbers_and_nesting_as_studio_has_them_are_read():
    said = b'{"media": [{"id": 1, "duration": 1.5e2, "more": [[{}]]}]}'
    assert protocol.read_json(said, "show")["media"][0]["duration"] == 150.0


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("https://files.notorious.example/x?sig=1", "https://files.notorious.example/x?sig=1"),
        ("/downloads/7.webm?expires=1", f"{STUDIO}/downloads/7.webm?expires=1"),
        ("//cdn.example/7.webm", "https://cdn.example/7.webm"),
    ],
)
def test_where_a_download_is_to_be_had(location: str, url: str):
    headers = {"location": location}
    assert protocol.read_download_url(headers, STUDIO, allow_insecure=False) == url


@pytest.mark.parametrize(
    "location",
    [
        "",
        "http://files.example/x",
        "ftp://files.example/x",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://user:pass@files.example/x",
        "https://files.example\\@evil.example/",
        "https://files.example/a b",
        "https://files.example/\r\nX: y",
        "https://files.example/ä",
        "https://",
        "https://[::1/x",
        "//[::1/x",
        "x",
        "https://files.example:port/",
        "https://files.example/" + "x" * 4096,
    ],
)
def test_a_redirect_that_leads_nowhere_good_is_refused_and_not_logged(location: str):
    with pytest.raises(StudioAnswerError) as caught:
        protocol.read_download_url({"location": location}, STUDIO, allow_insecure=False)
    assert str(caught.value.log).startswith("download: the redirect leads to ")
    assert "files" not in str(caught.value.log)


def test_a_redirect_that_is_not_there_is_refused():
    with pytest.raises(StudioAnswerError):
        protocol.read_download_url({}, STUDIO, allow_insecure=True)


def test_downloads_over_http_are_for_tests():
    headers = {"location": "http://127.0.0.2:8002/x"}
    found = protocol.read_download_url(headers, STUDIO, allow_insecure=True)
    assert found == "http://127.0.0.2:8002/x"


@pytest.mark.parametrize("body", [b"pong", b'"pong"', b'{"ping": "Pong"}'])
def test_a_pong_is_one_in_any_dress(body: bytes):
    protocol.read_pong(body)


@pytest.mark.parametrize("body", [b"", b"ping", b"<html>" + b"x" * 100 + b"pong"])
def test_what_is_no_pong_is_refused(body: bytes):
    with pytest.raises(StudioAnswerError):
        protocol.read_pong(body)


def test_a_path_is_filled_with_numbers_and_a_query_is_encoded():
    path = protocol.fill_path(operations.SHOW, {"media_id": 7}, {})
    assert path == "/api/public/v1/media/7"
    query = {"title": "a&b=c/ä", "page": "2"}
    assert protocol.fill_path(operations.SEARCH, {}, query) == (
        "/api/public/v1/media/search?title=a%26b%3Dc%2F%C3%A4&page=2"
    )
