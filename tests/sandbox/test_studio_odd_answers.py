"""The small Studio answers oddly when told to: pages, cut bodies, wrong types, other places."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
import requests

from tests.sandbox.studio_visitor import Caller, small_studio


@pytest.fixture
def studio() -> Iterator[Caller]:
    with small_studio() as caller:
        yield caller


def test_a_page_comes_in_place_of_json_with_any_status(studio: Caller) -> None:
    studio.fail_next(operation="show", html=True)
    studio.fail_next(operation="show", html=True, status=502)
    pages = [studio.api("GET", "/media/260854") for _ in range(2)]
    assert [page.status_code for page in pages] == [200, 502]
    assert {page.headers["Content-Type"] for page in pages} == {"text/html; charset=utf-8"}
    assert all("Please sign in" in page.text for page in pages)


def test_the_connection_breaks_in_the_middle_of_the_real_answer(studio: Caller) -> None:
    studio.fail_next(operation="search", cut=True)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        studio.api("GET", "/media/search")
    assert studio.api("GET", "/media/search").status_code == 200


def test_a_file_breaks_off_and_the_rest_can_be_had(studio: Caller) -> None:
    address = studio.api("GET", "/media/260854/download").headers["Location"]
    whole = studio.session.get(address, timeout=10).content
    studio.fail_next(operation="download_file", cut=True)
    part = b""
    with (
        pytest.raises(requests.exceptions.ChunkedEncodingError),
        studio.session.get(address, timeout=10, stream=True) as answer,
    ):
        for piece in answer.iter_content(1000):
            part += piece
    assert 0 < len(part) < len(whole)
    rest = studio.session.get(address, headers={"Range": f"bytes={len(part)}-"}, timeout=10)
    assert (rest.status_code, part + rest.content) == (206, whole)


def test_fields_are_changed_and_left_out_of_the_real_answer(studio: Caller) -> None:
    before = studio.api("GET", "/media/search").json()["media"]
    change = {"media.1.size": "big", "meta.last_page": None}
    studio.fail_next(operation="search", change=change, drop=["media.0.owner", "media.9999.id"])
    answer = studio.api("GET", "/media/search").json()
    assert (answer["media"][1].pop("size"), answer["meta"]["last_page"]) == ("big", None)
    del before[0]["owner"], before[1]["size"]
    assert answer["media"] == before


def test_a_redirect_leads_elsewhere(studio: Caller) -> None:
    studio.fail_next(operation="search", redirect="https://elsewhere.test/login")
    answer = studio.api("GET", "/media/search")
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://elsewhere.test/login")


def test_an_answer_drips_for_as_long_as_told(studio: Caller) -> None:
    studio.fail_next(operation="show", drip_seconds=0.4)
    began = time.monotonic()
    answer = studio.api("GET", "/media/260854")
    assert answer.json()["media"]["id"] == 260854
    assert time.monotonic() - began >= 0.4
    assert answer.elapsed.total_seconds() < 0.3


def test_a_failure_says_when_to_come_again_as_a_date(studio: Caller) -> None:
    studio.fail_next(operation="show", status=503, retry_after=5, retry_after_date=True)
    before = datetime.now(UTC)
    date = studio.api("GET", "/media/260854").headers["Retry-After"]
    assert 5 <= (parsedate_to_datetime(date) - before).total_seconds() <= 7


@pytest.mark.parametrize(
    ("order", "text"),
    [
        ({"html": True, "garbage": True}, "exclude one another"),
        ({"cut": True, "status": 500}, "exclude one another"),
        ({"redirect": "https://elsewhere.test/", "body": {}}, "exclude one another"),
        ({"change": {"a": 1}, "html": True}, "exclude one another"),
        ({"status": 429, "retry_after_date": True}, "retry_after_date needs retry_after"),
        ({"drop": "media"}, "drop: "),
    ],
)
def test_orders_that_contradict_themselves_are_refused(
    studio: Caller, order: dict[str, object], text: str
) -> None:
    answer = studio.send("POST", "/_sandbox/next", json={"operation": "show", **order})
    assert (answer.status_code, text in answer.json()["error"]) == (400, True)
    assert studio.api("GET", "/media/260854").status_code == 200
