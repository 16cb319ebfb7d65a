"""Platforms' public keys: fetched seldom, rotated unnoticed, believed through an outage."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.journeys.launching import (
    MEDIA,
    Platform,
    at_once,
    await_fetch,
    check_refused,
    codes,
    fetches,
    let_pass,
    posts,
)
from tests.world import World

REFUSED = (503, "key-set")
HALF_A_MINUTE = timedelta(seconds=31)
SPARE = 40


@pytest.fixture(scope="module")
def link(world: World) -> dict[str, str]:
    """A link of ours whose embed is there: whoever launches it is forwarded."""
    made = world.marked(MEDIA)
    assert world.launch(made).status_code == 302
    return made


@pytest.fixture(scope="module")
def spare(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Platforms that nobody used yet: the sandbox's key set under addresses of their own."""
    lms = world.lms.settings.url
    found = [
        Platform(f"https://{n}.test", "c-1", f"{lms}/api/lti/security/jwks?of={n}", ("d-1",))
        for n in range(SPARE)
    ]
    entries = {
        platform.issuer: [
            {
                "client_id": platform.client_id,
                "auth_login_url": f"{lms}/api/lti/authorize_redirect",
                "key_set_url": platform.key_set_url,
                "deployment_ids": list(platform.deployment_ids),
            }
        ]
        for platform in found
    }
    file = tmp_path_factory.mktemp("spare") / "platforms.json"
    file.write_text(json.dumps(entries))
    world.flask("platforms", "import", str(file))
    return iter(found)


@pytest.fixture
def fresh(world: World, spare: Iterator[Platform]) -> Iterator[Platform]:
    """A platform whose keys were never fetched; the sandbox's key set answers again after."""
    yield next(spare)
    world.tell_lms("keys")


@pytest.fixture
def known(world: World, fresh: Platform, link: dict[str, str]) -> Platform:
    """A platform whose keys were fetched just now."""
    assert fresh.launch(world, link).status_code == 302
    return fresh


def test_many_launches_fetch_the_keys_once(world: World, known: Platform, link: dict[str, str]):
    before = fetches(world)
    answers = [known.launch(world, link) for _ in range(10)]
    assert codes(answers) == [(302, "")] * 10
    let_pass(world, known, timedelta(minutes=59))
    assert known.launch(world, link).status_code == 302
    assert fetches(world) - before == 0
    let_pass(world, known, timedelta(minutes=2))
    assert [known.launch(world, link).status_code for _ in range(5)] == [302] * 5
    assert fetches(world) - before == 1


def test_twenty_launches_at_once_before_any_key_is_known_fetch_once_and_all_arrive(
    world: World, fresh: Platform, link: dict[str, str]
):
    ready = posts(world, fresh, link, 20)
    before = fetches(world)
    world.tell_lms("keys", key_set_hold=True)
    with ThreadPoolExecutor(20) as pool:
        waiting = [pool.submit(post) for post in ready]
        await_fetch(world, before + 1)
        world.tell_lms("keys")
        answers = [future.result() for future in waiting]
    assert codes(answers) == [(302, "")] * 20
    assert fetches(world) - before == 1


def test_a_rotated_key_is_accepted_on_the_first_launch(
    world: World, known: Platform, link: dict[str, str]
):
    (old,) = posts(world, known, link, 1)
    let_pass(world, known, HALF_A_MINUTE)
    before = fetches(world)
    world.tell_lms("keys", rotate=True)
    assert known.launch(world, link).status_code == 302
    assert old().status_code == 302
    assert fetches(world) - before == 1


def test_of_twenty_launches_at_once_after_a_rotation_none_is_lost_and_one_fetches(
    world: World, known: Platform, link: dict[str, str]
):
    """Those that find no thread to wait on are told to come back, and are good then."""
    let_pass(world, known, HALF_A_MINUTE)
    world.tell_lms("keys", rotate=True)
    ready = posts(world, known, link, 20)
    before = fetches(world)
    answers = at_once(20, lambda number: ready[number]())
    again = [post for post, answer in zip(ready, answers, strict=True) if answer.status_code != 302]
    assert set(codes(answers)) <= {(302, ""), REFUSED}
    assert len(again) < 20
    assert codes([post() for post in again]) == [(302, "")] * len(again)
    assert fetches(world) - before == 1


def test_a_key_that_the_platform_took_back_is_no_longer_accepted(
    world: World, known: Platform, link: dict[str, str]
):
    (old,) = posts(world, known, link, 1)
    world.tell_lms("keys", rotate=True)
    world.tell_lms("keys", rotate=True)
    let_pass(world, known, timedelta(minutes=61))
    assert known.launch(world, link).status_code == 302
    check_refused(world, old(), *REFUSED)


def test_a_key_that_is_unknown_right_after_a_fetch_is_refused_for_half_a_minute(
    world: World, known: Platform, link: dict[str, str]
):
    before = fetches(world)
    world.tell_lms("keys", rotate=True)
    answer = known.launch(world, link)
    check_refused(world, answer, *REFUSED)
    assert (answer.headers["Retry-After"], fetches(world) - before) == ("30", 0)
    let_pass(world, known, HALF_A_MINUTE)
    assert known.launch(world, link).status_code == 302


def test_fifty_tokens_of_unknown_keys_cost_one_fetch_and_hold_nobody_up(
    world: World, known: Platform, link: dict[str, str]
):
    let_pass(world, known, HALF_A_MINUTE)
    ready = posts(world, known, link, 50, kid="nobody")
    before = fetches(world)
    assert codes(at_once(50, lambda number: ready[number]())) == [REFUSED] * 50
    assert known.launch(world, link).status_code == 302
    assert fetches(world) - before == 1


def test_fifty_tokens_of_unknown_keys_one_by_one_cost_one_fetch(
    world: World, fresh: Platform, link: dict[str, str]
):
    ready = posts(world, fresh, link, 50, kid="nobody")
    before = fetches(world)
    assert codes([post() for post in ready]) == [REFUSED] * 50
    assert fetches(world) - before == 1
    assert fresh.launch(world, link).status_code == 302


@pytest.mark.parametrize("status", [200, 302, 404, 429, 503])
def test_through_an_outage_the_last_good_keys_are_believed_for_a_day(
    world: World, known: Platform, link: dict[str, str], status: int
):
    world.tell_lms("keys", key_set_status=status)
    before = fetches(world)
    assert known.launch(world, link).status_code == 302
    let_pass(world, known, timedelta(hours=2))
    assert [known.launch(world, link).status_code for _ in range(3)] == [302] * 3
    assert fetches(world) - before == 1
    let_pass(world, known, timedelta(hours=21, minutes=50))
    assert known.launch(world, link).status_code == 302
    let_pass(world, known, timedelta(minutes=15))
    answer = known.launch(world, link)
    check_refused(world, answer, *REFUSED)
    assert answer.headers["Retry-After"] == "30"
    world.tell_lms("keys")
    let_pass(world, known, HALF_A_MINUTE)
    assert known.launch(world, link).status_code == 302


def test_keys_that_were_never_fetched_and_cannot_be_are_asked_for_twice_a_minute(
    world: World, fresh: Platform, link: dict[str, str]
):
    world.tell_lms("keys", key_set_status=503)
    before = fetches(world)
    answers = [fresh.launch(world, link) for _ in range(5)]
    assert codes(answers) == [REFUSED] * 5
    assert [answer.headers["Retry-After"] for answer in answers] == ["30"] * 5
    check_refused(world, answers[0], *REFUSED)
    assert fetches(world) - before == 1
    world.tell_lms("keys")
    let_pass(world, fresh, HALF_A_MINUTE)
    assert fresh.launch(world, link).status_code == 302


def test_a_launch_that_was_refused_for_want_of_keys_works_when_it_is_posted_again(
    world: World, fresh: Platform, link: dict[str, str]
):
    world.tell_lms("keys", key_set_status=503)
    (post,) = posts(world, fresh, link, 1)
    assert codes([post()]) == [REFUSED]
    world.tell_lms("keys")
    let_pass(world, fresh, HALF_A_MINUTE)
    assert post().status_code == 302
