"""Many launches at once, over threads and processes: one of everything at Studio, nobody stuck."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from app.lti.launch import WAIT_SECONDS
from tests import world as worlds
from tests.pages import read_code
from tests.world import World

WAITING = re.compile(r'content="2;url=([^"]+)"')


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Four processes."""
    folder = tmp_path_factory.mktemp("many")
    with worlds.world(folder, request.param, workers=4) as built:
        yield built


def _at_once(count: int, do: Callable[[int], Any]) -> list[Any]:
    barrier = threading.Barrier(count)

    def one(number: int) -> Any:
        barrier.wait()
        return do(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def _follow(world: World, answer: requests.Response, seconds: float = 20) -> requests.Response:
    """Do what a browser does with a page that waits, without its pauses."""
    deadline = time.monotonic() + seconds
    while answer.status_code == 200 and time.monotonic() < deadline:
        found = WAITING.search(answer.text)
        assert found is not None, answer.text
        answer = world.get(found[1])
    return answer


def _posts(world: World, links: list[dict[str, str]], **who: Any) -> list[Callable[[], Any]]:
    """Logins and tokens made ready, so that only the launches happen at once."""
    ready = []
    for link in links:
        login = world.login()
        token = world.lms.keys.sign(world.claims(login.nonce, link, **who))
        ready.append((login, token))
    return [lambda one=one: world.post_launch(*one) for one in ready]


def test_fifty_launches_at_once_make_one_embed_and_all_arrive(world: World):
    posts = _posts(world, [world.marked(260854)] * 50)
    world.tell_studio("next", operation="create_embed", delay_seconds=1)
    answers = _at_once(50, lambda number: posts[number]())
    waited = sum(answer.status_code == 200 for answer in answers)
    arrived = [_follow(world, answer) for answer in answers]
    assert [answer.status_code for answer in arrived] == [302] * 50
    assert len({answer.headers["Location"] for answer in arrived}) == 1
    assert len(world.calls("create_embed")) == 1
    assert waited < 50


def test_thirty_that_wait_for_a_hanging_studio_hold_nobody_else_up(world: World):
    ready = world.marked(261007)
    assert world.launch(ready).status_code == 302
    posts = _posts(world, [world.marked(260861)] * 30)
    other = _posts(world, [ready])[0]
    world.tell_studio("next", operation="create_embed", hold=True)
    with ThreadPoolExecutor(30) as pool:
        waiting = [pool.submit(post) for post in posts]
        held = world.http.get(
            f"{world.studio.settings.url}/_sandbox/held", params={"at_least": 1, "seconds": 10}
        )
        assert held.ok
        began = time.monotonic()
        assert world.get("/healthz").status_code == 200
        healthy = time.monotonic() - began
        began = time.monotonic()
        assert other().status_code == 302
        forwarded = time.monotonic() - began
        world.tell_studio("release")
        answers = [future.result() for future in waiting]
    least = WAIT_SECONDS - 1  # whoever had to wait for a thread would wait longer
    assert (healthy < least, forwarded < least) == (True, True), (healthy, forwarded)
    assert [_follow(world, answer).status_code for answer in answers] == [302] * 30


def test_a_token_that_expired_is_refreshed_once_for_all_processes(world: World):
    kinds = [
        {"media_id": media, "embed_type": embed_type, "downloadable": downloadable}
        for media in (261533, 262118, 262590, 263940)
        for embed_type in ("embed", "bare_embed")
        for downloadable in (True, False)
    ]
    links = [world.marked(kind.pop("media_id"), **kind) for kind in kinds]
    posts = _posts(world, links)
    before = len(world.calls("token"))
    world.tell_studio("tokens", expire=True)
    answers = _at_once(len(posts), lambda number: posts[number]())
    arrived = [_follow(world, answer) for answer in answers]
    assert [(answer.status_code, read_code(answer)) for answer in arrived] == [(302, "")] * 16
    assert len(world.calls("token")) - before == 1
