"""Around every request: our host, a reference, what each answer carries, and its line in the log.

It is a WSGI application around Flask's, because that costs a launch less than Flask's hooks.
"""

import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from app import logs
from app.settings import Settings

UNLOGGED = frozenset({"/healthz", "/readyz", "/metrics"})
ALWAYS = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
ONLY_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}


def wrap(inner: WSGIApplication, settings: Settings) -> WSGIApplication:
    """Give every request a reference, and every answer its headers and its log line.

    What a client says of scheme and host is put aside: absolute URLs come from `PUBLIC_URL`. A
    header that an answer has already stays as it is. Programs may bring a reference of their own.
    """
    public = urlsplit(settings.public_url)
    always = tuple({**ALWAYS, **(ONLY_HTTPS if settings.secure else {})}.items())

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()
        by_program = environ.get("PATH_INFO", "").startswith("/api/")
        wished = environ.get("HTTP_X_REQUEST_ID") if by_program else None
        reference = logs.begin_reference(wished)

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            told = {name for name, _ in headers}
            headers += [pair for pair in always if pair[0] not in told]
            headers.append(("X-Request-Id", reference))
            _log(environ, status, time.perf_counter() - began)
            return start_response(status, headers, *rest)

        environ["wsgi.url_scheme"], environ["HTTP_HOST"] = public.scheme, public.netloc
        return inner(environ, start)

    return serve


def _log(environ: WSGIEnvironment, status: str, seconds: float) -> None:
    path = environ.get("PATH_INFO", "")
    if path in UNLOGGED or path.startswith("/static/"):
        return
    if not path.isascii():
        path = path.encode("latin-1").decode(errors="replace")  # as PEP 3333 has it
    logs.log_request(
        method=environ["REQUEST_METHOD"],
        path=path,
        status=int(status[:3]),
        milliseconds=round(seconds * 1000, 1),
    )
