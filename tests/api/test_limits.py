"""How often a key may call, told by every answer; several processes count together by Redis."""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.api.calling import Api, check_problem, make_api
from tests.journeys.batching import served
from tests.world import World

LIMIT = 10
FEW = {"API_CALLS_PER_MINUTE": str(LIMIT), "WORKER": "external"}
REDIS, NO_REDIS = "redis://127.0.0.1:6379/14", "redis://127.0.0.1:1/0"


@pytest.fixture(scope="module")
def limited(world: World) -> Iterator[World]:
    """The service in one process, with few calls a minute."""
    with served(world, 1, **FEW) as (again, _):
        yield again


def _told(api: Api, path: str = "/embeds", method: str = "GET") -> tuple[int, list[str]]:
    answer = api.call(method, path)
    names = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Policy")
    return answer.status_code, [answer.headers[name] for name in names]


def test_every_answer_says_what_is_left(limited: World):
    api, policy = make_api(limited, ["embeds:read"]), f'"key";q={LIMIT};w=60'
    calls = [("/embeds", "GET"), ("/embeds/x", "GET"), ("/embeds/9", "GET"), ("/embeds", "POST")]
    assert [_told(api, *call) for call in calls] == [
        (200, ["10", "9", policy]),
        (422, ["10", "8", policy]),
        (404, ["10", "7", policy]),
        (403, ["10", "6", policy]),
    ]
    headers = api.get("/embeds").headers
    seconds = int(headers["RateLimit-Reset"])
    assert 30 < seconds <= 60
    assert headers["RateLimit"] == f'"key";r=5;t={seconds}'


def test_a_key_that_called_too_often_is_told_when_it_may_again(limited: World):
    api, other = make_api(limited), make_api(limited)
    assert Counter(api.get("/embeds").status_code for _ in range(LIMIT)) == {200: LIMIT}
    refused = api.get("/embeds")
    document = check_problem(limited, refused, 429, "too-many-calls")
    assert document["detail"] == "This key may make 10 calls a minute."
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit-Reset"] == refused.headers["Retry-After"]
    assert refused.headers["RateLimit-Remaining"] == "0"
    assert other.get("/embeds").status_code == 200


def test_nothing_but_keys_is_limited(limited: World):
    for path in ("/api/v1/openapi.json", "/api/v1/embeds", "/lti/jwks.json"):
        answers = [limited.get(path) for _ in range(LIMIT + 2)]
        assert {answer.status_code for answer in answers} <= {200, 401}
        assert not [name for name in answers[0].headers if name.startswith("RateLimit")]


def test_several_processes_count_together_by_redis(world: World):
    with served(world, 2, REDIS_URL=REDIS, **FEW) as (both, _):
        api = make_api(both)
        codes = Counter(api.get("/embeds").status_code for _ in range(LIMIT * 3))
        assert codes == {200: LIMIT, 429: LIMIT * 2}
        assert "calls-counted-alone" not in both.logs()


def test_the_service_starts_and_answers_while_redis_is_down(world: World):
    with served(world, 1, REDIS_URL=NO_REDIS, **FEW) as (alone, _):
        api = make_api(alone)
        assert Counter(api.get("/embeds").status_code for _ in range(LIMIT)) == {200: LIMIT}
        assert api.get("/embeds").status_code == 429
        assert alone.logs().count("calls-counted-alone") == 1
