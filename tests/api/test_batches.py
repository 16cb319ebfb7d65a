"""Batches by the API: begun from JSON and CSV, told with every embed and error, steered."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import sqlalchemy as sa

from app.models import batch as batch_table
from app.models import studio_account
from tests.api.batching import begin, begin_csv, items_of, new_courses, wait_until_done, wanted
from tests.api.calling import CELLS, SPARE, UNKNOWN, Api, check_problem, make_api
from tests.world import World

COUNTS = ("status", "total", "pending", "succeeded", "failed", "cancelled")
BATCH = {
    *COUNTS,
    "id",
    "name",
    "per_second",
    "ends_at",
    "trouble",
    "resumes_at",
    "created_at",
    "started_at",
    "finished_at",
}


def _counts(batch: Any) -> tuple[Any, ...]:
    return tuple(batch[name] for name in COUNTS)


def test_a_batch_is_begun_told_and_done(world: World, api: Api):
    answer = begin(api, wanted(3))
    begun = answer.json()
    assert (answer.status_code, begun["status"], begun["total"]) == (202, "queued", 3)
    assert set(begun) == {*BATCH, "folded", "folded_count"}
    assert (begun["folded"], begun["folded_count"]) == ([], 0)
    where = f"{world.environment['PUBLIC_URL']}/api/v1/batches/{begun['id']}"
    assert answer.headers["Location"] == where
    assert "Idempotent-Replayed" not in answer.headers
    done = wait_until_done(api, answer)
    assert set(done) == BATCH
    assert _counts(done) == ("done", 3, 0, 3, 0, 0)
    assert (done["trouble"], done["per_second"], done["ends_at"]) == (None, 0.0, None)
    assert done["created_at"] <= done["started_at"] <= done["finished_at"]
    assert datetime.now(UTC) - datetime.fromisoformat(done["created_at"]) < timedelta(minutes=2)


def test_each_item_has_its_embed_as_it_is_shown_alone(api: Api):
    items = wanted(2, embed_type="bare_embed", downloadable=True)
    done = wait_until_done(api, begin(api, items))
    found = items_of(api, done)
    assert [
        {name: item[name] for name in wish} for item, wish in zip(found, items, strict=True)
    ] == items
    assert [item["number"] for item in found] == [1, 2]
    assert [item["embed"] for item in found] == [
        api.get(f"/embeds/{item['embed']['id']}").json() for item in found
    ]
    assert {(item["status"], item["made"], item["error"]) for item in found} == {
        ("succeeded", True, None)
    }
    assert all(item["done_at"] for item in found)


def test_an_embed_that_was_there_is_told_as_such_under_the_items_own_title(api: Api):
    items = wanted(1)
    made = api.embed(items[0]["course_id"]).json()
    items.append({**items[0], "title": "Mine"})
    plain, titled = items_of(api, wait_until_done(api, begin(api, items)))
    assert (plain["made"], plain["embed"]) == (False, made)
    assert (titled["made"], titled["embed"]["id"]) == (False, made["id"])
    assert titled["embed"]["title"] == "Mine"
    assert titled["embed"]["content_item"] == made["content_item"] | {
        "title": "Mine",
        "text": "Mine",
    }


def test_an_embed_that_was_forgotten_is_the_items_again_once_it_is_made_again(api: Api):
    (wish,) = wanted(1, title="Under this title", start_at=90)
    done = wait_until_done(api, begin(api, [wish]))
    (before,) = items_of(api, done)
    assert api.call("DELETE", f"/embeds/{before['embed']['id']}").status_code == 204
    (forgotten,) = items_of(api, done)
    assert forgotten == {**before, "embed": None}
    made = api.embed(wish["course_id"]).json()
    (after,) = items_of(api, done)
    assert made["id"] != before["embed"]["id"]
    mine = {name: after["embed"][name] for name in ("id", "created_at", "title")}
    assert mine == {**{name: made[name] for name in ("id", "created_at")}, "title": wish["title"]}
    assert "custom_arc_start_at=90" in after["embed"]["launch_url"]


def test_what_failed_has_no_embed_where_somebody_made_it_since(world: World, api: Api):
    world.tell_studio("next", operation="create_embed", status=403)
    (wish,) = wanted(1, title="A title")
    done = wait_until_done(api, begin(api, [wish]))
    assert api.embed(wish["course_id"]).status_code == 201
    (item,) = items_of(api, done)
    assert (item["status"], item["embed"]) == ("failed", None)


def test_title_start_and_what_more_was_sent_come_back_with_the_item(api: Api):
    wish = {"title": "Vor  der\nWoche „1“", "start_at": 90, "more": {"module": "Week 1", "": "x"}}
    (item,) = items_of(api, wait_until_done(api, begin(api, wanted(1, **wish))))
    assert (item["title"], item["start_at"]) == ("Vor der Woche „1“", 90)
    assert item["more"] == wish["more"]
    embed = item["embed"]
    assert (embed["title"], embed["content_item"]["title"]) == (item["title"],) * 2
    assert embed["content_item"]["custom"]["start_at"] == "90"
    assert ("custom_arc_start_at", "90") in parse_qsl(urlsplit(embed["launch_url"]).query)
    assert 'title="Vor der Woche „1“"' in embed["html"]
    assert "custom_arc_start_at%3D90" in embed["html"]


def test_csv_begins_the_same_batch_as_json_and_keeps_further_columns(api: Api):
    first, second = new_courses(2)
    text = (
        "\ufeffmodule,course_id,media_id,downloadable,title,start_at,embed_type,notes\r\n"
        f'"Week 1, part ""a""",{first},{CELLS},TRUE,"Zellen\n2",30,bare_embed, as it is \r\n'
        ",,,,,,,\r\n"
        f",{second}, {SPARE} ,,,,\r\n"
    )
    answer = begin_csv(api, text)
    found = items_of(api, wait_until_done(api, answer))
    wishes = ("media_id", "course_id", "embed_type", "downloadable", "title", "start_at", "more")
    module = 'Week 1, part "a"'
    assert [tuple(item[name] for name in wishes) for item in found] == [
        (
            *(CELLS, first, "bare_embed", True, "Zellen 2", 30),
            {"module": module, "notes": " as it is "},
        ),
        (SPARE, second, "embed", False, None, None, {"module": ""}),
    ]


def test_items_that_are_the_same_in_everything_are_one_and_told(api: Api):
    (one, other) = wanted(2)
    begun = begin(api, [one, other, one, {**one, "start_at": 5}, one | {"downloadable": False}])
    folded = [("/items/2", "/items/0"), ("/items/4", "/items/0")]
    assert begun.json()["total"] == 3
    assert begun.json()["folded_count"] == 2
    assert begun.json()["folded"] == [
        {"pointer": pointer, "same_as": earlier} for pointer, earlier in folded
    ]
    assert wait_until_done(api, begun)["succeeded"] == 3
    more = {"module": "Week 1", "notes": "x"}
    mixed = [{**one, "more": more}, {**one, "more": dict(reversed(more.items()))}]
    assert begin(api, mixed).json()["folded_count"] == 1
    courses = new_courses(1)
    rows = "".join(f"{CELLS},{course}\n" for course in [*courses, *courses])
    begun = begin_csv(api, f"media_id,course_id\n{rows}")
    assert begun.json()["folded"] == [{"pointer": "/rows/3", "same_as": "/rows/2"}]
    wait_until_done(api, begun)


def test_what_fails_says_why_and_what_to_do_and_is_tried_again(world: World, api: Api):
    world.tell_studio("next", operation="create_embed", status=403)
    refused, unknown = wanted(1, title="Mine")[0], wanted(1, media_id=UNKNOWN)[0]
    done = wait_until_done(api, begin(api, [refused, unknown]))
    assert _counts(done) == ("done", 2, 0, 0, 2, 0)
    assert items_of(api, done, status="succeeded") == []
    errors = [item["error"] for item in items_of(api, done, status="failed")]
    pages = f"{world.environment['PUBLIC_URL']}/problems"
    assert [(error["type"], error["status"], error["title"]) for error in errors] == [
        (f"{pages}/studio-forbidden", 403, "Studio forbids it"),
        (f"{pages}/media-not-found", 404, "No such media"),
    ]
    assert all(error["detail"] for error in errors)
    assert [error["remedy"].endswith("/retry tries it once more.") for error in errors] == [
        True,
        False,
    ]
    again = api.call("POST", f"/batches/{done['id']}/retry")
    assert (again.status_code, set(again.json())) == (200, BATCH)
    assert again.json()["pending"] + again.json()["succeeded"] == 2
    assert _counts(wait_until_done(api, again)) == ("done", 2, 0, 1, 1, 0)
    assert items_of(api, done)[0]["error"] is None


def test_a_batch_is_cancelled_and_stays_so(api: Api):
    begun = begin(api, wanted(90)).json()
    ended = api.call("POST", f"/batches/{begun['id']}/cancel")
    assert (ended.status_code, ended.json()["status"]) == (200, "cancelled")
    assert ended.json()["pending"] == 0
    assert ended.json()["cancelled"] > 0
    assert wait_until_done(api, begin(api, wanted(1)))["succeeded"] == 1
    again = api.call("POST", f"/batches/{begun['id']}/cancel").json()
    assert again["status"] == "cancelled"
    assert again["succeeded"] + again["cancelled"] == 90


def test_batches_and_items_are_listed_page_by_page(api: Api):
    begun = [begin(api, wanted(3)).json()["id"] for _ in range(3)]
    first = api.get("/batches", per_page=2).json()
    assert [one["id"] for one in first["batches"]] == [begun[2], begun[1]]
    assert api.get("/batches", per_page=2, page=2).json()["batches"][0]["id"] == begun[0]
    count = first["meta"]["total_count"]
    assert first["meta"] == {
        "current_page": 1,
        "last_page": -(-count // 2),
        "total_count": count,
    }
    page = api.get(f"/batches/{begun[0]}/items", per_page=2, page=2).json()
    assert [item["number"] for item in page["items"]] == [3]
    assert page["meta"] == {"current_page": 2, "last_page": 2, "total_count": 3}


def test_trouble_is_told_with_the_batch_that_waits(world: World, api: Api):
    begun = begin(api, wanted(1)).json()
    wait_until_done(api, begin(api, wanted(1)))
    resumes = datetime.now(UTC) + timedelta(minutes=1)
    trouble = '{"slug": "studio-held-back", "status": 503, "title": "Held back.", "hint": "Wait."}'
    values = {"status": "running", "trouble": trouble, "resumes_at": resumes}
    mine = batch_table.c.id == begun["id"]
    with world.database.writing() as connection:
        connection.execute(sa.update(batch_table).where(mine).values(values))
    found = api.get(f"/batches/{begun['id']}").json()
    assert datetime.fromisoformat(found["resumes_at"]) == resumes
    assert found["trouble"] == {
        "type": f"{world.environment['PUBLIC_URL']}/problems/studio-held-back",
        "title": "Studio is left alone",
        "status": 503,
        "detail": "Held back.",
        "remedy": "Nothing has to be done: the batch goes on by itself, at resumes_at.",
    }


@pytest.mark.parametrize("number", [1, 2**31, 2**63 - 1])
def test_a_batch_of_another_account_and_one_that_is_not_there_are_the_same(
    world: World, api: Api, number: int
):
    begun = begin(api, wanted(1)).json()["id"] if number == 1 else number
    other = f"https://{number}.studio.test"
    with world.database.writing() as connection:
        connection.execute(sa.insert(studio_account).values(url=other))
    stranger = make_api(world, studio=other)
    for method, path in (("GET", ""), ("GET", "/items"), ("POST", "/cancel"), ("POST", "/retry")):
        answer = stranger.call(method, f"/batches/{begun}{path}")
        document = check_problem(world, answer, 404, "batch-not-found")
        assert document["detail"] == f"There is no batch {begun}."
    assert stranger.get("/batches").json()["batches"] == []


def test_ten_thousand_items_are_one_batch(world: World, api: Api):
    items = [{"media_id": CELLS, "course_id": course} for course in range(1, 10_001)]
    answer = begin(api, items)
    assert (answer.status_code, answer.json()["total"]) == (202, 10_000)
    api.call("POST", f"/batches/{answer.json()['id']}/cancel")
    refused = begin(api, [*items, {"media_id": CELLS, "course_id": 10_001}])
    check_problem(world, refused, 422, "batch-too-large")
