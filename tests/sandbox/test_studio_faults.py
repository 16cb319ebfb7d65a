"""The small Studio fails as it is told, tells what it was asked, and forgets on a reset."""

import re
import threading
import time
from collections.abc import Iterator

import pytest
import requests

from tests.sandbox.studio_visitor import API, TOKEN, Caller, signed, small_studio


@pytest.fixture
def studio() -> Iterator[Caller]:
    with small_studio() as caller:
        yield caller


def test_a_status_with_retry_after_comes_as_often_as_told_then_no_more(studio: Caller) -> None:
    studio.fail_next(operation="show", status=503, retry_after=2, times=2)
    other = studio.api("GET", "/media/260854/users")
    answers = [studio.api("GET", "/media/260854") for _ in range(3)]
    assert other.status_code == 200
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert [answer.headers.get("Retry-After") for answer in answers] == ["2", "2", None]
    assert answers[0].json() == {"error": "The sandbox was told to fail."}


def test_failures_queue_up_in_order_and_a_star_meets_any_operation(studio: Caller) -> None:
    studio.fail_next(operation="users", status=500)
    studio.fail_next(operation="*", status=429)
    studio.fail_next(operation="users", status=403)
    paths = ["/media/260854", "/media/260854/users", "/media/260854/users", "/media/260854/users"]
    assert [studio.api("GET", path).status_code for path in paths] == [429, 500, 403, 200]


def test_a_told_body_garbage_and_status_with_body_replace_the_answer(studio: Caller) -> None:
    studio.fail_next(operation="search", body={"media": [], "odd": True})
    replaced = studio.api("GET", "/media/search")
    assert (replaced.status_code, replaced.json()) == (200, {"media": [], "odd": True})

    studio.fail_next(operation="perspectives", garbage=True)
    garbage = studio.api("GET", "/media/260854/perspectives")
    assert (garbage.status_code, garbage.headers["Content-Type"]) == (200, "application/json")
    with pytest.raises(requests.exceptions.JSONDecodeError):
        garbage.json()

    studio.fail_next(operation="token", status=400, body={"error": "invalid_grant"})
    refused = studio.refresh("sandbox-refresh-token")
    assert (refused.status_code, refused.json()) == (400, {"error": "invalid_grant"})
    assert studio.refresh("sandbox-refresh-token").status_code == 200


def test_a_reset_closes_the_connection_before_or_after_the_work(studio: Caller) -> None:
    def courses() -> list[dict[str, object]]:
        return studio.api("GET", "/media/260854/courses").json()["courses"]

    studio.fail_next(operation="create_embed", reset=True)
    with pytest.raises(requests.ConnectionError):
        studio.embed()
    assert courses() == []
    studio.fail_next(operation="create_embed", reset=True, after=True)
    with pytest.raises(requests.ConnectionError):
        studio.embed()
    assert courses() == [{"id": 42, "course_id": 42, "name": "Course 42"}]


def test_a_delay_makes_an_impatient_caller_give_up_after_the_work_was_done(studio: Caller) -> None:
    studio.fail_next(operation="create_embed", delay_seconds=20, after=True)
    token = studio.tokens()["access_token"]
    with pytest.raises(requests.ReadTimeout):
        studio.session.post(
            f"{studio.url}{API}/media/260854/create_embed",
            json={"course_id": 42, "embed_type": "embed"},
            headers={"Authorization": f"Bearer {token}"},
            timeout=0.2,
        )
    assert studio.send("POST", "/_sandbox/release").json() == {"released": 1}
    listed = studio.api("GET", "/media/260854/courses").json()
    assert listed == {"courses": [{"id": 42, "course_id": 42, "name": "Course 42"}]}


def test_a_delayed_answer_is_the_real_one_but_late(studio: Caller) -> None:
    studio.fail_next(operation="show", delay_seconds=0.3)
    started = time.monotonic()
    answer = studio.api("GET", "/media/260854")
    assert (answer.status_code, answer.json()["media"]["id"]) == (200, 260854)
    assert time.monotonic() - started >= 0.3


@pytest.mark.parametrize("path", ["/_sandbox/release", "/_sandbox/reset"])
def test_a_held_answer_waits_for_the_release_or_the_reset(studio: Caller, path: str) -> None:
    studio.fail_next(operation="token", hold=True)
    answers: list[requests.Response] = []
    asking = threading.Thread(
        target=lambda: answers.append(Caller(studio.url).refresh("sandbox-refresh-token"))
    )
    asking.start()
    held = studio.send("GET", "/_sandbox/held", params={"at_least": 1})
    assert (held.json(), answers) == ({"held": 1}, [])
    assert studio.tokens()["refresh_token"] == "sandbox-refresh-token"
    studio.send("POST", path)
    asking.join(10)
    assert [answer.status_code for answer in answers] == [200]


@pytest.mark.parametrize(
    ("order", "text"),
    [
        (None, "body: "),
        ({}, "operation: "),
        ({"operation": "nothing", "status": 500}, "operation."),
        ({"operation": "show"}, "say how"),
        ({"operation": "show", "status": 200}, "status: "),
        ({"operation": "show", "status": 500, "reset": True}, "exclude one another"),
        ({"operation": "show", "garbage": True, "body": {}}, "exclude one another"),
        ({"operation": "show", "status": 500, "times": 0}, "times: "),
        ({"operation": "show", "hold": "yes"}, "hold: "),
        ({"operation": "show", "retry_after": 1, "hold": True}, "retry_after needs a status"),
        ({"operation": "show", "status": 500, "stauts": 1}, "stauts: "),
    ],
)
def test_a_wrong_order_to_fail_is_refused_and_not_queued(
    studio: Caller, order: object, text: str
) -> None:
    answer = studio.send("POST", "/_sandbox/next", json=order)
    assert answer.status_code == 400
    assert text in answer.json()["error"]
    assert studio.api("GET", "/media/260854").status_code == 200


def test_other_wrong_control_input_is_refused_with_words(studio: Caller) -> None:
    answers = [
        studio.send("POST", "/_sandbox/tokens", json={}),
        studio.send("POST", "/_sandbox/tokens", json={"expire": False}),
        studio.send("POST", "/_sandbox/next", data="{"),
        studio.send("GET", "/_sandbox/held", params={"at_least": "many"}),
        studio.send("DELETE", "/_sandbox/media/1"),
        studio.send("GET", "/_sandbox/nothing"),
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 400, 400, 404, 404]
    assert [list(answer.json()) for answer in answers] == [["error"]] * 6


def test_calls_are_listed_in_order_with_what_they_were_answered(studio: Caller) -> None:
    began = time.time()
    studio.refresh("dead")
    studio.fail_next(operation="show", reset=True)
    with pytest.raises(requests.ConnectionError):
        studio.api("GET", "/media/260854")
    studio.fail_next(operation="create_embed", status=429, retry_after=3)
    studio.embed()
    studio.send("GET", f"{API}/media/search?title=a%20b")
    calls = studio.send("GET", "/_sandbox/calls").json()
    times = [began, *(call.pop("at") for call in calls), time.time()]
    assert times == sorted(times)
    names = ("operation", "method", "path", "query", "status", "retry_after")
    assert [tuple(call[name] for name in names) for call in calls] == [
        ("token", "POST", TOKEN, "", 400, None),
        ("show", "GET", f"{API}/media/260854", "", None, None),
        ("create_embed", "POST", f"{API}/media/260854/create_embed", "", 429, "3"),
        ("search", "GET", f"{API}/media/search", "title=a%20b", 401, None),
    ]
    assert [set(call) for call in calls] == [set(names)] * 4


def test_the_reset_makes_everything_as_at_start(studio: Caller) -> None:
    url = studio.launch_url()
    studio.launch(url, signed(url))
    studio.refresh("sandbox-refresh-token")
    studio.send("DELETE", "/_sandbox/media/260854")
    studio.fail_next(operation="*", status=500)
    assert studio.send("POST", "/_sandbox/reset").json() == {"reset": True}
    lists = [studio.send("GET", f"/_sandbox/{name}").json() for name in ("calls", "launches")]
    assert lists == [[], []]
    assert studio.tokens()["refresh_token"] == "sandbox-refresh-token"
    assert studio.api("GET", "/media/260854/courses").json() == {"courses": []}


def test_the_start_page_lists_media_and_launches(studio: Caller) -> None:
    url = studio.launch_url()
    studio.launch(url, signed(url, user_id="<user-9>"))
    page = studio.send("GET", "/")
    assert page.status_code == 200
    listed = re.findall(r"<tr><td>(\d{6})</td>", page.text)
    assert (len(listed), listed[:2], listed[-1]) == (51, ["260854", "260861"], "260854")
    assert "&lt;user-9&gt;" in page.text
