"""Embeds by the API: made once, listed, shown, forgotten, and told as a page and a link need it."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import sqlalchemy as sa

from app.models import embed, studio_account
from tests.api.calling import CELLS, SPARE, UNKNOWN, Api, check_problem, make_api
from tests.journeys.launching import at_once
from tests.world import World

FIELDS = {
    "id",
    "media_id",
    "course_id",
    "embed_type",
    "downloadable",
    "title",
    "launch_url",
    "html",
    "content_item",
    "created_at",
}


def _made(world: World) -> int:
    return len(world.calls("create_embed"))


def _iframe(html: str) -> dict[str, str | None]:
    """The attributes of the one element that an HTML text is."""
    found: list[tuple[str, dict[str, str | None]]] = []
    reader = HTMLParser()
    reader.handle_starttag = lambda tag, attrs: found.append((tag, dict(attrs)))  # type: ignore[method-assign]
    reader.feed(html)
    ((tag, attributes),) = found
    assert tag == "iframe"
    return attributes


def test_an_embed_is_made_with_201_and_found_with_200(world: World, api: Api):
    before = _made(world)
    first = api.embed(1001, embed_type="bare_embed", downloadable=True)
    again = api.embed(1001, embed_type="bare_embed", downloadable=True)
    assert (first.status_code, again.status_code, _made(world) - before) == (201, 200, 1)
    made = first.json()
    assert again.json() == made
    assert set(made) == FIELDS
    where = f"{world.environment['PUBLIC_URL']}/api/v1/embeds/{made['id']}"
    assert (first.headers["Location"], "Location" in again.headers) == (where, False)
    assert api.get(f"/embeds/{made['id']}").json() == made
    assert datetime.now(UTC) - datetime.fromisoformat(made["created_at"]) < timedelta(minutes=1)
    places = api.get(f"/media/{CELLS}/perspectives").json()["perspectives"]
    (place,) = [one for one in places if one["collection"]["course_id"] == 1001]
    wished = {name: made[name] for name in ("launch_url", "embed_type", "downloadable")}
    assert place["embeds"] == [wished]


def test_what_is_left_out_is_as_in_a_launch(api: Api):
    made = api.embed(1002).json()
    assert {
        name: made[name] for name in ("media_id", "course_id", "embed_type", "downloadable")
    } == {
        "media_id": CELLS,
        "course_id": 1002,
        "embed_type": "embed",
        "downloadable": False,
    }


def test_an_embed_that_a_launch_made_is_found(world: World, api: Api):
    course = world.lms.copy_course(101)
    assert world.launch(world.marked(CELLS), course_id=course.id).status_code == 302
    assert api.embed(course.id).status_code == 200


def test_of_two_at_once_one_makes_it_and_both_have_it(world: World, api: Api):
    before = _made(world)
    answers = at_once(2, lambda _number: api.embed(1003))
    assert sorted(answer.status_code for answer in answers) == [200, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert _made(world) - before == 1


def test_the_html_is_the_iframe_that_canvas_writes(world: World, api: Api):
    made = api.embed(1004, embed_type="bare_embed").json()
    attributes = _iframe(made["html"])
    source = attributes.pop("src") or ""
    parts = urlsplit(source)
    assert (parts.scheme, parts.netloc) == ("", "")
    assert parts.path == "/courses/1004/external_tools/retrieve"
    assert parse_qsl(parts.query) == [("display", "borderless"), ("url", made["launch_url"])]
    assert re.search(r"custom_arc_media_id%3D[0-9a-f-]+-260854", source)
    allowed = attributes.pop("allow") or ""
    assert {"autoplay *", "encrypted-media *", "display-capture *"} <= set(allowed.split("; "))
    assert attributes == {
        "class": "lti-embed",
        "style": "width: 720px; height: 405px;",
        "title": made["title"],
        "width": "720",
        "height": "405",
        "allowfullscreen": "allowfullscreen",
        "webkitallowfullscreen": "webkitallowfullscreen",
        "mozallowfullscreen": "mozallowfullscreen",
        "data-studio-resizable": "true",
        "data-studio-tray-enabled": "true",
        "data-studio-convertible-to-link": "true",
    }


def test_the_content_item_is_a_link_that_bears_the_mark(world: World, api: Api):
    made = api.embed(1005).json()
    assert made["content_item"] == {
        "type": "ltiResourceLink",
        "url": f"{world.environment['PUBLIC_URL']}/lti/launch",
        "title": made["title"],
        "text": made["title"],
        "custom": world.marked(CELLS),
        "iframe": {"width": 800, "height": 880},
    }


def test_a_title_is_escaped_in_html_and_plain_in_the_link(world: World, api: Api):
    title = "\"><script>alert(1)</script> & 'more'"
    world.tell_studio("next", operation="show", change={"media.title": title})
    made = api.embed(1006).json()
    plain = "\"›‹script›alert(1)‹/script› ＆ 'more'"
    item = made["content_item"]
    assert (made["title"], item["title"], item["text"]) == (title, plain, plain)
    assert _iframe(made["html"])["title"] == title
    assert "<script" not in made["html"]


def test_a_media_without_a_title_has_a_name_all_the_same(world: World, api: Api):
    world.tell_studio("next", operation="show", change={"media.title": ""})
    assert api.embed(1007).json()["title"] == f"Media {CELLS}"


def test_embeds_are_listed_page_by_page_newest_first(api: Api):
    wanted = ({"media_id": CELLS}, {"media_id": SPARE}, {"embed_type": "bare_embed"})
    made = [api.embed(1008, **more).json() for more in wanted]
    first = api.get("/embeds", course_id=1008, per_page=2).json()
    second = api.get("/embeds", course_id=1008, per_page=2, page=2).json()
    assert (first["embeds"] + second["embeds"]) == made[::-1]
    assert first["meta"] == {"current_page": 1, "last_page": 2, "total_count": 3}
    assert second["meta"] == {"current_page": 2, "last_page": 2, "total_count": 3}
    beyond = api.get("/embeds", course_id=1008, page=9).json()
    assert beyond == {
        "embeds": [],
        "meta": {"current_page": 9, "last_page": 1, "total_count": 3},
    }


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"media_id": CELLS}, {0, 2}),
        ({"embed_type": "bare_embed"}, {2}),
        ({"media_id": SPARE, "embed_type": "embed"}, {1}),
        ({"media_id": SPARE, "embed_type": "bare_embed"}, set()),
    ],
    ids=str,
)
def test_all_filters_have_to_fit(api: Api, filters: dict[str, Any], expected: set[int]):
    wanted = ({"media_id": CELLS}, {"media_id": SPARE}, {"embed_type": "bare_embed"})
    made = [api.embed(1009, **more).json()["id"] for more in wanted]
    listed = api.get("/embeds", course_id=1009, **filters).json()
    assert {one["id"] for one in listed["embeds"]} == {made[number] for number in expected}
    assert listed["meta"]["total_count"] == len(expected)


def test_a_forgotten_embed_is_gone_and_made_again(world: World, api: Api):
    made = api.embed(1010).json()
    forgotten = api.call("DELETE", f"/embeds/{made['id']}")
    assert (forgotten.status_code, forgotten.content) == (204, b"")
    for method in ("GET", "DELETE"):
        answer = api.call(method, f"/embeds/{made['id']}")
        check_problem(world, answer, 404, "embed-not-found")
    again = api.embed(1010)
    assert again.status_code == 201
    assert again.json()["id"] > made["id"]


def test_a_key_sees_the_embeds_of_its_own_studio_account_only(world: World, api: Api):
    mine = api.embed(1011).json()
    with world.database.writing() as connection:
        row = connection.execute(sa.select(embed).where(embed.c.id == mine["id"])).one()._asdict()
        new = sa.insert(studio_account).values(url=f"https://other-{row['id']}.example")
        other = connection.execute(new.returning(studio_account.c.id)).scalar_one()
        foreign = {**row, "account_id": other}
        del foreign["id"]
        made = sa.insert(embed).values(foreign).returning(embed.c.id)
        number = connection.execute(made).scalar_one()
    check_problem(world, api.get(f"/embeds/{number}"), 404, "embed-not-found")
    check_problem(world, api.call("DELETE", f"/embeds/{number}"), 404, "embed-not-found")
    assert [one["id"] for one in api.get("/embeds", course_id=1011).json()["embeds"]] == [
        mine["id"]
    ]
    theirs = make_api(world, studio=str(other)).get("/embeds").json()
    assert [one["id"] for one in theirs["embeds"]] == [number]


def test_a_media_that_is_not_there_makes_no_embed(world: World, api: Api):
    before = _made(world)
    check_problem(world, api.embed(1012, media_id=UNKNOWN), 404, "media-not-found")
    assert _made(world) == before
    assert api.get("/embeds", course_id=1012).json()["embeds"] == []


def test_studios_own_shape_makes_the_same_embed(world: World, api: Api):
    body = {"course_id": 1013, "embed_type": "embed", "downloadable": False}
    first = api.post(f"/media/{CELLS}/create_embed", body)
    second = api.embed(1013)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == {"launch_url": second.json()["launch_url"]}


def test_what_the_api_returned_is_the_services_own_link_in_every_course(world: World, api: Api):
    """A student opens a copied course first, by a link that lost its mark."""
    link = {"media_id": str(SPARE), "embed_type": "bare_embed", "downloadable": "true"}
    course = world.lms.copy_course(101)
    assert world.launch(link, course_id=course.id).status_code == 403
    made = api.embed(1014, media_id=SPARE, embed_type="bare_embed", downloadable=True)
    assert api.call("DELETE", f"/embeds/{made.json()['id']}").status_code == 204
    before = _made(world)
    assert world.launch(link, course_id=course.id).status_code == 302
    assert _made(world) - before == 1
    other_type = {**link, "embed_type": "embed"}
    assert world.launch(other_type, course_id=course.id).status_code == 403


def test_what_was_only_listed_is_not_the_services_own_link(world: World, api: Api):
    course, other = world.lms.copy_course(101), world.lms.copy_course(101)
    media = {"media_id": str(SPARE), "embed_type": "embed", "downloadable": "true"}
    marked = world.marked(SPARE, downloadable=True)
    assert world.launch(marked, course_id=course.id).status_code == 302
    (listed,) = api.get("/embeds", course_id=course.id).json()["embeds"]
    assert api.get(f"/embeds/{listed['id']}").status_code == 200
    assert world.launch(media, course_id=other.id).status_code == 403
