"""`/metrics`: right over all workers, and for nobody who should not read it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from tests import world as worlds
from tests.journeys.launching import MEDIA
from tests.pages import read_code
from tests.world import World

TOKEN = "a-token-of-the-tests-that-protects-nothing"
PREFIX = "studio_embed_"


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("watched")
    with worlds.world(folder, "sqlite", 3, METRICS_TOKEN=TOKEN) as built:
        yield built


def figures(world: World) -> dict[tuple[str, ...], float]:
    """All figures by name and labels, as Prometheus reads them."""
    answer = world.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (
            sample.name.removeprefix(PREFIX),
            *(sample.labels[name] for name in sorted(sample.labels)),
        ): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def growth(
    before: dict[tuple[str, ...], float], after: dict[tuple[str, ...], float]
) -> dict[tuple[str, ...], float]:
    """What counters grew by; how long things took is not compared."""
    grown = {key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key)}
    return {key: value for key, value in grown.items() if "_seconds_" not in key[0]}


def _count(found: dict[tuple[str, ...], float]) -> float:
    return found["launch_seconds_count", "forwarded"]


def test_every_launch_counts_once_whichever_worker_answers(watched: World):
    link = watched.marked(MEDIA)
    assert watched.launch(link).status_code == 302
    before = figures(watched)
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: watched.launch(link), range(60)))
    assert {answer.status_code for answer in answers} == {302}
    after = figures(watched)
    assert growth(before, after) == {
        ("logins_total", ""): 60,
        ("launches_total", "", "forwarded"): 60,
    }
    assert _count(after) - _count(before) == 60


def test_a_refusal_counts_under_its_code_and_nothing_that_was_sent_is_a_label(watched: World):
    before = figures(watched)
    assert watched.post("/lti/launch", data={"error": "x-secret-of-mine"}).status_code == 403
    assert watched.post("/lti/launch", data={"id_token": "x"}).status_code == 400
    login = {"iss": "https://nobody.example", "login_hint": "someone"}
    assert watched.post("/lti/login", data=login).status_code == 403
    after = figures(watched)
    assert growth(before, after) == {
        ("launches_total", "platform-refused", "refused"): 1,
        ("launches_total", "launch-unreadable", "refused"): 1,
        ("logins_total", "platform-not-registered"): 1,
    }
    text = watched.get("/metrics").text
    assert not any(sent in text for sent in ("x-secret", "nobody", "someone"))


def test_what_studio_is_asked_and_answers_counts(watched: World):
    before = figures(watched)
    assert watched.launch(watched.marked(260861)).status_code == 302
    grown = growth(before, figures(watched))
    assert grown.pop(("token_refreshes_total", "kept"), 1) == 1
    grown.pop(("studio_calls_total", "show", "401"), None)
    assert grown == {
        ("logins_total", ""): 1,
        ("launches_total", "", "forwarded"): 1,
        ("embeds_made_total", "embed"): 1,
        ("studio_calls_total", "show", "200"): 1,
        ("studio_calls_total", "create_embed", "200"): 1,
    }


def test_a_course_page_is_no_forwarding(watched: World):
    before = figures(watched)
    assert watched.launch(None).status_code == 200
    assert growth(before, figures(watched)) == {
        ("logins_total", ""): 1,
        ("launches_total", "", "page"): 1,
    }


def ask(world: World, **headers: str) -> requests.Response:
    return world.get("/metrics", headers={name.replace("_", "-"): v for name, v in headers.items()})


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"X_Forwarded_For": "127.0.0.1"}, 200),
        ({"X_Forwarded_For": "127.0.0.1, ::1"}, 200),
        ({"X_Forwarded_For": "192.0.2.7"}, 403),
        ({"X_Forwarded_For": "192.0.2.7, 127.0.0.1"}, 403),
        ({"X_Forwarded_For": "127.0.0.1, 192.0.2.7"}, 403),
        ({"X_Forwarded_For": "unknown"}, 403),
        ({"X_Forwarded_For": ""}, 403),
        ({"X_Forwarded_For": "::ffff:192.0.2.7"}, 403),
        ({"X_Forwarded_For": "192.0.2.7", "Authorization": f"Bearer {TOKEN}"}, 200),
        ({"X_Forwarded_For": "192.0.2.7", "Authorization": f"Bearer {TOKEN}x"}, 403),
        ({"X_Forwarded_For": "192.0.2.7", "Authorization": f"Bearer {TOKEN[:-1]}"}, 403),
        ({"X_Forwarded_For": "192.0.2.7", "Authorization": TOKEN}, 403),
        ({"X_Forwarded_For": "192.0.2.7", "Authorization": "Bearer "}, 403),
    ],
)
def test_only_this_machine_and_whoever_has_the_token_may_read(
    watched: World, headers: dict[str, str], status: int
):
    answer = ask(watched, **headers)
    assert answer.status_code == status
    if status == 403:
        assert read_code(answer) == "metrics-not-allowed"
        assert "launches_total" not in answer.text


def test_without_a_token_set_no_token_opens(world: World):
    answer = ask(world, X_Forwarded_For="192.0.2.7", Authorization="Bearer ")
    assert answer.status_code == 403
    assert ask(world, X_Forwarded_For="192.0.2.7", Authorization="Bearer None").status_code == 403
    assert ask(world).status_code == 200


def test_the_token_stands_in_no_log(watched: World):
    ask(watched, X_Forwarded_For="192.0.2.7", Authorization=f"Bearer {TOKEN}")
    ask(watched, X_Forwarded_For="192.0.2.7", Authorization=f"Bearer {TOKEN}x")
    assert TOKEN not in watched.logs()
