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
from contextvars import ContextVar
from typing import Any

import structlog

_TOKEN = re.compile(r"eyJ[\w-]{5,}(\.[\w-]*){0,2}|gAAAA[\w=-]{20,}", re.ASCII)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_QUERY = re.compile(r"(https?://[^\s?\"']+)\?[^\s\"']*")
_JSON = json.JSONEncoder(default=repr)
_reference: ContextVar[str | None] = ContextVar("reference", default=None)
_SUSPECT = re.compile(r"eyJ|gAAAA|[@?]")


def redact(
    _logger: object, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Black out tokens, e-mail addresses and the queries of URLs in every text of an event."""
    for key, value in event.items():
        event[key] = _black_out(value)
    return event


def set_up_logs() -> None:
    """Send our events, and those of the libraries, to standard error."""
    renderer: Any = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else _render
    shared: list[Any] = [
        _add_reference,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = [_name_logger, structlog.processors.format_exc_info, redact, renderer]
    structlog.configure(
        processors=[*shared, *last],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for noisy in ("alembic", "urllib3", "werkzeug"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def begin_reference() -> str:
    """Give what is logged from here on, in this request, a reference of its own."""
    reference = f"{random.getrandbits(40):010x}"
    _reference.set(reference)
    return reference


def _add_reference(
    _logger: object, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    if reference := _reference.get():
        event["reference"] = reference
    return event


def _render(_logger: object, _name: str, event: MutableMapping[str, Any]) -> str:
    return _JSON.encode(event)


def _name_logger(
    _logger: object, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Name whoever logged: us, unless a library's logger stands there."""
    event.setdefault("logger", "app")
    return event


def _black_out(value: Any) -> Any:
    if isinstance(value, str):
        if not _SUSPECT.search(value):
            return value
        return _QUERY.sub(r"\1?…", _EMAIL.sub("…@…", _TOKEN.sub("…", value)))
    if isinstance(value, dict):
        return {key: _black_out(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_black_out(inner) for inner in value]
    return value
