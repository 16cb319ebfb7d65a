"""Two Studios: each platform's launches go to its own, in its own launch mode, embeds apart."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from app.core import accounts, embed_lists, keys, marks, platforms
from app.core.account_setup import Description, read_description, save_account
from app.crypto import Vault
from sandbox.lms.people import find_person
from tests.journeys import studio_side
from tests.journeys.connecting import (
    Admin,
    account_of,
    another_studio,
    calls,
    make_link,
    tokens_of,
)
from tests.journeys.course_pages import read_course
from tests.journeys.launching import Platform, add_platform
from tests.journeys.onward import post, read_form
from tests.journeys.starting import run
from tests.pages import read_code
from tests.world import World

MEDIA = 260854
LAUNCHES = 6


@dataclass
class Second:
    """The other Studio, its account here, and a platform that is bound to it."""

    studio: Any
    account: Any
    platform: Platform

    @property
    def url(self) -> str:
        return str(self.studio.settings.url)

    def link(self, world: World, media_id: int = MEDIA, **further: str) -> dict[str, str]:
        """What a link bears that was made for this account."""
        key = keys.get_mark_key(world.database)
        return marks.link_parameters(key, self.url, media_id, "embed", False) | further

    def describe(self, world: World, **fields: Any) -> Any:
        """Change how the account is set up."""
        vault = Vault((world.environment["SECRET_KEY"],))
        described = read_description({"url": self.url, **fields}, allow_insecure=True)
        return save_account(world.database, vault, described)


@pytest.fixture(scope="module")
def second(world: World) -> Iterator[Second]:
    """Set up by commands, as an admin does."""
    with another_studio(world) as studio:
        url, settings = studio.settings.url, studio.settings
        done = _run_with_secret(
            world,
            settings.client_secret,
            *("studio", "add", "--url", url, "--client-id", settings.client_id),
            *("--client-secret-file", "-"),
        )
        public = world.environment["PUBLIC_URL"]
        assert done.splitlines() == [
            f"Saved Studio account 2: {url}.",
            f"Next: give its developer key in Studio the redirect URI {public}/studio/callback",
            f"Then: flask studio connect --studio {url}",
        ]
        assert Admin(world).connect(make_link(world, url)).status_code == 200
        platform = add_platform(world, "https://second.example")
        bound = world.flask("studio", "bind", "--platform", platform.issuer, "--studio", url)
        number = platforms.get_platform(world.database, platform.issuer, None).id
        assert bound.stdout == (
            f"Platform {number} ({platform.issuer}, {platform.client_id}) is bound to {url}.\n"
        )
        yield Second(studio, account_of(world, url), platform)


def _run_with_secret(world: World, secret: str, *arguments: str) -> str:
    done = run(world.environment, "flask", *arguments, given=f"{secret}\n")
    assert done.returncode == 0, done.stderr
    return done.stdout


def _launched(answer: requests.Response) -> str:
    """The Studio to which Canvas is sent."""
    assert answer.status_code == 302, answer.text
    url = parse_qs(urlsplit(answer.headers["Location"]).query)["url"][0]
    return "{0.scheme}://{0.netloc}".format(urlsplit(url))


def test_each_platform_goes_to_its_own_studio_and_the_same_media_is_another_embed(
    world: World, second: Second
):
    first = world.studio.settings.url
    before = [len(calls(world, studio, "create_embed")) for studio in (world.studio, second.studio)]
    for _ in range(LAUNCHES):
        assert _launched(world.launch(world.marked(MEDIA))) == first
        assert _launched(second.platform.launch(world, second.link(world))) == second.url
    after = [len(calls(world, studio, "create_embed")) for studio in (world.studio, second.studio)]
    assert after == [before[0] + 1, before[1] + 1]
    made = embed_lists.list_embeds(world.database, None)
    assert sorted((one.key.account_id, one.key.media_id) for one in made) == [
        (1, MEDIA),
        (2, MEDIA),
    ]


def test_a_link_that_is_marked_for_one_studio_makes_nothing_in_another(
    world: World, second: Second
):
    before = len(calls(world, second.studio, "create_embed"))
    answer = second.platform.launch(world, world.marked(260861))
    assert (answer.status_code, read_code(answer)) == (403, "not-embedded-yet")
    assert len(calls(world, second.studio, "create_embed")) == before


def test_the_parameters_of_a_link_are_marked_for_the_account_that_is_named(
    world: World, second: Second
):
    printed = world.flask("embeds", "link", str(MEDIA), "--json", "--studio", second.url).stdout
    assert json.loads(printed) == second.link(world)
    assert json.loads(printed) != world.marked(MEDIA)


def test_a_course_page_shows_and_plays_the_embeds_of_its_own_studio(world: World, second: Second):
    world.launch(world.marked(MEDIA))
    world.launch(world.marked(260861))
    second.platform.launch(world, second.link(world))
    page = read_course(second.platform.launch(world, {}))
    (embed,) = embed_lists.list_embeds(world.database, account_id=second.account.id)
    assert [entry.embed_id for entry in page.entries] == [str(embed.id)]
    chosen = page.choose(embed.title)
    assert _launched(world.post("/lti/play", data=chosen)) == second.url
    (theirs, *_) = embed_lists.list_embeds(world.database, account_id=1)
    answer = world.post("/lti/play", data=chosen | {"embed": str(theirs.id)})
    assert (answer.status_code, read_code(answer)) == (404, "embed-not-found")


def test_dead_tokens_of_one_studio_leave_the_other_alone(world: World, second: Second):
    world.http.post(f"{second.url}/_sandbox/tokens", json={"revoke": True})
    answer = second.platform.launch(world, second.link(world, 261007))
    assert (answer.status_code, read_code(answer)) == (502, "studio-authorization")
    assert "flask" not in answer.text
    assert world.launch(world.marked(261007)).status_code == 302
    told = [json.loads(line) for line in world.logs().splitlines() if "disconnected" in line]
    assert [(line["event"], line["level"], line["studio"]) for line in told] == [
        ("studio-disconnected", "error", second.url)
    ]
    assert "A Studio account is disconnected" in world.get("/").text
    done = world.flask("studio", "status", "--json", check=False)
    states = {one["url"]: one["state"] for one in json.loads(done.stdout)}
    assert states == {world.studio.settings.url: "connected", second.url: "disconnected"}
    assert done.returncode == 1
    done = world.flask("doctor", "--json", check=False)
    found = {check["name"]: check["status"] for check in json.loads(done.stdout)["checks"]}
    assert (found["studio"], found[f"studio {second.url}"]) == ("ok", "failed")
    assert Admin(world).connect(make_link(world, second.url)).status_code == 200
    assert second.platform.launch(world, second.link(world, 261007)).status_code == 302


def test_each_account_has_its_own_launch_mode_and_its_own_home(world: World, second: Second):
    settings = second.studio.settings
    second.describe(
        world,
        launch_mode="lti11",
        lti_key=settings.consumer_key,
        lti_secret=settings.consumer_secret,
    )
    stranger = add_platform(world, "https://stranger.example")
    found = platforms.get_platform(world.database, stranger.issuer, None)
    accounts.bind_platform(world.database, found.id, second.account.id)
    student = find_person("student")
    assert student is not None
    world.launch({"media_id": "262118"}, person="instructor")
    for _ in range(LAUNCHES):
        assert _launched(world.launch(world.marked(MEDIA))) == world.studio.settings.url
        said = {
            platform.issuer: _said_to(world, second, platform)
            for platform in (second.platform, stranger)
        }
        assert said == {
            second.platform.issuer: student.legacy_id,
            stranger.issuer: f"{found.id}:{student.sub}",
        }
    status = json.loads(world.flask("studio", "status", "--json").stdout)
    assert {one["url"]: one["home"] for one in status} == {
        world.studio.settings.url: {
            "issuer": world.lms.settings.url,
            "client_id": world.lms.settings.client_id,
        },
        second.url: {"issuer": second.platform.issuer, "client_id": second.platform.client_id},
    }
    world.flask("platforms", "home", "--issuer", stranger.issuer)
    assert _said_to(world, second, stranger) == student.legacy_id
    second.describe(world, launch_mode="canvas")
    assert _launched(second.platform.launch(world, second.link(world))) == second.url


def _said_to(world: World, second: Second, platform: Platform) -> str:
    """As whom a student is posted to Studio, which must believe the signature."""
    form = read_form(platform.launch(world, second.link(world)))
    assert form.action.startswith(f"{second.url}/lti/launch?")
    assert post(world, form).status_code == 200
    return form.said["user_id"]


def test_a_studio_cannot_fetch_a_launch_that_was_sent_to_another(world: World, second: Second):
    tools: dict[str, Any] = {"lti_deployment_id": "d", "launch_mode": "lti13"}
    tools |= {"lti_login_url": studio_side.LOGIN, "lti_redirect_uris": [studio_side.REDIRECT]}
    second.describe(world, lti_client_id=studio_side.CLIENT, **tools)
    vault = Vault((world.environment["SECRET_KEY"],))
    other = Description(url="https://third.example", client_id="c", lti_client_id="third", **tools)
    save_account(world.database, vault, other)

    begun = studio_side.read_login(second.platform.launch(world, second.link(world)))
    stolen = studio_side.ask(world, begun.request(client_id="third"))
    assert studio_side.read_posted(stolen) == (
        studio_side.REDIRECT,
        {
            "error": "login_required",
            "error_description": "The hints are unknown, used, or too old",
            "state": "state-1",
        },
    )
    claims = studio_side.claims_of(world, begun)
    assert (claims["aud"], claims["https://purl.imsglobal.org/spec/lti/claim/deployment_id"]) == (
        studio_side.CLIENT,
        "d",
    )
    second.describe(world, launch_mode="canvas")
    world.flask("studio", "list")  # takes longer than anybody looks away
    answer = studio_side.ask(world, begun.request())
    assert (answer.status_code, read_code(answer)) == (400, "studio-not-registered")


def test_tokens_are_refreshed_for_each_account_apart(world: World, second: Second):
    before = [tokens_of(world, studio) for studio in (world.studio, second.studio)]
    world.http.post(f"{second.url}/_sandbox/tokens", json={"expire": True})
    assert second.platform.launch(world, second.link(world, 262118)).status_code == 302
    after = [tokens_of(world, studio) for studio in (world.studio, second.studio)]
    assert after[0] == before[0]
    assert after[1]["refresh_token"] != before[1]["refresh_token"]
