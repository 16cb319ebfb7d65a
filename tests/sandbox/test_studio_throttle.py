"""The small Studio tells callers to come again later: a share of them, or those beyond a pace."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest

from sandbox.studio.throttle import Limits, Throttle
from tests.sandbox.studio_visitor import API, Caller, small_studio


@pytest.fixture
def studio() -> Iterator[Caller]:
    with small_studio() as caller:
        yield caller


def limit(studio: Caller, **limits: object) -> dict[str, object]:
    answer = studio.send("POST", "/_sandbox/throttle", json=limits)
    assert answer.status_code == 200, answer.text
    return answer.json()


def statuses(studio: Caller, count: int) -> list[int]:
    headers = {"Authorization": f"Bearer {studio.tokens()['access_token']}"}
    return [
        studio.send("GET", f"{API}/media/260854", headers=headers).status_code for _ in range(count)
    ]


def test_half_of_all_calls_are_refused_and_the_same_for_the_same_seed(studio: Caller) -> None:
    limit(studio, share=0.5, seed=3)
    first = statuses(studio, 100)
    limit(studio, share=0.5, seed=3)
    again = statuses(studio, 100)
    limit(studio, share=0.5, seed=4)
    other = statuses(studio, 100)
    assert (set(first), again) == ({200, 429}, first)
    assert other != first
    assert 35 < first.count(429) < 65
    told = studio.send("GET", "/_sandbox/throttle").json()
    assert (told["served"], told["by_share"], told["by_pace"]) == (
        other.count(200),
        other.count(429),
        0,
    )
    limit(studio)
    assert statuses(studio, 20) == [200] * 20


def test_a_refusal_says_when_to_come_in_seconds_or_as_a_date_or_not_at_all(studio: Caller) -> None:
    def said() -> str | None:
        return studio.api("GET", "/media/260854").headers.get("Retry-After")

    limit(studio, share=1.0, retry_after=7)
    assert said() == "7"
    limit(studio, share=1.0, retry_after=None)
    assert said() is None
    limit(studio, share=1.0, status=503, retry_after=7, retry_after_date=True)
    before = datetime.now(UTC)
    date = said()
    assert date is not None
    assert date.endswith(" GMT")
    assert 7 <= (parsedate_to_datetime(date) - before).total_seconds() <= 9
    assert studio.api("GET", "/media/260854").status_code == 503


def test_the_token_endpoint_is_never_throttled(studio: Caller) -> None:
    limit(studio, share=1.0)
    assert studio.refresh("sandbox-refresh-token").status_code == 200


def test_beyond_the_pace_calls_are_refused_and_the_journal_shows_when(studio: Caller) -> None:
    limit(studio, per_second=5)
    token = studio.tokens()["access_token"]

    def call(_: int) -> tuple[int, str | None]:
        headers = {"Authorization": f"Bearer {token}"}
        answer = Caller(studio.url).send("GET", f"{API}/media/260854", headers=headers)
        return answer.status_code, answer.headers.get("Retry-After")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(call, range(40)))
    calls = studio.send("GET", "/_sandbox/calls").json()
    served = sorted(one["at"] for one in calls if one["status"] == 200)
    assert {answer for answer in answers if answer[0] != 200} == {(429, "1")}
    assert len(calls) == 40
    assert len(served) >= 5
    assert all(late - early >= 0.999 for early, late in zip(served, served[5:], strict=False))
    assert {one["retry_after"] for one in calls if one["status"] == 429} == {"1"}


def test_the_pace_holds_for_any_second_not_for_those_of_the_clock() -> None:
    throttle = Throttle(threading.RLock())
    throttle.set(Limits(per_second=2, retry_after=0))
    times = [10.8, 10.9, 11.0, 11.7, 11.8, 11.85, 11.9, 12.7, 12.8]
    assert [throttle.may_pass(at) for at in times] == [
        *(True, True, False, False),
        *(True, False, True, False, True),
    ]
    assert throttle.seconds_to_wait(12.8) == 1
    assert throttle.counts() == {"served": 5, "by_share": 0, "by_pace": 4}


@pytest.mark.parametrize(
    ("limits", "text"),
    [
        (None, "body: "),
        ({"share": 2}, "share: "),
        ({"share": "half"}, "share: "),
        ({"per_second": 0}, "per_second: "),
        ({"status": 200}, "status: "),
        ({"retry_after": None, "retry_after_date": True}, "retry_after_date needs"),
        ({"per_minute": 3}, "per_minute: "),
    ],
)
def test_limits_that_are_none_are_refused_and_change_nothing(
    studio: Caller, limits: object, text: str
) -> None:
    limit(studio, share=1.0)
    answer = studio.send("POST", "/_sandbox/throttle", json=limits)
    assert (answer.status_code, text in answer.json()["error"]) == (400, True)
    assert statuses(studio, 1) == [429]


def test_the_reset_takes_the_limits_away(studio: Caller) -> None:
    limit(studio, share=1.0)
    studio.send("POST", "/_sandbox/reset")
    assert statuses(studio, 5) == [200] * 5
