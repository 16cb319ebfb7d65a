"""What every answer carries: who may frame it, what it may load, and its line in the log."""

import re
import secrets
import time
from collections.abc import Iterable
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

import sqlalchemy.exc
import structlog
from flask import Flask, Response, g, request

from app.core import platforms
from app.outside import Outside

log = structlog.get_logger()

ALWAYS_FRAMED_BY = "https://*.instructure.com"
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]+)?", re.ASCII)
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "{forms}base-uri 'none'; frame-ancestors {ancestors}"
)


def protect(app: Flask, outside: Outside) -> None:
    """Give every request a reference, and every answer its headers and its log line.

    What a client says of the host is put aside: absolute URLs come from `PUBLIC_URL`.
    """
    host, inner = urlsplit(outside.settings.public_url).netloc, app.wsgi_app

    def on_our_host(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return inner({**environ, "HTTP_HOST": host}, start_response)

    app.wsgi_app = on_our_host  # type: ignore[method-assign]

    @app.before_request
    def _begin() -> None:
        g.reference, g.began = secrets.token_hex(5), time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(reference=g.reference)

    @app.after_request
    def _finish(answer: Response) -> Response:
        forms = "" if g.get("forms_leave") else "form-action 'self'; "
        answer.headers["Content-Security-Policy"] = _POLICY.format(
            forms=forms, ancestors=_ancestors(outside, answer)
        )
        answer.headers.setdefault("Referrer-Policy", "no-referrer")
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers.setdefault("Cache-Control", "no-store")
        if outside.settings.secure:
            answer.headers["Strict-Transport-Security"] = "max-age=31536000"
        took = round((time.perf_counter() - g.began) * 1000, 1)
        if request.endpoint not in ("pages.healthz", "pages.readyz", "static"):
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=answer.status_code,
                milliseconds=took,
            )
        return answer


def _ancestors(outside: Outside, answer: Response) -> str:
    """Give the sources that may frame this answer; pages that nobody frames have 'none'."""
    if request.blueprint != "lti" or answer.mimetype != "text/html" or answer.location:
        return "'none'"
    sources = outside.settings.frame_ancestors
    if sources is None:
        anywhere = ("https:",) if g.get("framed_by_any") else ()
        sources = (ALWAYS_FRAMED_BY, *anywhere, *_registered(outside))
    told = (origin for origin in g.get("frame_origins", ()) if _ORIGIN.fullmatch(origin))
    return " ".join(dict.fromkeys((*sources, *told)))


def _registered(outside: Outside) -> list[str]:
    """Give the registered platforms' origins; none while the database cannot be reached."""
    try:
        known = (platform.origins for platform in platforms.list_platforms(outside.db))
        return sorted(filter(_ORIGIN.fullmatch, frozenset[str]().union(*known)))
    except sqlalchemy.exc.OperationalError:
        return []
