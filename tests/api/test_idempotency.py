"""The same `Idempotency-Key` is the same batch, for the same API key and body, for a week."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest
import requests
import sqlalchemy as sa

from app.models import batch, idempotency_key
from tests.api.batching import begin, begin_csv, wait_until_done, wanted
from tests.api.calling import Api, check_problem, faults, make_api
from tests.journeys.launching import at_once
from tests.world import World

AT_ONCE = 6


def _key() -> dict[str, str]:
    return {"Idempotency-Key": secrets.token_hex(8)}


def _told(answer: requests.Response) -> tuple[int, object, str | None, str | None]:
    replayed = answer.headers.get("Idempotent-Replayed")
    return answer.status_code, answer.json()["id"], answer.headers.get("Location"), replayed


def _batches(world: World) -> int:
    with world.database.reading() as connection:
        count = sa.select(sa.func.count()).select_from(batch)
        return int(connection.execute(count).scalar_one())


def test_the_same_again_is_the_same_batch(world: World, api: Api):
    key, items = _key(), [*wanted(2), *wanted(1) * 2]
    first = begin(api, items, **key)
    before = _batches(world)
    done = wait_until_done(api, first)
    again = begin(api, items, **key)
    assert _told(again) == (*_told(first)[:3], "true")
    assert {**again.json(), "folded": [], "folded_count": 0} == {
        **done,
        "folded": [],
        "folded_count": 0,
    }
    assert again.json()["folded"] == first.json()["folded"]
    assert _batches(world) == before


def test_without_a_key_each_is_a_batch_of_its_own(api: Api):
    items = wanted(1)
    assert begin(api, items).json()["id"] != begin(api, items).json()["id"]


@pytest.mark.parametrize("form", ["json", "csv"])
def test_another_body_is_refused(world: World, api: Api, form: str):
    key, (item, other) = _key(), wanted(2)
    csv = "media_id,course_id\n{media_id},{course_id}\n"
    begin(api, [item], **key)
    answer = (
        begin(api, [other], **key) if form == "json" else begin_csv(api, csv.format(**item), **key)
    )
    document = check_problem(world, answer, 422, "idempotency-key-used")
    assert document["detail"] == "This key was used for another batch."


def test_the_keys_of_others_are_others(world: World, api: Api):
    key, items = _key(), wanted(1)
    mine, theirs = begin(api, items, **key), begin(make_api(world), wanted(1), **key)
    assert (mine.status_code, theirs.status_code) == (202, 202)
    assert mine.json()["id"] != theirs.json()["id"]
    assert _told(begin(make_api(world), items, **key))[3] is None


def test_a_body_that_was_refused_uses_no_key_up(world: World, api: Api):
    key = _key()
    check_problem(world, begin(api, [{}], **key), 422, "fields-odd")
    assert _told(begin(api, wanted(1), **key))[3] is None


def test_of_several_at_once_one_begins_and_all_are_told_the_same(world: World, api: Api):
    key, items = _key(), wanted(40, title="Once")
    before = _batches(world)
    answers = at_once(AT_ONCE, lambda _number: begin(api, items, **key))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len({answer.headers["Location"] for answer in answers}) == 1
    replayed = [answer.headers.get("Idempotent-Replayed") for answer in answers]
    assert sorted(replayed, key=str) == [None, *["true"] * (AT_ONCE - 1)]
    assert _batches(world) == before + 1


def test_after_a_week_a_key_may_stand_for_something_else(world: World, api: Api):
    key = _key()
    first = begin(api, wanted(1), **key)
    old = datetime.now(UTC) - timedelta(days=7)
    mine = idempotency_key.c.batch_id == first.json()["id"]
    with world.database.writing() as connection:
        connection.execute(sa.update(idempotency_key).where(mine).values(created_at=old))
    second = begin(api, wanted(1), **key)
    assert second.status_code == 202
    assert second.json()["id"] != first.json()["id"]
    with world.database.reading() as connection:
        assert not connection.execute(sa.select(idempotency_key).where(mine)).all()


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "schlüssel"])
def test_a_key_that_is_none_is_refused(world: World, api: Api, key: str):
    headers = {"Idempotency-Key": key.encode("latin-1")}
    answer = api.call("POST", "/batches", json={"items": wanted(1)}, headers=headers)
    found = faults(check_problem(world, answer, 422, "fields-odd"))
    assert found == [("Idempotency-Key", "must have 1 to 255 printable characters of ASCII")]


def test_an_embed_needs_no_key_and_takes_one(api: Api):
    key, (item,) = _key(), wanted(1)
    answers = [api.call("POST", "/embeds", json=item, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
