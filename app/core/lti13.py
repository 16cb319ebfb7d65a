"""Launch mode `lti13`: Studio is a tool, and we are its platform.

1. The launch is kept under two hints that nobody can guess, for two minutes and one use, and
   the browser is sent to Studio's login initiation with them.
2. Studio sends the browser to our authorization endpoint (`app/lti/platform_side.py`).
3. The launch is taken, and becomes a signed id_token for the redirect URI that asked.

Source: https://www.imsglobal.org/spec/security/v1p0/#openid_connect_launch_flow (5.1.1) and
https://www.imsglobal.org/spec/lti/v1p3#resource-link-launch-request-message
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, ValidationError

from app.core import pending
from app.core.carried import LTI, Carried
from app.crypto import Vault
from app.db import Database

HINT_LIFETIME = timedelta(minutes=2)
TOKEN_LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True)
class StudioTool:
    """Studio, as it is registered with our platform side; `issuer` is ours."""

    issuer: str
    client_id: str
    deployment_id: str
    login_url: str
    redirect_uris: tuple[str, ...]


def read_tool(issuer: str, account: Any) -> StudioTool:
    """Give the Studio of an account's row as a tool of ours."""
    return StudioTool(
        issuer,
        account.lti_client_id,
        account.lti_deployment_id,
        account.lti_login_url,
        tuple(account.lti_redirect_uris.split("\n")),
    )


class PendingLaunch(BaseModel):
    """A launch on its way to Studio; `frame_origins` may frame the page that posts its token."""

    model_config = ConfigDict(frozen=True)
    carried: Carried
    launch_url: str
    frame_origins: tuple[str, ...] = ()


def begin_launch(db: Database, vault: Vault, tool: StudioTool, launch: PendingLaunch) -> str:
    """Keep a launch, and give Studio's login initiation for it; nothing personal stands there.

    Security: as for `lti11.sign_launch`. Whoever comes back with the hints is taken for the
    person, so they go to this one browser only.
    """
    login_hint, message_hint = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    name = _name(tool, login_hint, message_hint)
    pending.keep(db, vault, name, launch.model_dump_json(), HINT_LIFETIME)
    parameters = {
        "iss": tool.issuer,
        "login_hint": login_hint,
        "lti_message_hint": message_hint,
        "target_link_uri": launch.launch_url,
        "client_id": tool.client_id,
        "lti_deployment_id": tool.deployment_id,
    }
    separator = "&" if "?" in tool.login_url else "?"
    return tool.login_url + separator + urlencode(parameters)


def take_launch(
    db: Database, vault: Vault, tool: StudioTool, login_hint: str, message_hint: str
) -> PendingLaunch | None:
    """Give the launch of these hints, once; None where this tool has none, or no longer."""
    text = pending.take(db, vault, _name(tool, login_hint, message_hint))
    try:
        return None if text is None else PendingLaunch.model_validate_json(text)
    except ValidationError:
        return None


def launch_claims(
    tool: StudioTool, launch: PendingLaunch, nonce: str, now: datetime
) -> dict[str, Any]:
    """Give the claims of the id_token (LTI core 5.3)."""
    carried = launch.carried.model_dump(by_alias=True, exclude_defaults=True)
    return {
        **carried,
        "iss": tool.issuer,
        "aud": tool.client_id,
        "azp": tool.client_id,
        "iat": int(now.timestamp()),
        "exp": int((now + TOKEN_LIFETIME).timestamp()),
        "nonce": nonce,
        LTI + "roles": list(launch.carried.roles),
        LTI + "message_type": "LtiResourceLinkRequest",
        LTI + "version": "1.3.0",
        LTI + "deployment_id": tool.deployment_id,
        LTI + "target_link_uri": launch.launch_url,
    }


def _name(tool: StudioTool, login_hint: str, message_hint: str) -> str:
    """Name a launch so that no other Studio that is our tool finds it."""
    return f"studio-launch {login_hint} {message_hint} {tool.client_id}"
