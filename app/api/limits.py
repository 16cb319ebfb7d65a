"""How many calls each API key has left in its minute, and how that is told.

A minute begins with a key's first call. It is counted in Redis, where there is one, so that all
processes and machines count together; else, and while Redis does not answer, each process counts
for itself. Launches are never counted. The headers:
https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/, and those of its earlier
versions, which more programs read.
"""

import math
import threading
from dataclasses import dataclass

import redis
import structlog

from app.settings import Settings

WINDOW_SECONDS = 60
REDIS_SECONDS = 0.5
ALONE_SECONDS = 60.0
log = structlog.get_logger()


@dataclass(frozen=True)
class Allowance:
    """What a key may call in its minute, and how much of it is left; below zero: it is over."""

    limit: int
    left: int
    ends_in_seconds: int

    def headers(self) -> dict[str, str]:
        """Tell it, as every answer to a key does."""
        left, ends_in = max(self.left, 0), self.ends_in_seconds
        return {
            "RateLimit-Policy": f'"key";q={self.limit};w={WINDOW_SECONDS}',
            "RateLimit": f'"key";r={left};t={ends_in}',
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(left),
            "RateLimit-Reset": str(ends_in),
        }


class Limits:
    """Counts the calls of each key."""

    def __init__(self, settings: Settings) -> None:
        self._limit = settings.api_calls_per_minute
        url = settings.redis_url
        self._shared = None if url is None else _make_redis(url.get_secret_value())
        self._alone_until = -math.inf
        self._own: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def take(self, key_id: str, now: float) -> Allowance:
        """Count a call of a key that is known, so that there are no more counts than keys.

        `now` is that of a clock that nobody sets, in seconds.
        """
        count, ends_in = self._count_together(key_id, now) or self._count_alone(key_id, now)
        return Allowance(self._limit, self._limit - count, max(1, math.ceil(ends_in)))

    def _count_together(self, key_id: str, now: float) -> tuple[int, float] | None:
        """Count in Redis; None where there is none, and for a minute after it did not answer."""
        if self._shared is None or now < self._alone_until:
            return None
        name = f"studioembed:calls:{key_id}"
        try:
            with self._shared.pipeline() as together:
                together.set(name, 0, ex=WINDOW_SECONDS, nx=True)
                together.incr(name)
                together.ttl(name)
                _, count, ends_in = together.execute()
        except redis.RedisError as error:
            self._alone_until = now + ALONE_SECONDS
            log.warning("calls-counted-alone", why=type(error).__name__)
            return None
        return count, ends_in

    def _count_alone(self, key_id: str, now: float) -> tuple[int, float]:
        with self._lock:
            count, ends_at = self._own.get(key_id, (0, 0.0))
            if ends_at <= now:
                count, ends_at = 0, now + WINDOW_SECONDS
            self._own[key_id] = (count + 1, ends_at)
        return count + 1, ends_at - now


def _make_redis(url: str) -> redis.Redis:
    """Make a client that connects at its first use, and gives up soon: a call waits for it."""
    return redis.Redis.from_url(
        url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS, retry=None
    )
