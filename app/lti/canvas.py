"""The Canvas that a launch came from, as far as its hosts are allowed."""

from contextlib import suppress

from app.core import forwarding, platforms
from app.errors import EmbedError
from app.lti.claims import Launch
from app.outside import Outside

ALWAYS = "*.instructure.com"


def find_origin(outside: Outside, message: Launch) -> str:
    """Give its origin; raises `EmbedError` where it is missing, odd or not allowed."""
    return forwarding.canvas_origin(
        message.custom.get("canvas_api_domain"),
        message.platform.login_origin,
        _allowed_hosts(outside, message),
        insecure=outside.settings.allow_insecure_urls,
    )


def frame_origins(outside: Outside, message: Launch) -> tuple[str, ...]:
    """Give what may frame the answer: the return URLs', and Canvas's own where it is allowed.

    Schools have Canvas under hosts of their own.
    """
    with suppress(EmbedError):
        return (*message.frame_origins, find_origin(outside, message))
    return message.frame_origins


def _allowed_hosts(outside: Outside, message: Launch) -> tuple[str, ...] | None:
    """Give the patterns of allowed hosts, or only those that allow this one; None where any is."""
    if outside.settings.canvas_hosts is not None:
        return outside.settings.canvas_hosts
    if outside.settings.allow_insecure_urls:
        return None
    near = (ALWAYS, *sorted(message.platform.hosts))
    host = message.custom.get("canvas_api_domain")
    if host is None or forwarding.matches_host(host.lower(), near):
        return near
    registered = (platform.hosts for platform in platforms.list_platforms(outside.db))
    return (ALWAYS, *sorted(frozenset[str]().union(*registered)))
