"""What tests of the connection share: an admin's browser, and other Studios than the world's."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from app.core import accounts, connecting
from app.crypto import Vault
from app.studio.oauth import TokenStore
from sandbox.studio import StudioSettings, create_studio
from tests.servers import serving
from tests.world import World


@dataclass
class Admin:
    """A browser of somebody who connects Studio, with the one cookie that it was given."""

    world: World
    cookie: str = ""

    def open(self, link: str) -> requests.Response:
        return self.world.get("/studio/connect", params={"link": link})

    def press(self, link: str) -> requests.Response:
        """Press the button of the link's page, and keep the cookie."""
        answer = self.world.post("/studio/connect", data={"link": link})
        self.cookie = answer.headers.get("Set-Cookie", "").partition(";")[0]
        return answer

    def decide(self, address: str, decision: str = "allow") -> str:
        """Decide on Studio's page; gives where the browser is sent back to, as path and query."""
        url, _, query = address.partition("?")
        assert self.world.http.get(address).ok
        fields = {name: values[0] for name, values in parse_qs(query).items()}
        form = fields | {"decision": decision}
        answer = self.world.http.post(url, data=form, allow_redirects=False)
        back = urlsplit(answer.headers["Location"])
        assert f"{back.scheme}://{back.netloc}" == self.world.environment["PUBLIC_URL"]
        return f"{back.path}?{back.query}"

    def go_to(self, path: str) -> requests.Response:
        return self.world.get(path, headers={"Cookie": self.cookie})

    def come_back(self, link: str, decision: str = "allow") -> str:
        """All but the last step: gives the address that ends it."""
        return self.decide(self.press(link).headers["Location"], decision)

    def connect(self, link: str) -> requests.Response:
        return self.go_to(self.come_back(link))


def account_of(world: World, url: str = "") -> Any:
    """The row of an account, the world's own unless another URL is given."""
    found = accounts.find_account_at(world.database, url or world.studio.settings.url)
    assert found is not None
    return found


def forget_tokens(world: World) -> None:
    """What `flask studio disconnect` does, in much less time."""
    account = account_of(world)
    vault = Vault((world.environment["SECRET_KEY"],))
    TokenStore(world.database, vault, world.http, account.id, account.url).forget()


def make_link(world: World, url: str = "") -> str:
    """What `flask studio connect` makes, in much less time: the link's secret."""
    vault = Vault((world.environment["SECRET_KEY"],))
    return connecting.make_link(world.database, vault, account_of(world, url))[0]


@contextmanager
def another_studio(world: World, **settings: Any) -> Iterator[Any]:
    """Serve a second Studio, whose client has another secret; gives what it is."""
    options = {"client_secret": "another-client-secret", "refresh_token": "another-refresh-token"}
    settings = options | {"platform_issuer": world.environment["PUBLIC_URL"]} | settings
    with serving(
        "127.0.0.3", lambda url: create_studio(StudioSettings(url=url, **settings))
    ) as app:
        yield app.extensions["studio"]


def calls(world: World, studio: Any, operation: str) -> list[dict[str, Any]]:
    """What any Studio was asked, of one kind."""
    answer = world.http.get(f"{studio.settings.url}/_sandbox/calls")
    return [call for call in answer.json() if call["operation"] == operation]


def tokens_of(world: World, studio: Any) -> dict[str, str | None]:
    """The tokens that are good now at a Studio."""
    found: dict[str, str | None] = world.http.get(f"{studio.settings.url}/_sandbox/tokens").json()
    return found
