"""The course page tells teachers whether students will see each video, and why not."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.core.media_facts import Facts
from app.models import media_fact, studio_pace
from sandbox.studio.troubled import FAILED_ONE, LEFT_BEHIND, NOT_FINISHED, UNCAPTIONED
from tests import world as worlds
from tests.journeys.course_pages import CoursePage, open_course, read_course
from tests.journeys.starting import started_again
from tests.world import World

GOOD = 260854
THIRTEEN = (
    *(GOOD, 260861, 261007, 261533, 262118, 262590, 263940, 263951, 263962, 263975, 263988),
    *(264003, 264011),
)
ELSEWHERE = "Studio does not list it in this course: “Repair it” puts it there again."
SILENT = "No captions: people who cannot hear it miss what is said."
FRESH = ["Check again", "Checked just now."]
REFERENCE = re.compile(r" Reference: (\S+)\.$")
LEFT = "Its owner has left Studio: ask an admin to give it a new owner."


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A world in which Studio may be called as often as anybody likes."""
    folder, pace = tmp_path_factory.mktemp("checks"), {"STUDIO_CALLS_PER_SECOND": "1000"}
    with worlds.world(folder, request.param, **pace) as built:
        yield built


@pytest.fixture
def course_id(world: World) -> int:
    """A course with nothing in it."""
    copied: int = world.tell_lms("courses/103/copy").json()["course_id"]
    with world.database.writing() as connection:
        for table in (media_fact, studio_pace):
            connection.execute(sa.delete(table))
    return copied


def put_in(world: World, course_id: int, *media_ids: int) -> CoursePage:
    """Put media into a course by links; gives the page of its instructor."""
    for media_id in media_ids:
        answer = world.launch(world.marked(media_id), course_id=course_id)
        assert answer.status_code == 302, answer.text
    return open_course(world, "instructor", course_id)


def check(world: World, page: CoursePage, number: int = 0) -> CoursePage:
    """Press the button of one embed."""
    fields = {"session": page.session, "embed": page.entries[number].embed_id}
    return read_course(world.post("/lti/course/check", data=fields))


def check_all(world: World, page: CoursePage) -> CoursePage:
    """Press the button of all, without a script."""
    return read_course(world.post("/lti/course/check", data={"session": page.session}))


def told(page: CoursePage) -> list[tuple[str | None, list[str]]]:
    return [(entry.level, entry.verdict) for entry in page.entries]


@pytest.mark.parametrize(
    ("media_id", "level", "verdict"),
    [
        (GOOD, "will", ["Students will see it.", "Captions: English, French"]),
        (UNCAPTIONED, "will", ["Students will see it.", SILENT]),
        (
            NOT_FINISHED,
            "not-yet",
            [
                "Students will not see it yet.",
                "Studio is still preparing it: students will see it in a few minutes.",
                SILENT,
            ],
        ),
        (
            FAILED_ONE,
            "will-not",
            [
                "Students will not see it.",
                "Studio could not prepare it: upload it to Studio again.",
                SILENT,
            ],
        ),
        (LEFT_BEHIND, "may-not", ["Students may not see it.", LEFT, "Captions: English"]),
    ],
)
def test_a_teacher_is_told_whether_students_will_see_it_and_why_not(
    world: World, course_id: int, media_id: int, level: str, verdict: list[str]
):
    page = put_in(world, course_id, media_id)
    assert told(page) == [(None, ["Will students see it?"])]
    assert told(check(world, page)) == [(level, verdict + FRESH)]
    before = len(world.calls("show"))
    assert told(open_course(world, "instructor", course_id)) == [(level, verdict + FRESH)]
    assert len(world.calls("show")) == before


def test_what_studio_no_longer_has_is_remembered_as_gone(world: World, course_id: int):
    page = put_in(world, course_id, GOOD)
    world.tell_studio("next", operation="show", status=404)
    check(world, page)
    gone = "Studio no longer has it: it was deleted or archived. Add another one."
    expected = [("will-not", ["Students will not see it.", gone, *FRESH])]
    assert told(open_course(world, "instructor", course_id)) == expected


def test_what_studio_no_longer_shows_keeps_what_was_known_before(world: World, course_id: int):
    page = check(world, put_in(world, course_id, GOOD))
    world.tell_studio("next", operation="show", status=403)
    asked = "Studio no longer shows it to this service: ask its owner to share it."
    again = check(world, page)
    assert told(again) == [("may-not", ["Students may not see it.", asked, *FRESH])]
    assert [entry.kind[0] for entry in again.entries] == ["0:06"]
    assert told(check(world, page)) == told(page)


def test_whether_the_owner_is_there_is_not_claimed_where_studio_does_not_tell(
    world: World, course_id: int
):
    page = put_in(world, course_id, LEFT_BEHIND)
    world.tell_studio("next", operation="user_search", status=403)
    expected = ["Students will see it.", "Captions: English", *FRESH]
    assert told(check(world, page)) == [("will", expected)]


def test_an_embed_that_studio_lost_in_this_course_is_told_and_made_anew(
    world: World, course_id: int
):
    page = put_in(world, course_id, GOOD)
    world.tell_studio(
        "next", operation="courses", body={"courses": [{"id": 7, "course_id": 7, "name": "Other"}]}
    )
    lost = ["Students may not see it.", ELSEWHERE, "Captions: English, French", *FRESH]
    page = check(world, page)
    assert told(page) == [("may-not", lost)]
    seen_at = {"seen_at": datetime.now(UTC).isoformat()}
    answer = world.post("/lti/make-anew", data=page.choose(page.entries[0].title) | seen_at)
    made = read_course(answer)
    assert told(made) == told(check_all(world, made))
    assert told(made)[0][0] == "will"


@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 404}, {"status": 422}, {"body": 1}])
def test_where_studio_does_not_tell_of_courses_nothing_is_claimed(
    world: World, course_id: int, fault: dict[str, Any]
):
    page = put_in(world, course_id, GOOD)
    world.tell_studio("next", operation="courses", **fault)
    expected = ["Students will see it.", "Captions: English, French", *FRESH]
    assert told(check(world, page)) == [("will", expected)]


def test_a_student_sees_how_long_it_is_and_nothing_of_the_check(world: World, course_id: int):
    check(world, put_in(world, course_id, UNCAPTIONED))
    (entry,) = open_course(world, "student", course_id).entries
    assert (entry.kind, entry.level, entry.verdict) == (["0:06", "Player with tabs"], None, [])


def test_a_check_says_how_old_it_is(world: World, course_id: int):
    check(world, put_in(world, course_id, GOOD))
    _age(world, timedelta(minutes=5))
    (entry,) = open_course(world, "instructor", course_id).entries
    assert entry.verdict[-2:] == ["Check again", "Checked 5 minutes ago."]
    _age(world, timedelta(days=2))
    (entry,) = open_course(world, "instructor", course_id).entries
    old = "That is a while ago: it may be different now."
    assert entry.verdict[-3:] == ["Check again", "Checked 2 days ago.", old]


@pytest.mark.parametrize(("status", "times"), [(503, 3), (500, 3), (422, 1)])
@pytest.mark.parametrize("operation", ["show", "caption_files", "user_search"])
def test_studio_in_trouble_is_told_on_the_page_and_changes_nothing(
    world: World, course_id: int, operation: str, status: int, times: int
):
    page = check(world, put_in(world, course_id, GOOD))
    world.tell_studio("next", operation=operation, status=status, times=times)
    again = check(world, page)
    assert told(again) == told(page)
    (note,) = again.notes
    reference = REFERENCE.search(note)
    assert reference is not None
    logged = [line for line in world.logs().splitlines() if "not-checked" in line]
    assert reference[1] in logged[-1]
    assert page.notes == []


def test_an_open_circuit_is_told_and_studio_is_left_alone(world: World, course_id: int):
    page = put_in(world, course_id, GOOD)
    world.tell_studio("next", operation="show", status=500, times=5)
    for _ in range(2):
        check(world, page)
    before = len(world.calls("show"))
    notes = check(world, page).notes
    assert len(world.calls("show")) == before
    assert REFERENCE.sub("", notes[-1]) == (
        "Studio has trouble at the moment, so for a while this service only plays videos. "
        "Videos that are in a course already still play. Please try again in a minute."
    )


def test_a_studio_that_does_not_answer_holds_a_check_for_eight_seconds_at_most(
    world: World, course_id: int
):
    page = put_in(world, course_id, GOOD)
    world.tell_studio("next", operation="show", hold=True, times=1)
    began = time.monotonic()
    (note,) = check(world, page).notes
    assert time.monotonic() - began < 9
    expected = "Studio is taking too long to answer. Please try again in a little while."
    assert REFERENCE.sub("", note) == expected


def test_without_a_script_one_button_checks_ten_of_them_at_a_time(world: World, course_id: int):
    page = put_in(world, course_id, *THIRTEEN)
    first = check_all(world, page)
    assert first.notes == ["Checked now: 10. Still to check: 3."]
    assert [entry.level is None for entry in first.entries] == [False] * 10 + [True] * 3
    second = check_all(world, first)
    assert second.notes == ["Checked now: 3. Still to check: 0."]
    assert None not in [entry.level for entry in second.entries]
    third = check_all(world, second)
    assert third.notes == ["All of these were checked a short while ago."]


def test_a_slow_studio_is_asked_for_as_many_as_fit_into_one_request(world: World, course_id: int):
    page = put_in(world, course_id, *THIRTEEN[:4])
    world.tell_studio("next", operation="show", delay_seconds=2.6, times=2)
    began = time.monotonic()
    checked = check_all(world, page)
    assert time.monotonic() - began < 8
    assert checked.notes == ["Checked now: 2. Still to check: 2."]


def test_one_media_that_studio_cannot_tell_of_does_not_end_the_check_of_all(
    world: World, course_id: int
):
    page = put_in(world, course_id, GOOD, UNCAPTIONED)
    world.tell_studio("next", operation="caption_files", status=403)
    checked = check_all(world, page)
    assert [entry.level for entry in checked.entries] == [None, "will"]
    assert checked.notes[0] == "Checked now: 1. Still to check: 1."


def test_a_check_that_a_script_asks_for_brings_its_embed_alone(world: World, course_id: int):
    page = put_in(world, course_id, GOOD, UNCAPTIONED)
    wanted = page.entries[1].embed_id
    fields = {"session": page.session, "embed": wanted, "alone": wanted}
    alone = read_course(world.post("/lti/course/check", data=fields))
    assert [(entry.embed_id, entry.level) for entry in alone.entries] == [(wanted, "will")]


def test_two_embeds_of_one_media_come_together_where_a_script_asks_for_both(
    world: World, course_id: int
):
    assert world.launch(world.marked(GOOD, "bare_embed"), course_id=course_id).ok
    page = put_in(world, course_id, GOOD)
    ids = [entry.embed_id for entry in page.entries]
    before = len(world.calls("show"))
    fields = {"session": page.session, "embed": ids[0], "alone": [*ids, "0", "x"]}
    both = read_course(world.post("/lti/course/check", data=fields))
    assert [(entry.embed_id, entry.level) for entry in both.entries] == [
        (ids[0], "will"),
        (ids[1], "will"),
    ]
    assert len(world.calls("show")) - before == 1


def test_where_many_check_the_page_says_so_and_launches_go_on(world: World, course_id: int):
    """One process with four threads: two of them may wait for Studio for those who look."""
    page = put_in(world, course_id, GOOD, UNCAPTIONED)
    other: int = world.tell_lms("courses/103/copy").json()["course_id"]
    with started_again(world) as alone, ThreadPoolExecutor(2) as pool:
        world.tell_studio("next", operation="show", hold=True, times=2)
        waiting = [pool.submit(check, alone, page, number) for number in range(2)]
        url = f"{world.studio.settings.url}/_sandbox/held"
        assert world.http.get(url, params={"at_least": 2}).json() == {"held": 2}
        (note,) = check(alone, page).notes
        assert alone.launch(world.marked(GOOD), course_id=other).status_code == 302
        world.tell_studio("release")
        assert [told(each.result())[number][0] for number, each in enumerate(waiting)] == [
            "will"
        ] * 2
    expected = "This service is busy at the moment. Please try again in a few seconds."
    assert REFERENCE.sub("", note) == expected


def test_two_teachers_who_check_at_once_are_both_told(world: World, course_id: int):
    page = put_in(world, course_id, GOOD)
    with ThreadPoolExecutor(2) as pool:
        pages = list(pool.map(lambda _: check(world, page), range(2)))
    assert [told(each)[0][0] for each in pages] == ["will", "will"]


def _age(world: World, age: timedelta) -> None:
    """Let what is known be so old."""
    asked_at = datetime.now(UTC) - age
    with world.database.writing() as connection:
        for row in connection.execute(sa.select(media_fact)).all():
            facts = Facts.model_validate_json(row.facts).model_copy(update={"asked_at": asked_at})
            values = {"facts": facts.model_dump_json(), "asked_at": asked_at}
            mine = media_fact.c.media_id == row.media_id
            connection.execute(sa.update(media_fact).where(mine).values(values))
