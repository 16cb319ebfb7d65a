"""Connecting Studio from an admin's launch: their course page leads to the link of a command.

A link replaces what is connected, so there is none while Studio accepts our tokens, and none for
admins of another school's LMS. What happens at the link: `app/core/connecting.py`.
"""

from typing import Any

from flask import Response, make_response, redirect, url_for

from app.core import account_state, accounts, connecting
from app.lti import refusals, session
from app.lti.session import Visit
from app.outside import Outside


def may_connect(outside: Outside, visit: Visit) -> bool:
    """Whether this person is who connects Studio, it is not connected, and can be."""
    account = _find_unconnected(outside, visit)
    return account is not None and connecting.has_client(outside.vault, account)


def go(outside: Outside) -> Response:
    """Send an admin on to a new link, good once; raises `LaunchError` and `AccountError`."""
    _, visit = session.read(outside)
    if (account := _find_unconnected(outside, visit)) is None:
        raise refusals.connects_not()
    link, _ = connecting.make_link(outside.db, outside.vault, account)
    return make_response(redirect(url_for("pages.connect", link=link), 303))


def _find_unconnected(outside: Outside, visit: Visit) -> Any:
    if not visit.connects:
        return None
    account = accounts.find_account(outside.db, visit.account_id)
    connected = account is None or account_state.read_state(account) == "connected"
    return None if connected else account
