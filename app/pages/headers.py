"""The content policy of each answer: who may frame it, and what it may load."""

import re
from functools import lru_cache

import sqlalchemy.exc
from flask import Flask, Response, g, request

from app.core import platforms
from app.outside import Outside

ALWAYS_FRAMED_BY = "https://*.instructure.com"
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]+)?", re.ASCII)


def protect(app: Flask, outside: Outside) -> None:
    """Give every answer that shows something its content policy."""

    @app.after_request
    def _finish(answer: Response) -> Response:
        headers = answer.headers
        if headers.get("Content-Length") != "0":  # a redirect of ours shows and frames nothing
            loads = tuple(g.get("loads", {}).items())
            policy = _policy(_ancestors(outside, answer), "forms_leave" in g, loads)
            headers.add("Content-Security-Policy", policy)
            headers.add("X-Content-Type-Options", "nosniff")
        return answer


@lru_cache(maxsize=1024)
def _policy(ancestors: str, forms_leave: bool, loads: tuple[tuple[str, str], ...]) -> str:
    forms = "" if forms_leave else "form-action 'self'; "
    more = dict(loads)
    images = " ".join(filter(None, ("'self'", more.pop("img-src", ""))))
    others = "".join(f"{kind} {source}; " for kind, source in more.items())
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src {images}; {others}"
        f"{forms}base-uri 'none'; frame-ancestors {ancestors}"
    )


def _ancestors(outside: Outside, answer: Response) -> str:
    """Give the sources that may frame this answer; pages that nobody frames have 'none'."""
    if request.blueprint != "lti" or answer.mimetype != "text/html":
        return "'none'"
    sources = outside.settings.frame_ancestors
    if sources is None:
        anywhere = ("https:", "http:") if outside.settings.allow_insecure_urls else ("https:",)
        others = anywhere if g.get("framed_by_any") else ()
        sources = (ALWAYS_FRAMED_BY, *others, *_registered(outside))
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
