"""What tests of dynamic registration share: an LMS that nobody knows yet, and its admin."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import requests
import sqlalchemy as sa

from app.core import invites, platforms
from app.core.memory import changing
from app.models import invite, platform
from sandbox.lms import LmsSettings, create_lms
from sandbox.lms.registering import registration_address
from tests.pages import read_code
from tests.servers import serving
from tests.world import World

WISH = re.compile(r'name="wish" value="([^"]+)"')
CONFIGURATION = "/api/lti/security/openid-configuration"


@dataclass
class Admin:
    """Somebody who adds the tool to `world.lms`, in a browser."""

    world: World

    @property
    def issuer(self) -> str:
        return str(self.world.lms.settings.url)

    def invite(self, issuer: str | None = None) -> str:
        """What `flask platforms invite` makes, in much less time: the link's secret."""
        return invites.make_invite(self.world.database, issuer)[0]

    def address(self, secret: str) -> str:
        """The path to which the LMS leads, with a token of its own."""
        return registration_address(self.world.lms, f"/lti/register?invite={secret}")

    def open(self, secret: str) -> requests.Response:
        return self.world.get(self.address(secret))

    def open_with(self, secret: str, **told: str) -> requests.Response:
        """Open the link as an LMS does that says these things."""
        return self.world.get(f"/lti/register?{urlencode({'invite': secret, **told})}")

    def press(self, page: requests.Response) -> requests.Response:
        """Press the button of a page that was shown."""
        assert page.status_code == 200, page.text
        return self.world.post("/lti/register", data={"wish": wish_of(page)})

    def register(self, secret: str = "") -> requests.Response:
        """The whole way, with an invite of one's own unless one is given."""
        return self.press(self.open(secret or self.invite()))

    def fail(self, **faults: Any) -> None:
        """Let registration go wrong at the LMS from now on."""
        self.world.tell_lms("behaviour", registration=faults)

    def platforms(self) -> list[platforms.Platform]:
        """What is registered of this LMS."""
        found = platforms.list_platforms(self.world.database)
        return [each for each in found if each.issuer == self.issuer]

    def deployments(self) -> list[str]:
        """The deployments of its only platform."""
        (mine,) = self.platforms()
        rows = platforms.list_deployments(self.world.database, mine.id)
        return [row.deployment_id for row in rows]

    def noted(self, event: str) -> list[dict[str, Any]]:
        """What the LMS noted of one kind."""
        answer = self.world.http.get(f"{self.issuer}/_sandbox/log").json()
        return [entry for entry in answer if entry["event"] == event]

    def turn_on(self) -> None:
        """Approve the tool that registered itself."""
        answer = self.world.http.post(f"{self.issuer}/registration/approval", allow_redirects=False)
        assert answer.status_code == 303


def wish_of(page: requests.Response) -> str:
    found = WISH.search(page.text)
    assert found is not None, page.text
    return html.unescape(found[1])


def refusal(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, read_code(answer)


@contextmanager
def unknown_lms(world: World) -> Iterator[Admin]:
    """Serve another LMS than the world's, which can have the same tool."""
    settings = {
        "tool_url": world.environment["PUBLIC_URL"],
        "studio_url": world.studio.settings.url,
    }
    with serving("127.0.0.4", lambda url: create_lms(LmsSettings(url=url, **settings))) as app:
        yield Admin(replace(world, lms=app.extensions["lms"], _database=world.database))


def forget_all(admin: Admin) -> None:
    """Let nothing be left of an earlier test."""
    admin.world.lms.reset()
    with changing(admin.world.database) as connection:
        connection.execute(sa.delete(platform).where(platform.c.issuer == admin.issuer))
        connection.execute(sa.delete(invite))
