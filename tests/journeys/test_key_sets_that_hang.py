"""A platform whose key set does not answer in time: who waits for it, how long, and who does not.

Each case has a platform of its own, whose keys were never asked for.
"""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
import requests

from tests.journeys.launching import (
    MEDIA,
    Platform,
    add_platform,
    await_fetch,
    check_refused,
    codes,
    fetches,
    let_pass,
    posts,
)
from tests.world import World

REFUSED = (503, "key-set")
PROMISED_SECONDS = 5
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 60\r\n\r\n"


@pytest.fixture(scope="module")
def link(world: World) -> dict[str, str]:
    """A link of ours whose embed is there: whoever launches it is forwarded."""
    made = world.marked(MEDIA)
    assert world.launch(made).status_code == 302
    return made


@pytest.fixture
def fresh(world: World, request: pytest.FixtureRequest) -> Iterator[Platform]:
    """A platform that nobody used yet; the sandbox's key set answers again after."""
    name = "-".join(re.findall("[a-z]+", request.node.name))
    url = f"{world.lms.settings.url}/api/lti/security/jwks?of={name}"
    yield add_platform(world, f"https://{name}.test", key_set_url=url)
    world.tell_lms("keys")


def seconds_of(ask: Callable[[], requests.Response], status: int) -> float:
    """How long an answer takes that must have this status."""
    began = time.monotonic()
    found = ask().status_code
    assert found == status, found
    return time.monotonic() - began


@contextmanager
def dripping() -> Iterator[str]:
    """A key set that is sent a byte a second; gives its address."""
    over = threading.Event()

    def serve(listener: socket.socket) -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            with connection:
                drip(connection)

    def drip(connection: socket.socket) -> None:
        connection.settimeout(5)
        try:
            connection.recv(9000)
            connection.sendall(HEAD)
            for _ in range(15):
                connection.sendall(b" ")
                if over.wait(1):
                    return
        except OSError:
            return

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.1)
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/jwks"
        finally:
            over.set()
            thread.join()


def test_a_key_set_that_hangs_is_given_up_in_seconds(
    world: World, fresh: Platform, link: dict[str, str]
):
    (post,) = posts(world, fresh, link, 1)
    world.tell_lms("keys", key_set_hold=True)
    took = seconds_of(post, 503)
    assert PROMISED_SECONDS - 1 <= took <= PROMISED_SECONDS + 2, took


def test_a_key_set_that_drips_is_given_up_as_soon(world: World, link: dict[str, str]):
    with dripping() as url:
        slow = add_platform(world, "https://dripping.test", key_set_url=url)
        (post,) = posts(world, slow, link, 1)
        began = time.monotonic()
        answer = post()
        took = time.monotonic() - began
    check_refused(world, answer, *REFUSED)
    assert took <= PROMISED_SECONDS + 2, took


def test_whoever_waits_with_others_for_keys_that_do_not_come_is_told_so(
    world: World, fresh: Platform, link: dict[str, str]
):
    ready = posts(world, fresh, link, 12)
    before = fetches(world)
    world.tell_lms("keys", key_set_hold=True)
    with ThreadPoolExecutor(12) as pool:
        waiting = [pool.submit(post) for post in ready]
        await_fetch(world, before + 1)
        answers = [future.result() for future in waiting]
    assert codes(answers) == [REFUSED] * 12
    assert fetches(world) - before == 1


@pytest.mark.parametrize("known", [False, True], ids=["keys never fetched", "keys fetched before"])
def test_a_platform_that_hangs_holds_up_neither_health_nor_others(
    world: World, fresh: Platform, link: dict[str, str], known: bool
):
    if known:
        assert fresh.launch(world, link).status_code == 302
        let_pass(world, fresh, timedelta(seconds=31))
    strange = posts(world, fresh, link, 30, kid="nobody")
    (good,) = posts(world, fresh, link, 1)
    login = world.login()
    token = world.lms.keys.sign(world.claims(login.nonce, link))
    before = fetches(world)
    world.tell_lms("keys", key_set_hold=True)
    with ThreadPoolExecutor(30) as pool:
        waiting = [pool.submit(post) for post in strange]
        await_fetch(world, before + 1)
        took = [
            seconds_of(lambda: world.get("/healthz"), 200),
            seconds_of(lambda: world.post_launch(login, token), 302),
            seconds_of(good, 302) if known else 0,
        ]
        world.tell_lms("keys")
        answers = [future.result() for future in waiting]
    assert [seconds for seconds in took if seconds >= 1] == []
    assert codes(answers) == [REFUSED] * 30
    assert fetches(world) - before == 1
