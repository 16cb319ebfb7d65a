"""Every error at one place: as a page, or under a path of its own as that door's readers want it.

A page says what happened, what to do, a short code and a reference. The same code and reference
stand in the log, with what only an admin needs.
"""

from collections.abc import Mapping

import sqlalchemy.exc
import structlog
from flask import Flask, Response, g, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from app import logs
from app.errors import PageError, Renderer, ServiceError
from app.texts import Said, say

log = structlog.get_logger()


def _page(error: ServiceError) -> Response:
    page = render_template("error.html", error=error, reference=logs.current_reference())
    return make_response(page, error.status)


_TEXTS: dict[int, tuple[str, Said, Said]] = {
    404: (
        "not-found",
        say("There is no such page."),
        say("Check the address, or go back to your course."),
    ),
    405: (
        "method-not-allowed",
        say("This page is opened by your LMS, not by hand."),
        say("Open it from a page of your course."),
    ),
    413: (
        "too-large",
        say("Your LMS sent more than this service accepts."),
        say("Please tell the people who look after your LMS."),
    ),
}
_OTHER = ("request-refused", say("This request cannot be handled."), say("Go back to your course."))
PAGES = Renderer(_TEXTS, _OTHER, _page)


def answer_errors(app: Flask, others: Mapping[str, Renderer]) -> None:
    """Let every error be answered here; `others` are the renderers of paths that begin so."""

    def answer(error: Exception) -> Response:
        path = request.path
        renderer = next((others[begin] for begin in others if path.startswith(begin)), PAGES)
        told = _explain(error, renderer)
        log.warning("refused", code=told.slug, status=told.status, why=told.log)
        g.code = told.slug
        response: Response = renderer.render(told)
        if told.retry_after_seconds is not None:
            response.headers["Retry-After"] = str(told.retry_after_seconds)
        if isinstance(error, HTTPException):
            allowed = [value for name, value in error.get_headers() if name == "Allow"]
            response.headers.extend([("Allow", value) for value in allowed])
        return response

    app.register_error_handler(Exception, answer)


def _explain(error: Exception, renderer: Renderer) -> ServiceError:
    """Give what happened as an error that people can meet."""
    match error:
        case ServiceError():
            return error
        case HTTPException():
            status = error.code or 500
            slug, title, hint = renderer.texts.get(status, renderer.other)
            return ServiceError(slug, status, title, hint)
        case sqlalchemy.exc.OperationalError():
            return PageError(
                "database-unavailable",
                503,
                say("This service cannot reach its database at the moment."),
                say("Please try again in a little while."),
                10,
                log=str(error.orig),
            )
    log.error("failed", exc_info=error)
    return PageError(
        "internal",
        500,
        say("Something went wrong in this service."),
        say(
            "Please try again. If that does not help, tell the people who look after your LMS; "
            "the reference below helps them."
        ),
    )
