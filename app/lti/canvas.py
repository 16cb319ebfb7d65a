"""The Canvas that a launch came from, as far as its hosts are allowed."""

from app.core import forwarding, platforms
from app.lti import policy
from app.lti.claims import Launch
from app.outside import Outside

ALWAYS = "*.instructure.com"


def find_origin(outside: Outside, message: Launch) -> str:
    """Give its origin, which may frame this answer from here on; raises `EmbedError`."""
    origin = forwarding.canvas_origin(
        message.custom.get("canvas_api_domain"),
        message.platform.login_origin,
        _allowed_hosts(outside),
        insecure=outside.settings.allow_insecure_urls,
    )
    policy.allow_frames((origin,))
    return origin


def _allowed_hosts(outside: Outside) -> tuple[str, ...] | None:
    """Give the patterns of allowed hosts; None where any is."""
    if outside.settings.canvas_hosts is not None:
        return outside.settings.canvas_hosts
    if outside.settings.allow_insecure_urls:
        return None
    registered = (platform.hosts for platform in platforms.list_platforms(outside.db))
    return (ALWAYS, *sorted(frozenset[str]().union(*registered)))
