"""A launch with no media: what is embedded in the course, and its care."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app import locks
from app.core import embeds
from app.models import embed, page_session
from tests.journeys.course_pages import CoursePage, open_course, read_course
from tests.pages import read_code
from tests.world import World

INSTRUCTORS_ONLY = ("/lti/make-anew", "/lti/course/check")
WITH_SESSION = ("/lti/play", "/lti/course", *INSTRUCTORS_ONLY)
NOT_LISTED = (
    "This video was taken out of the list of this course meanwhile. "
    "If it is still needed, a teacher can add it again. Reference: "
)
CELLS, MITOSIS = 261533, 260861


def put_in(world: World, media_id: int, course_id: int) -> str:
    """Put a media into a course by a link; gives where the browser was sent."""
    answer = world.launch(world.marked(media_id), course_id=course_id)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def test_an_empty_course_says_so_and_tells_an_instructor_how_to_add_one(world: World):
    taught = open_course(world, "instructor", 103)
    heard = open_course(world, "student", 103)
    assert (taught.entries, heard.entries) == ([], [])
    assert "There is no video in this course yet." in taught.text
    assert "“Add a video” shows the videos that you may use." in taught.text
    assert "When your teacher adds one, it is listed here." in heard.text
    assert ["/lti/picker" in page.text for page in (taught, heard)] == [True, False]


def test_a_student_sees_what_is_embedded_in_the_course_and_can_play_it(world: World):
    put_in(world, CELLS, 101)
    page = open_course(world, "student")
    (entry,) = page.entries
    assert (entry.kind, entry.level, entry.verdict, entry.fields) == (
        ["Player with tabs"],
        None,
        [],
        {},
    )
    assert "course.js" not in page.text
    answer = world.post("/lti/play", data=page.choose(entry.title))
    assert answer.status_code == 302
    retrieve = "/courses/101/external_tools/retrieve?display=borderless&url="
    assert answer.headers["Location"].startswith(world.lms.settings.url + retrieve)


def test_an_instructor_also_sees_where_it_came_from_and_what_to_copy(world: World):
    location = put_in(world, CELLS, 101)
    launch_url = location.partition("&url=")[2]
    (entry,) = open_course(world, "instructor").entries
    today = datetime.now(UTC).strftime("%b %-d, %Y")
    assert entry.kind == ["Player with tabs", f"Added on {today}, when a page with it was opened."]
    assert (entry.level, entry.verdict) == (None, ["Will students see it?"])
    assert entry.fields["url"] == world.environment["PUBLIC_URL"] + "/lti/launch"
    named = dict(line.split("=", 1) for line in entry.fields["parameters"].splitlines())
    assert named == world.marked(CELLS)
    start = '<iframe class="lti-embed" style="width: 800px; height: 880px;"'
    assert entry.fields["html"].startswith(start)
    retrieve = "/courses/101/external_tools/retrieve?display=borderless&amp;url="
    assert f'src="{retrieve}{launch_url}"' in entry.fields["html"]


@pytest.mark.parametrize(
    ("made_by", "told"),
    [
        ("picker", "A teacher added it on Mar 2, 2026."),
        ("launch", "Added on Mar 2, 2026, when a page with it was opened."),
        ("api", "A program added it on Mar 2, 2026."),
        ("command", "An admin added it on Mar 2, 2026."),
        ("batch", "An admin added it on Mar 2, 2026, with many others."),
        ("repair", "A teacher repaired it on Mar 9, 2026."),
        (None, "Added on Mar 2, 2026."),
    ],
)
def test_it_is_said_where_an_embed_came_from(world: World, made_by: str | None, told: str):
    put_in(world, CELLS, 101)
    values = {"made_by": made_by, "created_at": datetime(2026, 3, 2, 9, tzinfo=UTC)}
    values["made_at"] = datetime(2026, 3, 9, 9, tzinfo=UTC)
    with world.database.writing() as connection:
        connection.execute(sa.update(embed).values(values))
    (entry,) = open_course(world, "instructor").entries
    assert entry.kind[1:] == [told]


def test_a_page_is_good_for_its_own_course_only(world: World):
    put_in(world, CELLS, 101)
    put_in(world, CELLS, 102)
    other = open_course(world, "instructor", 102).entries[0].embed_id
    session = open_course(world, "instructor").session
    before = [len(world.calls(name)) for name in ("create_embed", "show")]
    for chosen in (other, "0", "x", "99999", ""):
        choice = {"session": session, "embed": chosen}
        answer = world.post("/lti/play", data=choice)
        assert (answer.status_code, read_code(answer)) == (404, "embed-not-found")
        for path in INSTRUCTORS_ONLY:
            (note,) = read_course(world.post(path, data=choice)).notes
            assert note.startswith(NOT_LISTED)
    assert [len(world.calls(name)) for name in ("create_embed", "show")] == before


def test_a_students_session_does_nothing_that_is_an_instructors(world: World):
    put_in(world, CELLS, 101)
    page = open_course(world, "student")
    before = [len(world.calls(name)) for name in ("create_embed", "show")]
    for path in INSTRUCTORS_ONLY:
        answer = world.post(path, data=page.choose(page.entries[0].title))
        assert (answer.status_code, read_code(answer)) == (403, "only-instructors")
    assert [len(world.calls(name)) for name in ("create_embed", "show")] == before


def test_a_forged_session_opens_nothing(world: World):
    before = len(world.calls("create_embed"))
    for path in WITH_SESSION:
        for session in ("", "gAAAA", "é", None):
            answer = world.post(path, data={"session": session, "embed": "1"})
            assert (answer.status_code, read_code(answer)) == (401, "page-expired")
    assert len(world.calls("create_embed")) == before


def test_a_page_that_was_left_for_hours_is_over(world: World):
    page = open_course(world, "instructor")
    assert world.post("/lti/course", data={"session": page.session}).status_code == 200
    with world.database.writing() as connection:
        earlier = datetime.now(UTC) - timedelta(hours=3)
        connection.execute(sa.update(page_session).values(used_at=earlier))
    answer = world.post("/lti/course", data={"session": page.session})
    assert (answer.status_code, read_code(answer)) == (401, "page-expired")


def test_an_admin_without_a_role_sees_them_and_is_told_why_there_is_no_more(world: World):
    put_in(world, CELLS, 101)
    page = open_course(world, "admin")
    assert page.notes == [
        "You administer the LMS, but you have no role in this course, so you can only look."
    ]
    assert [entry.verdict for entry in page.entries] == [[]]


def test_an_instructor_makes_an_embed_anew_that_studio_lost(world: World):
    old = put_in(world, MITOSIS, 102)
    page = open_course(world, "instructor", 102)
    (title,) = [each.title for each in page.entries if each.fields["html"].count(old[-40:])]
    choice = page.choose(title) | {"seen_at": datetime.now(UTC).isoformat()}
    answer = world.post("/lti/make-anew", data=choice)
    new = put_in(world, MITOSIS, 102)
    before = len(world.calls("create_embed"))
    again = world.post("/lti/make-anew", data=choice)
    notes = read_course(answer).notes
    assert notes == [f"“{title}” was repaired: each link to it here plays it again."]
    assert read_course(again).notes == notes
    assert len(world.calls("create_embed")) == before
    assert old != new
    played = world.post("/lti/play", data=read_course(answer).choose(title))
    assert played.headers["Location"] == new


def test_what_was_made_anew_can_be_made_anew_again_from_the_page_that_shows_it(world: World):
    put_in(world, MITOSIS, 102)
    before = len(world.calls("create_embed"))
    title, page = "", open_course(world, "instructor", 102)
    for _ in range(2):
        title = page.entries[0].title
        seen_at = page.text.partition('name="seen_at" value="')[2].partition('"')[0]
        choice = page.choose(title) | {"seen_at": seen_at}
        page = read_course(world.post("/lti/make-anew", data=choice))
    assert len(world.calls("create_embed")) - before == 2


@pytest.mark.parametrize("seen_at", ["", "soon", "2026-11-28T10:00:00"])
def test_a_time_that_cannot_be_read_is_that_of_the_launch(world: World, seen_at: str):
    put_in(world, MITOSIS, 102)
    before = len(world.calls("create_embed"))
    page = open_course(world, "instructor", 102)
    choice = page.choose(page.entries[0].title) | {"seen_at": seen_at}
    assert [world.post("/lti/make-anew", data=choice).status_code for _ in range(2)] == [200, 200]
    assert len(world.calls("create_embed")) - before == 1


def test_the_old_embed_stays_where_studio_refuses_a_new_one(world: World):
    old = put_in(world, 262590, 103)
    page = open_course(world, "instructor", 103)
    world.tell_studio("next", operation="show", status=404)
    again = read_course(world.post("/lti/make-anew", data=page.choose(page.entries[0].title)))
    (note,) = again.notes
    assert note.startswith("Studio has no such video: it may have been deleted.")
    assert (again.session, again.entries) == (page.session, page.entries)
    assert put_in(world, 262590, 103) == old


def test_the_course_page_stays_where_somebody_else_is_making_the_embed_anew(world: World):
    put_in(world, 262590, 103)
    page = open_course(world, "instructor", 103)
    title = page.entries[0].title
    ready = embeds.find_embed_by_id(world.database, int(page.entries[0].embed_id))
    assert ready is not None
    holder = locks.acquire(world.database, ready.key.lock_name, 30)
    assert holder is not None
    again = read_course(world.post("/lti/make-anew", data=page.choose(title)))
    locks.release(world.database, ready.key.lock_name, holder)
    (note,) = again.notes
    assert note.startswith("This service is busy at the moment.")
    assert again.entries == page.entries


def test_without_a_context_no_course_is_listed(world: World):
    context = "https://purl.imsglobal.org/spec/lti/claim/context"
    answer = world.launch({}, person="instructor", change=lambda claims: claims.pop(context))
    assert (answer.status_code, read_code(answer)) == (400, "context-missing")


def test_a_link_with_a_variable_that_was_not_replaced_has_no_media(world: World):
    page = read_course(world.launch({"media_id": "$Canvas.media.id"}))
    assert "Videos in Cell Biology" in page.text


def test_fifty_embeds_are_one_page_and_more_are_pages_of_twenty_five(world: World):
    copied = world.tell_lms("courses/103/copy").json()["course_id"]
    _fill(world, copied, range(1, 51))
    page = open_course(world, "student", copied)
    assert [entry.title for entry in page.entries] == [f"Talk {n}" for n in range(50, 0, -1)]
    assert "Page 1 of" not in page.text
    _fill(world, copied, [51])
    first = open_course(world, "student", copied)
    pages = [_turn(world, first, number) for number in ("1", "2", "3", "4", "x")]
    assert [page.entries[0].title for page in (first, *pages)] == [
        *("Talk 51", "Talk 51", "Talk 26", "Talk 1", "Talk 1", "Talk 51")
    ]
    assert [len(page.entries) for page in pages] == [25, 25, 1, 1, 25]
    offered = [("Newer ones" in page.text, "Older ones" in page.text) for page in pages[:3]]
    assert offered == [(False, True), (True, True), (True, False)]
    assert "Page 2 of 3" in pages[1].text


def _turn(world: World, page: CoursePage, number: str) -> CoursePage:
    fields = {"session": page.session, "course_page": number}
    return read_course(world.post("/lti/course", data=fields))


def _fill(world: World, course_id: int, numbers: "range | list[int]") -> None:
    now = datetime.now(UTC)
    same = {
        "account_id": 1,
        "course_id": course_id,
        "embed_type": "embed",
        "downloadable": False,
        "launch_url": f"{world.studio.settings.url}/lti/launch?custom_arc_media_id=x",
        "created_at": now,
        "made_at": now,
        "uncertain": False,
    }
    rows = [{**same, "media_id": 900_000 + n, "title": f"Talk {n}"} for n in numbers]
    with world.database.writing() as connection:
        connection.execute(sa.insert(embed), rows)
