"""What all answers share: the form that posts itself, the page for what went wrong, the policy."""

from collections.abc import Mapping

from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from sandbox.lms.state import current_lms

blueprint = Blueprint("answers", __name__)


def post_onward(url: str, fields: Mapping[str, str]) -> str:
    """Give a page whose form posts itself; where scripts are off it has a button."""
    return render_template("onward.html", url=url, fields=fields)


@blueprint.app_errorhandler(HTTPException)
def http_error(error: HTTPException) -> ResponseReturnValue:
    """Answer machines with JSON and people with a page."""
    status = error.code or 500
    description = error.description or error.name
    if request.path.startswith(("/_sandbox/", "/api/lti/security/", "/api/lti/registrations")):
        return jsonify(error=description), status
    return render_template("refused.html", name=error.name, description=description), status


@blueprint.after_app_request
def set_policy(response: Response) -> Response:
    """Let pages frame the LMS, the tool and Studio, and run no script but the static ones.

    Pictures of what is inserted are Studio's, and the editor fetches what is new in its page.

    There is no `form-action`: browsers hold it against the redirects after a post too.
    """
    lms = current_lms()
    settings = lms.settings
    ours = "'self'"
    if lms.behaviour.storage == "foreign":
        ours = f"'self' {settings.url} {settings.foreign_origin}"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        f"img-src 'self' data: {settings.studio_url}; "
        f"frame-src {ours} {settings.tool_url} {settings.studio_url}; "
        f"base-uri 'none'; frame-ancestors {ours}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response
