"""What every answer carries: who may frame it, what it may load, and its line in the log."""

import re
import time
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

import sqlalchemy.exc
from flask import Flask, Response, g, request

from app import logs
from app.core import platforms
from app.outside import Outside

UNLOGGED = frozenset({"pages.healthz", "pages.readyz", "pages.metrics", "static"})
ALWAYS_FRAMED_BY = "https://*.instructure.com"
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]+)?", re.ASCII)


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
        g.reference, g.began = logs.begin_reference(), time.perf_counter()

    @app.after_request
    def _finish(answer: Response) -> Response:
        headers = answer.headers
        if headers.get("Content-Length") != "0":  # a redirect of ours shows and frames nothing
            policy = _policy(_ancestors(outside, answer), "forms_leave" in g, "reads_api" in g)
            headers.add("Content-Security-Policy", policy)
            headers.add("X-Content-Type-Options", "nosniff")
        headers.add("X-Request-Id", g.reference)
        headers.setdefault("Referrer-Policy", "no-referrer")
        headers.setdefault("Cache-Control", "no-store")
        if outside.settings.secure:
            headers.add("Strict-Transport-Security", "max-age=31536000")
        took = round((time.perf_counter() - g.began) * 1000, 1)
        if request.endpoint not in UNLOGGED:
            logs.log_request(
                method=request.method,
                path=request.path,
                status=answer.status_code,
                milliseconds=took,
            )
        return answer


@lru_cache(maxsize=1024)
def _policy(ancestors: str, forms_leave: bool, reads_api: bool) -> str:
    forms = "" if forms_leave else "form-action 'self'; "
    # The API's page reads its description, and Swagger UI has its icons in its style sheet.
    more = " data:; connect-src 'self'; " if reads_api else "; "
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'{more}"
        f"{forms}base-uri 'none'; frame-ancestors {ancestors}"
    )


def _ancestors(outside: Outside, answer: Response) -> str:
    """Give the sources that may frame this answer; pages that nobody frames have 'none'."""
    if request.blueprint != "lti" or answer.mimetype != "text/html":
        return "'none'"
    sources = outside.settings.frame_ancestors
    if sources is None:
        anywhere = ("https:",) if g.get("framed_by_any") else ()
        sources = (ALWAYS_FRAMED_BY, *anywhere, *_registered(outside))
    told = filter(_ORIGIN.fullmatch, _told())
    return " ".join(dict.fromkeys((*sources, *told)))


def _told() -> tuple[str, ...]:
    """Give what a verified launch allows beside these; nothing while the database is away."""
    try:
        found: tuple[str, ...] = g.frames() if "frames" in g else ()
    except sqlalchemy.exc.OperationalError:
        return ()
    return found


def _registered(outside: Outside) -> list[str]:
    """Give the registered platforms' origins; none while the database cannot be reached."""
    try:
        known = (platform.origins for platform in platforms.list_platforms(outside.db))
        return sorted(filter(_ORIGIN.fullmatch, frozenset[str]().union(*known)))
    except sqlalchemy.exc.OperationalError:
        return []
