"""A Studio, a database or a service in trouble: what a program is told, and when to come again."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from app.models import embed
from tests.api.calling import CELLS, Api, check_problem
from tests.journeys.launching import at_once
from tests.journeys.starting import started_again
from tests.world import World

WRONG_MEDIA = {"media": {"id": {"secret": 1}}}


@pytest.mark.parametrize(
    ("how", "status", "name"),
    [
        ({"html": True}, 502, "studio-answer"),
        ({"html": True, "status": 418}, 502, "studio-answer"),
        ({"garbage": True}, 502, "studio-answer"),
        ({"body": WRONG_MEDIA}, 502, "studio-answer"),
        ({"body": {}}, 502, "studio-answer"),
        ({"body": [1]}, 502, "studio-answer"),
        ({"redirect": "https://evil.example/"}, 502, "studio-answer"),
        ({"status": 401, "times": 2}, 502, "studio-authorization"),
        ({"status": 403}, 403, "studio-forbidden"),
        ({"status": 404}, 404, "media-not-found"),
        ({"status": 400}, 400, "studio-rejected"),
        ({"status": 422}, 422, "studio-rejected"),
        ({"cut": True, "times": 3}, 503, "studio-unavailable"),
        ({"reset": True, "times": 3}, 503, "studio-unavailable"),
        ({"status": 500, "times": 3}, 503, "studio-unavailable"),
        ({"status": 503, "times": 3, "retry_after": 0}, 503, "studio-unavailable"),
    ],
    ids=str,
)
def test_an_answer_of_studio_that_is_none_has_its_meaning(
    world: World, api: Api, how: dict[str, Any], status: int, name: str
):
    world.tell_studio("next", operation="show", **how)
    answer = api.get(f"/media/{CELLS}")
    document = check_problem(world, answer, status, name)
    assert "secret" not in answer.text + str(document)
    assert "evil.example" not in answer.text
    assert api.get(f"/media/{CELLS}").status_code == 200


@pytest.mark.parametrize("status", [429, 503, 500])
def test_what_studio_mends_by_itself_is_not_told(world: World, api: Api, status: int):
    world.tell_studio("next", operation="show", status=status, retry_after=0, times=2)
    assert api.get(f"/media/{CELLS}").status_code == 200


def test_a_429_that_asks_for_longer_than_there_is_says_when_to_come_again(world: World, api: Api):
    world.tell_studio("next", operation="show", status=429, retry_after=40)
    answer = api.get(f"/media/{CELLS}")
    check_problem(world, answer, 503, "studio-unavailable")
    assert answer.headers["Retry-After"] == "40"
    held = api.get("/media/search")
    check_problem(world, held, 503, "studio-held-back")
    assert 30 < int(held.headers["Retry-After"]) <= 40


def test_an_open_circuit_holds_the_api_back_and_no_launch(world: World, api: Api):
    world.tell_studio("next", operation="search", status=500, times=6)
    for _ in range(2):
        assert api.get("/media/search").status_code == 503
    answer = api.get(f"/media/{CELLS}")
    check_problem(world, answer, 503, "studio-held-back")
    course = world.lms.copy_course(101)
    assert world.launch(world.marked(CELLS), course_id=course.id).status_code == 302


@pytest.mark.parametrize("kind", ["embeds", "create_embed"])
def test_an_embed_whose_making_fails_is_made_by_the_next_request(world: World, api: Api, kind: str):
    body = {"course_id": 2001 if kind == "embeds" else 2002, "embed_type": "embed"}
    path = f"/media/{CELLS}/create_embed"
    if kind == "embeds":
        path, body = "/embeds", {**body, "media_id": CELLS}
    launch_url = "https://evil.example/lti/launch?x=1"
    world.tell_studio("next", operation="create_embed", body={"launch_url": launch_url})
    check_problem(world, api.post(path, body), 502, "studio-answer")
    assert api.post(path, body).status_code in (200, 201)


def test_studio_that_does_not_answer_in_time_is_a_504_and_the_embed_is_found_again(
    world: World, api: Api
):
    world.tell_studio("next", operation="create_embed", hold=True, after=True)
    before = len(world.calls("create_embed"))
    check_problem(world, api.embed(2003), 504, "studio-timeout")
    world.tell_studio("release")
    assert api.embed(2003).status_code == 201
    assert len(world.calls("create_embed")) - before == 1


def test_a_service_that_is_busy_says_so_and_launches_go_on(world: World, api: Api):
    """One process with four threads: two of them may wait for Studio in the API's name."""
    assert world.launch(world.marked(CELLS)).status_code == 302
    world.tell_studio("next", operation="search", hold=True, times=2)
    with started_again(world) as alone, ThreadPoolExecutor(1) as pool:
        same = Api(alone, api.key)
        waiting = pool.submit(at_once, 5, lambda _number: same.get("/media/search"))
        url = f"{world.studio.settings.url}/_sandbox/held"
        assert world.http.get(url, params={"at_least": 2}).json() == {"held": 2}
        assert alone.launch(alone.marked(CELLS)).status_code == 302
        course = world.lms.copy_course(101)
        assert alone.launch(alone.marked(CELLS), course_id=course.id).status_code == 302
        assert same.get("/embeds").status_code == 200
        world.tell_studio("release")
        answers = waiting.result()
    busy = [answer for answer in answers if answer.status_code != 200]
    assert len(busy) == 3
    for answer in busy:
        check_problem(world, answer, 503, "service-busy")


def test_a_fault_of_ours_is_told_without_its_reason(world: World, api: Api):
    made = api.embed(2004).json()
    with world.database.writing() as connection:
        broken = sa.update(embed).where(embed.c.id == made["id"]).values(embed_type="odd")
        connection.execute(broken)
    answer = api.get(f"/embeds/{made['id']}")
    document = check_problem(world, answer, 500, "internal")
    assert document["detail"] == "Something went wrong in this service."
    assert "Traceback" in world.logs()
    with world.database.writing() as connection:
        connection.execute(sa.delete(embed).where(embed.c.id == made["id"]))
