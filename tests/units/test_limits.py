"""Counts of calls: a minute from the first one on, for each key, with Redis or without."""

import secrets
import socket
import time
from collections.abc import Callable, Iterator

import pytest
import redis

from app.api.limits import Allowance, Limits
from app.settings import Settings

REDIS = "redis://127.0.0.1:6379/14"
KEY, OTHER = "0a1b2c3d", "ffffffff"


def _limits(limit: int = 3, url: str | None = None) -> Limits:
    given = {"api_calls_per_minute": limit, "redis_url": url}
    return Limits(Settings.model_validate(given))


def test_a_key_has_so_many_calls_in_a_minute_from_its_first_one_on():
    limits = _limits()
    taken = [limits.take(KEY, now) for now in (100.0, 100.5, 130.0, 159.0, 160.0)]
    assert taken == [
        Allowance(3, 2, 60),
        Allowance(3, 1, 60),
        Allowance(3, 0, 30),
        Allowance(3, -1, 1),
        Allowance(3, 2, 60),
    ]


def test_keys_do_not_share_their_calls():
    limits = _limits()
    assert [limits.take(key, 0.0).left for key in (KEY, OTHER, KEY)] == [2, 2, 1]


def test_what_is_left_is_never_told_below_zero():
    assert Allowance(3, -5, 12).headers() == {
        "RateLimit-Policy": '"key";q=3;w=60',
        "RateLimit": '"key";r=0;t=12',
        "RateLimit-Limit": "3",
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": "12",
    }


@pytest.fixture
def in_redis() -> Iterator[tuple[str, redis.Redis]]:
    """The number of a key that nobody has, and a Redis from which it goes again."""
    key = secrets.token_hex(4)
    with redis.Redis.from_url(REDIS) as client:
        yield key, client
        client.delete(f"studioembed:calls:{key}")


def test_all_who_share_a_redis_count_together(in_redis: tuple[str, redis.Redis]):
    key, client = in_redis
    several = [_limits(url=REDIS) for _ in range(2)]
    assert [limits.take(key, 0.0).left for limits in several * 2] == [2, 1, 0, -1]
    client.expire(f"studioembed:calls:{key}", 7)
    assert several[0].take(key, 0.0).ends_in_seconds in (6, 7)
    client.delete(f"studioembed:calls:{key}")
    assert several[1].take(key, 0.0) == Allowance(3, 2, 60)


def _hanging() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def _refusing() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    yield port


@pytest.mark.parametrize("make", [_hanging, _refusing])
def test_who_cannot_reach_redis_counts_alone_and_asks_it_again_after_a_minute(
    make: Callable[[], Iterator[int]], capsys: pytest.CaptureFixture[str]
):
    ports = make()
    limits = _limits(url=f"redis://127.0.0.1:{next(ports)}/0")
    began = time.monotonic()
    assert [limits.take(KEY, 0.0).left for _ in range(3)] == [2, 1, 0]
    assert time.monotonic() - began < 3
    told = [limits.take(KEY, now).left for now in (59.0, 61.0, 62.0)]
    assert told == [-1, 2, 1]
    assert "".join(capsys.readouterr()).count("calls-counted-alone") == 2
    assert next(ports, None) is None
