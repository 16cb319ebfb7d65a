"""Studio as a tool of ours: what its login initiation and its browser's requests would be."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import requests
import sqlalchemy as sa

from app.models import pending_launch
from tests.journeys.onward import read_form
from tests.world import World

LOGIN = "https://studio.example/lti/login?account=1"
REDIRECT = "https://studio.example/lti/callback"
OTHER_REDIRECT = "https://studio.example/lti/other?account=1&b=2"
CLIENT, DEPLOYMENT = "studio-client", "studio-deployment"
MODE = {
    "STUDIO_LAUNCH_MODE": "lti13",
    "STUDIO_LTI_CLIENT_ID": CLIENT,
    "STUDIO_LTI_DEPLOYMENT_ID": DEPLOYMENT,
    "STUDIO_LTI_LOGIN_URL": LOGIN,
    "STUDIO_LTI_REDIRECT_URIS": f"{REDIRECT},{OTHER_REDIRECT}",
}
ENDPOINT = "/lti/platform/authorize"
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Begun:
    """A launch as Studio first hears of it."""

    address: str
    said: dict[str, str]

    def request(self, **changes: str | None) -> dict[str, str]:
        """The authorization request that Studio makes of it; a change of None leaves out."""
        fields: dict[str, str | None] = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": CLIENT,
            "redirect_uri": REDIRECT,
            "login_hint": self.said["login_hint"],
            "lti_message_hint": self.said["lti_message_hint"],
            "state": "state-1",
            "nonce": "nonce-1",
            **changes,
        }
        return {name: value for name, value in fields.items() if value is not None}


def read_login(answer: requests.Response) -> Begun:
    """What an answer that leads to Studio's login initiation says."""
    assert answer.status_code == 302, answer.text
    location = answer.headers["Location"]
    address, _, query = location.partition("&")
    pairs = parse_qsl(query, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs)
    return Begun(address, dict(pairs))


def begin(world: World, custom: dict[str, str], **launch: Any) -> Begun:
    return read_login(world.launch(custom, **launch))


def ask(world: World, fields: dict[str, str] | Pairs, method: str = "GET") -> requests.Response:
    """Bring Studio's request to our platform side, as a browser without any cookie."""
    if method == "GET":
        return world.get(ENDPOINT, params=fields)
    return world.post(ENDPOINT, data=fields)


def read_posted(answer: requests.Response) -> tuple[str, dict[str, str]]:
    """Where a page posts itself, and what."""
    form = read_form(answer)
    assert len(dict(form.fields)) == len(form.fields)
    return form.action, dict(form.fields)


def read_token(world: World, token: str) -> dict[str, Any]:
    """The claims of a token, verified as Studio verifies it."""
    keys = jwt.PyJWKSet.from_dict(world.get("/lti/jwks.json").json())
    header = jwt.get_unverified_header(token)
    assert header == {"alg": "RS256", "typ": "JWT", "kid": header["kid"]}
    issuer = world.environment["PUBLIC_URL"]
    claims: dict[str, Any] = jwt.decode(
        token, keys[header["kid"]], algorithms=["RS256"], audience=CLIENT, issuer=issuer
    )
    return claims


def claims_of(world: World, begun: Begun, **changes: str | None) -> dict[str, Any]:
    """The claims of the token that a good request gets."""
    action, fields = read_posted(ask(world, begun.request(**changes)))
    assert urlsplit(action).netloc == "studio.example"
    return read_token(world, fields["id_token"])


def let_pass(world: World, age: timedelta) -> None:
    """Make every launch that is kept as old as if that time had passed."""
    url = world.environment["DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for row in connection.execute(sa.select(pending_launch)).all():
            mine = pending_launch.c.hash == row.hash
            earlier = {"expires_at": row.expires_at - age}
            connection.execute(sa.update(pending_launch).where(mine).values(earlier))
    engine.dispose()
