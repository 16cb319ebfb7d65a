"""OAuth 2 as Studio does it: a page to allow, a code without `state`, tokens that rotate.

1. The browser comes to `authorize`, where someone allows the access or does not.
2. It goes back to the redirect URI with `code` or `error`; Studio does not send `state` back.
3. The caller redeems the code, or later a refresh token, at `token`.

Unlike Studio this sandbox takes redirect URIs that are http or on localhost.
"""

import hmac
from urllib.parse import urlencode, urlsplit, urlunsplit

from flask import Blueprint, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from sandbox.studio.operations import ApiError, operation
from sandbox.studio.pages import content_policy, page_refused
from sandbox.studio.state import current_studio

blueprint = Blueprint("oauth", __name__, url_prefix="/api/public/oauth")


@blueprint.get("/authorize")
def authorize() -> ResponseReturnValue:
    """Ask whether the caller may act for the person."""
    wrong = _find_authorize_problem()
    if wrong:
        return page_refused(wrong, 400)
    uri = request.args["redirect_uri"]
    page = render_template("authorize.html", redirect_uri=uri, client_id=request.args["client_id"])
    # Chromium holds `form-action` against where the form's answer redirects to, too.
    target = urlsplit(uri)
    return page, {"Content-Security-Policy": content_policy(f"{target.scheme}://{target.netloc}")}


@blueprint.post("/authorize")
def decide() -> ResponseReturnValue:
    """Send the browser back with a code, or with an error where the person does not allow it."""
    wrong = _find_authorize_problem()
    if wrong:
        return page_refused(wrong, 400)
    uri = request.values["redirect_uri"]
    if request.form.get("decision") == "deny":
        said = {"error": "access_denied"}
    else:
        said = {"code": current_studio().tokens.make_code(uri)}
    target = urlsplit(uri)
    query = f"{target.query}&" if target.query else ""
    return redirect(urlunsplit(target._replace(query=query + urlencode(said))))


@blueprint.post("/token")
@operation("token")
def token() -> ResponseReturnValue:
    """Give tokens for a code or for the current refresh token."""
    _check_client()
    tokens = current_studio().tokens
    match request.form.get("grant_type"):
        case "authorization_code":
            pair = tokens.redeem_code(
                request.form.get("code", ""), request.form.get("redirect_uri", "")
            )
        case "refresh_token":
            pair = tokens.refresh(request.form.get("refresh_token", ""))
        case _:
            raise ApiError(400, "unsupported_grant_type")
    if pair is None:
        raise ApiError(400, "invalid_grant")
    return jsonify(pair), {"Cache-Control": "no-store"}


def _find_authorize_problem() -> str | None:
    if request.values.get("client_id") != current_studio().settings.client_id:
        return "No such client_id."
    if request.values.get("response_type") != "code":
        return "response_type must be “code”."
    uri = request.values.get("redirect_uri", "")
    target = urlsplit(uri)
    absolute = target.scheme in ("http", "https") and target.netloc
    if not absolute or target.fragment or set(uri) & set(" ;,'\"\r\n"):
        return "redirect_uri must be an absolute http or https URL without a fragment."
    return None


def _check_client() -> None:
    settings = current_studio().settings
    basic = request.authorization
    if basic is not None and basic.type == "basic":
        client_id, client_secret = basic.username or "", basic.password or ""
    else:
        client_id = request.form.get("client_id", "")
        client_secret = request.form.get("client_secret", "")
    given = f"{client_id}\n{client_secret}".encode()
    known = f"{settings.client_id}\n{settings.client_secret}".encode()
    if not hmac.compare_digest(given, known):
        raise ApiError(401, "invalid_client")
