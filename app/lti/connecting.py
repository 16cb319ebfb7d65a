"""Connecting Studio from an admin's launch: their course page leads to the link of a command.

A link replaces what is connected, so there is none while Studio accepts our tokens, and none for
admins of another school's LMS. What happens at the link: `app/core/connecting.py`.
"""

from flask import Response, make_response, redirect, url_for

from app.core import account_state, accounts, connecting
from app.lti import refusals, session
from app.lti.session import Visit
from app.outside import Outside


def may_connect(outside: Outside, visit: Visit) -> bool:
    """Whether this person is who connects Studio, and it is not connected."""
    if not visit.connects:
        return False
    account = accounts.find_account(outside.db, visit.account_id)
    return account is not None and account_state.read_state(account) != "connected"


def go(outside: Outside) -> Response:
    """Send an admin on to a new link, good once; raises `LaunchError` and `AccountError`."""
    _, visit = session.read(outside)
    if not may_connect(outside, visit):
        raise refusals.connects_not()
    account = outside.account(visit.account_id)
    link, _ = connecting.make_link(outside.db, outside.vault, account)
    return make_response(redirect(url_for("pages.connect", link=link), 303))
