"""Connecting a Studio account in an admin's browser: `/studio/connect` and `/studio/callback`.

What happens, and why it is safe: `app/core/connecting.py`.
"""

from flask import Response, g, make_response, redirect, render_template, request

from app.core import connecting
from app.core.doctor import studio
from app.locks import BusyError
from app.outside import Outside
from app.studio import protocol

COOKIE = "__Host-studio-connect"


def show(outside: Outside) -> Response:
    """Show which Studio a link connects, and use nothing up."""
    link = request.args.get("link", "")
    account = connecting.get_account_of_link(outside.db, link)
    g.forms_leave = True  # browsers hold `form-action` against every redirect after the post
    return make_response(render_template("connect.html", link=link, studio_url=account.url))


def begin(outside: Outside) -> Response:
    """Use the link up, and send this browser to Studio."""
    link = request.form.get("link", "")
    account, secret = connecting.begin(outside.db, outside.vault, link)
    back = outside.studio_redirect_uri
    address = protocol.authorization_url(account.url, account.client_id, back)
    answer = make_response(redirect(address, 303))
    age = connecting.AT_STUDIO
    # Studio's redirect is a navigation from another site, which `Strict` would not let it reach.
    answer.set_cookie(COOKIE, secret, age, secure=True, httponly=True, samesite="Lax")
    return answer


def finish(outside: Outside) -> Response:
    """Take what Studio sent the browser back with, where a thread is to spare to wait for it."""
    if request.method == "HEAD":
        return make_response()  # the code is good once
    code, error = request.args.get("code", ""), request.args.get("error", "")
    if not (code or error) or len(code) > connecting.LONGEST_CODE:
        raise connecting.unreadable()
    try:
        with outside.seats.taken():
            return _take(outside, code, error)
    except BusyError:
        raise connecting.busy() from None


def _take(outside: Outside, code: str, error: str) -> Response:
    account = connecting.take(outside.db, request.cookies.get(COOKIE, ""))
    if error:
        raise connecting.denied(error)
    outside.tokens(account).redeem(code, outside.studio_redirect_uri)
    check, _ = studio.check_account(outside.db, outside.vault, account.id, outside.studio)
    answer = make_response(render_template("connected.html", studio_url=account.url, check=check))
    answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Lax")
    return answer
