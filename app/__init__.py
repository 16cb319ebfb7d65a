"""Studio Embed: gets a Canvas Studio media into a course page, and playing."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Request

from app import cli, metrics
from app.errors import StartError
from app.logs import set_up_logs
from app.outside import Outside
from app.prepare import prepare
from app.settings import read_settings


def create_app() -> Flask:
    """Make the service: settings, outside, doors; or no more than a command of ours needs.

    Raises `StartError`, which says in words what is wrong and how to mend it.
    """
    set_up_logs()
    settings = read_settings()
    outside = Outside.from_settings(settings)

    app = _Service(__name__)
    app.url_map.merge_slashes = False  # a slash too many is 404, and no redirect
    app.extensions["outside"] = outside
    cli.register(app)

    if not cli.is_looking_up():
        from app.doors import open_doors  # noqa: PLC0415 (half of what a command takes to start)

        open_doors(app, outside)
        prepare(outside)
        metrics.start_at_zero()
    return app


class _Request(Request):
    """A request whose limits, in bytes and fields, are here, and not looked up one by one."""

    max_content_length = 1024 * 1024
    max_form_memory_size = 500_000
    max_form_parts = 1_000


class _Service(Flask):
    """A Flask that does not ask of every function, at every request, whether it is a coroutine."""

    request_class = _Request

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Give the function: none of ours is asynchronous."""
        return func


__all__ = ["StartError", "create_app"]
