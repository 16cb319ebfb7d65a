"""The last step of a launch: the browser is sent to the player, in the account's launch mode.

What that needs of the launch is one small value, so that a page between can carry it, sealed.
"""

import re
from typing import Any
from wsgiref.types import WSGIEnvironment

from flask import Response, g, make_response, render_template
from pydantic import BaseModel, ConfigDict
from werkzeug.datastructures import Headers
from werkzeug.urls import iri_to_uri

from app.core import accounts, forwarding, lti11, lti13
from app.core.carried import Carried
from app.core.embeds import Embed
from app.lti import canvas, policy, refusals
from app.lti.claims import Launch
from app.outside import Outside

_QUOTED = re.compile(r"[!-~]+")


class Traveller(BaseModel):
    """Who is sent to Studio: through which Canvas, or as whom."""

    model_config = ConfigDict(frozen=True)
    canvas_origin: str | None = None
    carried: Carried | None = None

    @classmethod
    def from_launch(cls, outside: Outside, message: Launch, account: Any) -> "Traveller":
        """Read what this launch mode needs; raises `EmbedError` where it is not there."""
        if account.launch_mode == "canvas":
            return cls(canvas_origin=canvas.find_origin(outside, message))
        carried = message.carry()
        if outside.is_home(account, message.platform):
            return cls(carried=carried.at_home(message.platform.id))
        return cls(carried=carried.as_stranger(message.platform.id))


def forward(
    outside: Outside, traveller: Traveller, embed: Embed, start_at: int | None = None
) -> Response:
    """Send the browser on to an embed, in the launch mode of its account."""
    account = outside.account(embed.key.account_id)
    launch_url = forwarding.with_start(embed.launch_url, start_at)
    g.outcome = "forwarded"
    match account.launch_mode, traveller:
        case "canvas", Traveller(canvas_origin=str(origin)):
            address = forwarding.canvas_url(origin, embed.key.course_id, launch_url)
            return redirect(address)
        case "lti11", Traveller(carried=Carried() as carried):
            return _post_signed(outside, account, launch_url, _arriving(carried, embed))
        case "lti13", Traveller(carried=Carried() as carried):
            return _begin_launch(outside, account, launch_url, _arriving(carried, embed))
    raise refusals.expired("the launch mode was changed meanwhile")


class _Redirect(Response):
    """A redirect to an address that is quoted already, so that Werkzeug need not do it again."""

    default_mimetype = None

    def get_wsgi_headers(self, _environ: WSGIEnvironment) -> Headers:
        return self.headers


def redirect(address: str) -> Response:
    """Answer a redirect and nothing else: no browser shows a redirect's page."""
    location = address if _QUOTED.fullmatch(address) else iri_to_uri(address)
    headers = {"Location": location, "Content-Length": "0"}
    return _Redirect(status=302, headers=headers)


def post_onward(url: str, fields: dict[str, str]) -> Response:
    """Answer a page whose form posts itself to another site, or by its button without a script."""
    policy.let_forms_leave()
    return let_itself_post(render_template("onward.html", url=url, fields=fields))


def let_itself_post(page: str) -> Response:
    """Answer a page whose form posts itself."""
    answer = make_response(page)
    answer.headers["Referrer-Policy"] = "strict-origin"  # else browsers send `Origin: null`
    return answer


def _arriving(carried: Carried, embed: Embed) -> Carried:
    return carried.sent_to(embed.key.course_id, f"embed-{embed.id}", embed.title)


def _post_signed(outside: Outside, account: Any, launch_url: str, carried: Carried) -> Response:
    secret = outside.memory.recall(accounts.find_lti_secret, outside.vault, account.id)
    assert secret is not None
    return post_onward(*lti11.sign_launch(launch_url, carried, account.lti_key, secret))


def _begin_launch(outside: Outside, account: Any, launch_url: str, carried: Carried) -> Response:
    tool = lti13.read_tool(outside.settings.public_url, account)
    launch = lti13.PendingLaunch(
        carried=carried, launch_url=launch_url, frame_origins=policy.frame_origins()
    )
    address = lti13.begin_launch(outside.db, outside.vault, tool, launch)
    return redirect(address)
