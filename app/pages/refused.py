"""Every error as a page: what happened, what to do, a short code and a reference.

The same code and reference stand in the log, with what only an admin needs.
"""

import sqlalchemy.exc
import structlog
from flask import Flask, Response, g, make_response, render_template
from werkzeug.exceptions import HTTPException

from app.errors import ServiceError

log = structlog.get_logger()

_TEXTS = {
    404: ("not-found", "There is no such page.", "Check the address, or go back to your course."),
    405: (
        "method-not-allowed",
        "This page is opened by your LMS, not by hand.",
        "Open it from a page of your course.",
    ),
    413: (
        "too-large",
        "Your LMS sent more than this service accepts.",
        "Please tell the people who look after your LMS.",
    ),
}


def answer_errors(app: Flask) -> None:
    """Let every error be answered here."""
    app.register_error_handler(ServiceError, _refuse)
    app.register_error_handler(HTTPException, _refuse_request)
    app.register_error_handler(sqlalchemy.exc.OperationalError, _refuse_without_database)
    app.register_error_handler(Exception, _fail)


def _refuse(error: ServiceError) -> Response:
    return _page(error)


def _refuse_request(error: HTTPException) -> Response:
    status = error.code or 500
    slug, title, hint = _TEXTS.get(
        status, ("request-refused", "This request cannot be handled.", "Go back to your course.")
    )
    answer = _page(ServiceError(slug, status, title, hint))
    for name, value in error.get_headers():
        if name == "Allow":
            answer.headers[name] = value
    return answer


def _refuse_without_database(error: sqlalchemy.exc.OperationalError) -> Response:
    return _page(
        ServiceError(
            "database-unavailable",
            503,
            "This service cannot reach its database at the moment.",
            "Please try again in a little while.",
            10,
            log=str(error.orig),
        )
    )


def _fail(error: Exception) -> Response:
    log.error("failed", exc_info=error)
    return _page(
        ServiceError(
            "internal",
            500,
            "Something went wrong in this service.",
            "Please try again. If that does not help, tell the people who look after your LMS; "
            "the reference below helps them.",
        )
    )


def _page(error: ServiceError) -> Response:
    log.warning("refused", code=error.slug, status=error.status, why=error.log)
    g.code = error.slug
    page = render_template("error.html", error=error, reference=g.get("reference", ""))
    answer = make_response(page, error.status)
    if error.retry_after_seconds is not None:
        answer.headers["Retry-After"] = str(error.retry_after_seconds)
    return answer
