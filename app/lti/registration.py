"""Dynamic registration: an admin of an LMS adds this tool there by one link.

1. The LMS opens the link in a frame or window of its own, with the address of its configuration
   and a token for it. The page asks the LMS who it is, and shows what would happen.
2. The button posts what the page was made of, sealed: neither token nor invite stand in an
   address of ours again, and what was shown is what is done.
3. The LMS is told who we are, the platform is saved, and the page says that it may be closed.

How an invite is used up, and who is believed: `app/core/invites.py`, `app/core/registering.py`.
Source: https://www.imsglobal.org/spec/lti-dr/v1p0
"""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from flask import Response, make_response, render_template, request
from pydantic import BaseModel, ValidationError

from app.core import invites, registering
from app.core import registration_refusals as refusals
from app.core.openid_configuration import LONGEST_URL, OpenidConfiguration, is_address
from app.crypto import UndecryptableError
from app.inputs import may_be_token
from app.locks import BusyError
from app.lti import policy
from app.lti.client_metadata import client_metadata, find_places
from app.lti.tool import Addresses
from app.outside import Outside

PAGE_SECONDS = 30 * 60
PURPOSE = "registration"
LONGEST_INVITE = 255
LONGEST_TOKEN = 4096

log = structlog.get_logger()


class _Wish(BaseModel):
    """What the page was shown for, as its form brings it back."""

    invite: str
    token: str | None
    platform: OpenidConfiguration


def show(outside: Outside) -> Response:
    """Show what would be registered, and change nothing."""
    policy.allow_any_frame()
    invite = _find("invite", LONGEST_INVITE) or ""
    invites.check_invite(outside.db, invite)
    url, token = _read_url(outside), _read_token()
    insecure = outside.settings.allow_insecure_urls
    with _seat(outside):
        platform = registering.fetch_configuration(
            outside.ask_platform, url, token, insecure=insecure
        )
    invites.check_issuer(outside.db, invite, platform.issuer)
    known = registering.check_known(outside.db, platform)
    wish = _Wish(invite=invite, token=token, platform=platform)
    page = render_template(
        "register.html",
        platform=platform,
        known=known,
        places=find_places(platform).values(),
        addresses=Addresses(outside.settings.public_url),
        wish=outside.vault.seal(wish.model_dump_json(by_alias=True), PURPOSE),
    )
    return make_response(page)


def register(outside: Outside) -> Response:
    """Register what the page showed."""
    policy.allow_any_frame()
    wish = _read_wish(outside)
    platform = wish.platform
    metadata = client_metadata(platform, Addresses(outside.settings.public_url))
    with _seat(outside), invites.held(outside.db, wish.invite):
        invites.check_issuer(outside.db, wish.invite, platform.issuer)
        registering.check_known(outside.db, platform)
        registered = registering.register(outside.ask_platform, platform, wish.token, metadata)
        number = registering.save(outside.db, wish.invite, platform, registered)
    names = {"issuer": platform.issuer, "client_id": registered.client_id}
    log.info("platform-registered", platform=number, **names)
    page = render_template("registered.html", platform=platform, registered=registered)
    return make_response(page)


def _read_url(outside: Outside) -> str:
    if (url := _find("openid_configuration", LONGEST_URL)) is None:
        raise refusals.outside_lms()
    if not is_address(url, insecure=outside.settings.allow_insecure_urls):
        raise refusals.unreadable("openid_configuration is no https URL")
    return url


def _read_token() -> str | None:
    """Find the registration token, which an LMS may do without."""
    token = _find("registration_token", LONGEST_TOKEN)
    if token is not None and not may_be_token(token):
        raise refusals.unreadable("registration_token cannot stand in a header")
    return token


def _find(name: str, longest: int) -> str | None:
    values = request.args.getlist(name)
    if len(values) > 1 or len("".join(values)) > longest:
        raise refusals.unreadable(f"parameter {name}: {len(values)} times, or too long")
    return "".join(values) or None


def _read_wish(outside: Outside) -> _Wish:
    try:
        text = outside.vault.unseal(request.form.get("wish", ""), PURPOSE, PAGE_SECONDS)
        return _Wish.model_validate_json(text)
    except (UndecryptableError, ValidationError):  # the latter: an older version's page
        raise refusals.left_too_long() from None


@contextmanager
def _seat(outside: Outside) -> Iterator[None]:
    try:
        with outside.patient_seat():
            yield
    except BusyError:
        raise refusals.busy() from None
