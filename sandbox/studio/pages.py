"""What all pages share (policy, refusals), and the start page that says what this is."""

from flask import Blueprint, Response, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from sandbox.studio.search import Search
from sandbox.studio.state import current_studio

blueprint = Blueprint("pages", __name__)


def content_policy(form_target: str = "") -> str:
    """Give the policy of every answer; it says nothing of frames, for players are shown in them."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; media-src 'self'; "
        f"img-src 'self' data:; base-uri 'none'; form-action 'self' {form_target}"
    ).rstrip()


def page_refused(reason: str, status: int) -> Response:
    """Refuse with a page that says why."""
    return make_response(render_template("refused.html", reason=reason), status)


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """Say what this is, and what is in it."""
    studio = current_studio()
    found, count = studio.catalogue.search(Search(per_page=50), studio.people.admin)
    return render_template(
        "home.html",
        settings=studio.settings,
        media=found,
        count=count,
        launches=list(reversed(studio.journal.launches()[-20:])),
    )


@blueprint.app_errorhandler(HTTPException)
def http_error(error: HTTPException) -> ResponseReturnValue:
    """Answer machines with JSON and people with a page."""
    status = error.code or 500
    if request.path.startswith(("/api/public/v1/", "/api/public/oauth/token", "/_sandbox/")):
        return jsonify(error=error.description), status
    return page_refused(error.description or error.name, status)


@blueprint.after_app_request
def set_policy(response: Response) -> Response:
    """Give every answer the policy, unless its view gave one."""
    response.headers.setdefault("Content-Security-Policy", content_policy())
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response
