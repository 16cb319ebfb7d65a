"""What the last processor blacks out, whoever logged it."""

import io
import json

import pytest
import structlog

from app.logs import redact, render, set_up_logs

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI1In0.c2lnbmF0dXJl-_x"
FERNET = "gAAAAABl" + "x" * 40 + "=="
API_KEY = "se_0a1b2c3d_" + "9f" * 32


def _line(text: str) -> object:
    return redact(None, "info", {"event": text})["event"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"token {JWT} end", "token … end"),
        (f"id_token={JWT}&state=1", "id_token=…&state=1"),
        ("eyJhbGciOiJSUzI1NiJ9", "…"),
        (f"ticket {FERNET}.", "ticket …."),
        (f"key {API_KEY}, cut {API_KEY[:30]}", "key …, cut …"),
        ("/api/v1/se_0a1b2c3d", "/api/v1/se_0a1b2c3d"),
        ("from ines.instructor@sandbox.test now", "from …@… now"),
        ("<a+b_c-d@e-f.school.example>", "<…@…>"),
        ("at https://lms.example/a/b?token=1&x=2 now", "at https://lms.example/a/b?… now"),
        ("'http://h:1/x?y' and \"https://h/?z\"", "'http://h:1/x?…' and \"https://h/?…\""),
        ("GET /lti/launch 200", "GET /lti/launch 200"),
        ("https://lms.example/a", "https://lms.example/a"),
        ("what?", "what?"),
    ],
)
def test_tokens_addresses_and_queries_are_blacked_out_and_nothing_else(text: str, expected: str):
    assert _line(text) == expected


def test_every_text_of_an_event_is_looked_at_and_numbers_stay():
    event = {"event": JWT, "who": "a@b.example", "status": 200, "none": None}
    assert redact(None, "info", event) == {"event": "…", "who": "…@…", "status": 200, "none": None}


def test_what_is_suspect_only_in_the_form_that_is_written_is_blacked_out_too():
    class Person:
        def __repr__(self) -> str:
            return f"Person(ada@school.example, {JWT}, {API_KEY})"

    line = render(None, "info", {"event": "x", "who": Person(), "status": 200})
    assert json.loads(line) == {"event": "x", "who": "Person(…@…, …, …)", "status": 200}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_traceback_on_a_terminal_shows_no_values(monkeypatch: pytest.MonkeyPatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    set_up_logs()
    try:
        value = "a-value-of-a-local-variable"
        try:
            raise LookupError("gone") if value else AssertionError
        except LookupError:
            structlog.get_logger().exception("failed")
    finally:
        monkeypatch.undo()
        set_up_logs()
    assert "LookupError: gone" in terminal.getvalue()
    assert value not in terminal.getvalue()
