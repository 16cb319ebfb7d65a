"""How a program begins a batch, and waits for it."""

import itertools
import time
from typing import Any

import requests

from tests.api.calling import CELLS, Api
from tests.journeys.batching import PAUSE

CSV = {"Content-Type": "text/csv"}
SECONDS = 90
_courses = itertools.count(50_000, 100)


def new_courses(count: int) -> range:
    """Courses in which nothing is embedded yet."""
    first = next(_courses)
    return range(first, first + count)


def wanted(count: int, **more: Any) -> list[dict[str, Any]]:
    """Items, each in a course of its own."""
    return [{"media_id": CELLS, "course_id": course, **more} for course in new_courses(count)]


def begin(api: Api, items: list[Any], **headers: str) -> requests.Response:
    return api.call("POST", "/batches", json={"items": items}, headers=headers)


def begin_csv(api: Api, text: str | bytes, **headers: str) -> requests.Response:
    body = text.encode() if isinstance(text, str) else text
    return api.call("POST", "/batches", data=body, headers={**CSV, **headers})


def wait_until_done(api: Api, begun: requests.Response) -> Any:
    """The batch when nothing of it is pending."""
    assert begun.ok, begun.text
    give_up = time.monotonic() + SECONDS
    while (found := api.get(f"/batches/{begun.json()['id']}").json())["status"] != "done":
        assert time.monotonic() < give_up, found
        PAUSE.wait(0.1)
    return found


def items_of(api: Api, batch: Any, **query: Any) -> list[Any]:
    answer = api.get(f"/batches/{batch['id']}/items", **{"per_page": 50, **query})
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["items"]
    return found
