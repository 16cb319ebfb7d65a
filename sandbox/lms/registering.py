"""Dynamic registration, as an admin sees it: a field for the tool's link, the tool, its approval.

1. The admin pastes the link that the tool gave them, and the LMS opens it in a frame, with the
   address of its configuration and a token for it.
2. When the tool says that it is done (`org.imsglobal.lti.close`), the LMS shows what it asked for.
3. Until the admin turns it on, the tool that was there before is launched.
"""

from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sandbox.lms.state import Lms, current_lms
from sandbox.lms.tool_metadata import TOOL_CONFIGURATION

blueprint = Blueprint("registering", __name__, url_prefix="/registration")


@blueprint.get("/")
def begin() -> ResponseReturnValue:
    """Ask for the tool's link."""
    return render_template("registration.html", tool_url=current_lms().settings.tool_url)


@blueprint.post("/")
def open_tool() -> ResponseReturnValue:
    """Open the tool's link in a frame, for its registration."""
    lms = current_lms()
    link = request.form.get("link", "").strip()
    if not link.startswith(f"{lms.settings.tool_url}/"):
        abort(400, f"This LMS can only have the tool at {lms.settings.tool_url}.")
    return render_template("registering.html", address=registration_address(lms, link))


@blueprint.get("/approval")
def approval() -> ResponseReturnValue:
    """Show what a tool asked for."""
    tool = current_lms().registered
    if tool is None:
        abort(404, "No tool waits for approval.")
    configuration = tool.metadata[TOOL_CONFIGURATION]
    return render_template("approval.html", tool=tool, configuration=configuration)


@blueprint.post("/approval")
def turn_on() -> ResponseReturnValue:
    """Turn the tool on that waits."""
    if not current_lms().turn_on():
        abort(404, "No tool waits for approval.")
    return redirect(url_for("pages.home"), 303)


def registration_address(lms: Lms, link: str) -> str:
    """Give a tool's link as this LMS opens it: with a token that is good once."""
    told = {
        "openid_configuration": f"{lms.settings.url}/api/lti/security/openid-configuration",
        "registration_token": lms.start_registration(),
    }
    return f"{link}{'&' if '?' in link else '?'}{urlencode(told)}"
