"""Workers keep what launches look up, and still see at once what a command or another changes."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
import requests

from app.core import courses, embed_lists, embeds, platforms
from tests.journeys.launching import Platform, add_platform, fetches
from tests.pages import read_code
from tests.world import World

LAUNCHES = 12
MEDIA = 260861


@pytest.fixture
def platform(world: World, request: pytest.FixtureRequest) -> Platform:
    return add_platform(world, f"https://{request.node.name[:40].replace('_', '-')}.example")


def each(launch: Callable[[], requests.Response]) -> set[tuple[int, str]]:
    """What many launches come to, each on a connection of its own, so that all workers answer."""
    answers = [launch() for _ in range(LAUNCHES)]
    return {(answer.status_code, answer.headers.get("Location", "")) for answer in answers}


def refused(launch: Callable[[], requests.Response]) -> set[tuple[int, str]]:
    answers = [launch() for _ in range(LAUNCHES)]
    return {(answer.status_code, read_code(answer)) for answer in answers}


def test_an_authorization_url_that_an_admin_corrects_counts_for_every_login(
    world: World, platform: Platform
):
    def hosts() -> set[str | None]:
        locations = (platform.login(world).location for _ in range(LAUNCHES))
        return {urlsplit(location).path for location in locations}

    assert hosts() == {"/api/lti/authorize_redirect"}
    options = ["--client-id", platform.client_id, "--key-set-url", platform.key_set_url]
    right = f"{world.lms.settings.url}/another/authorize"
    world.flask(
        "platforms", "add", "--issuer", platform.issuer, "--auth-login-url", right, *options
    )
    assert hosts() == {"/another/authorize"}


def test_a_platform_that_is_removed_launches_no_more(world: World, platform: Platform):
    link = world.marked(MEDIA)
    assert {status for status, _ in each(lambda: platform.launch(world, link))} == {302}
    logins = [platform.login(world) for _ in range(LAUNCHES)]
    found = platforms.get_platform(world.database, platform.issuer, platform.client_id)
    platforms.remove_platform(world.database, found.id)
    world.flask("platforms", "list")  # takes longer than anybody looks away
    claims = [platform.claims(world, login, link) for login in logins]
    pending = iter(zip(logins, claims, strict=True))
    assert refused(lambda: world.send(*next(pending))) == {(403, "platform-not-registered")}


def test_an_embed_that_is_forgotten_is_made_again_by_the_very_next_launch(world: World):
    link = world.marked(MEDIA, "bare_embed")
    for _ in range(5):
        ((_, before),) = each(lambda: world.launch(link))
        made = embed_lists.list_embeds(world.database)[0]
        assert made.key.embed_type == "bare_embed"
        calls = len(world.calls("create_embed"))
        embeds.forget_embed(world.database, made.id)
        assert world.launch(link).status_code == 302
        assert len(world.calls("create_embed")) == calls + 1
        assert before


def test_a_course_link_counts_from_the_very_next_launch(world: World):
    link = world.marked(MEDIA)
    lms = world.lms.settings
    home = platforms.get_platform(world.database, lms.url, lms.client_id)
    login = world.login()
    context = world.claims(login.nonce, link, course_id=102)[
        "https://purl.imsglobal.org/spec/lti/claim/context"
    ]["id"]
    for course_id in (4001, 4002, 4003):
        courses.link_course(world.database, home.id, context, course_id)
        answers = each(lambda: world.launch(link, course_id=102))
        paths = {urlsplit(location).path for _, location in answers}
        assert paths == {f"/courses/{course_id}/external_tools/retrieve"}


def test_in_steady_state_no_key_set_is_fetched(world: World):
    link = world.marked(MEDIA)
    assert world.launch(link).status_code == 302
    before = fetches(world)
    assert {status for status, _ in each(lambda: world.launch(link))} == {302}
    assert fetches(world) == before
