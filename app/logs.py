"""Logs: one line an event, JSON outside a terminal, and nothing in them that must not be.

Whoever logs gives codes, numbers and the reference that stands on the page. The last processor
blacks out what looks like a token or an e-mail address all the same. Our own events do not pass
through the standard library's loggers: two lines a launch would cost as much as its checks.
"""

import json
import logging
import random
import re
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import stamina.instrumentation
import structlog

_TOKEN = re.compile(
    r"eyJ[\w-]{5,}(\.[\w-]*){0,2}|gAAAA[\w=-]{20,}|se_[0-9a-f]{8}_[0-9a-f]*", re.ASCII
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_QUERY = re.compile(r"(https?://[^\s?\"']+)\?[^\s\"']*")
_WISH = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_JSON = json.JSONEncoder(default=repr)
_reference: ContextVar[str | None] = ContextVar("reference", default=None)
_SUSPECT = re.compile(
    r"eyJ|gAAAA|se_[0-9a-f]{8}_|@|\?"
)  # each begins with a letter of its own: fast


def redact(
    _logger: object, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Black out tokens, e-mail addresses and the queries of URLs in every text of an event."""
    for key, value in event.items():
        event[key] = _black_out(value)
    return event


def set_up_logs() -> None:
    """Send our events, and those of the libraries, to standard error."""
    on_terminal: list[Any] = [redact, structlog.dev.ConsoleRenderer()]
    last: list[Any] = [
        structlog.processors.format_exc_info,
        *(on_terminal if sys.stderr.isatty() else [render]),
    ]
    structlog.configure(
        processors=[_complete, *last],
        logger_factory=lambda *_names: _Lines(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, _complete],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    stamina.instrumentation.set_on_retry_hooks([])  # each call is counted, and the last one told
    for noisy in ("alembic", "huey", "urllib3", "werkzeug"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def log_request(**fields: Any) -> None:
    """Log that a request was answered, as `info("request", …)` does at three times the cost."""
    event: Any = {**fields, "event": "request"}
    for process in structlog.get_config()["processors"]:
        event = process(None, "info", event)
    _Lines().msg(event)


class _Lines:
    """Standard error. It may be full or gone, and no request fails for that."""

    def msg(self, line: str) -> None:
        """Write a line, whole."""
        with suppress(OSError, ValueError):
            sys.stderr.write(f"{line}\n")

    debug = info = warning = error = critical = msg


def begin_reference(wished: str | None = None) -> str:
    """Give what is logged from here on, in this request, a reference: its own, or a wished one.

    A wish counts where it is one word that can stand in a header, and in a log that is searched.
    """
    reference = wished if wished and _WISH.fullmatch(wished) else f"{random.getrandbits(40):010x}"
    _reference.set(reference)
    return reference


def current_reference() -> str:
    """Give the reference of this request; empty outside of one."""
    return _reference.get() or ""


def _complete(
    _logger: object, level: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Say when, how grave, for which request, and which logger: ours, unless a library's is named.

    One step in place of structlog's five, for the line that each request writes.
    """
    event.setdefault("logger", "app")
    event["level"] = level
    event["timestamp"] = datetime.now(UTC).isoformat()
    if reference := current_reference():
        event["reference"] = reference
    return event


def render(_logger: object, _name: str, event: MutableMapping[str, Any]) -> str:
    """Give an event as a line of JSON, blacked out where anything in it is suspect."""
    line = _JSON.encode(event)
    return _JSON.encode(redact(None, "", json.loads(line))) if _SUSPECT.search(line) else line


def _black_out(value: Any) -> Any:
    if isinstance(value, str):
        return _QUERY.sub(r"\1?…", _EMAIL.sub("…@…", _TOKEN.sub("…", value)))
    if isinstance(value, dict):
        return {key: _black_out(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_black_out(inner) for inner in value]
    return value
