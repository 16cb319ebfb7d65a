"""Who may cause an embed to be made, and in which course."""

import pytest

from tests.pages import read_code
from tests.world import World

MINE, SHARED, FOREIGN = 262118, 261007, 263940


def _calls(world: World) -> int:
    return len(world.calls("create_embed"))


def test_an_instructor_makes_an_embed_of_their_own_media_by_a_link_without_a_mark(world: World):
    before = _calls(world)
    answer = world.launch({"media_id": str(MINE)}, person="instructor")
    assert (answer.status_code, _calls(world) - before) == (302, 1)


def test_an_instructor_makes_an_embed_of_a_media_that_is_shared_with_them(world: World):
    before = _calls(world)
    answer = world.launch({"media_id": str(SHARED)}, person="instructor")
    assert (answer.status_code, _calls(world) - before) == (302, 1)


def test_an_instructor_may_not_use_a_media_that_is_not_shared_with_them(world: World):
    before = _calls(world)
    answer = world.launch({"media_id": str(FOREIGN)}, person="instructor")
    assert (answer.status_code, read_code(answer)) == (403, "media-not-yours")
    assert _calls(world) == before


def test_an_instructor_without_an_e_mail_may_use_nothing(world: World):
    before = _calls(world)
    answer = world.launch(
        {"media_id": str(MINE), "embed_type": "bare_embed"},
        person="instructor",
        change=lambda claims: claims.pop("email"),
    )
    assert (answer.status_code, read_code(answer)) == (403, "person-unknown")
    assert _calls(world) == before


def test_who_somebody_is_does_not_come_from_a_custom_parameter(world: World):
    answer = world.launch(
        {
            "media_id": str(FOREIGN),
            "canvas_user_login_id": "omar.other@sandbox.test",
            "email": "omar.other@sandbox.test",
        },
        person="instructor",
    )
    assert (answer.status_code, read_code(answer)) == (403, "media-not-yours")


@pytest.mark.parametrize(
    "altered",
    [
        {"media_id": str(FOREIGN)},
        {"embed_type": "bare_embed"},
        {"downloadable": "true"},
        {"link": "x"},
    ],
    ids=lambda altered: next(iter(altered)),
)
def test_a_mark_is_good_only_for_what_it_was_made_for(world: World, altered: dict[str, str]):
    link = world.marked(262590) | altered
    before = _calls(world)
    answer = world.launch(link, course_id=102)
    assert (answer.status_code, read_code(answer)) == (403, "not-embedded-yet")
    assert _calls(world) == before


def test_a_copied_course_mends_itself_whoever_opens_it_first(world: World):
    link = world.marked(260861)
    assert world.launch(link, course_id=102).status_code == 302
    copy = world.tell_lms("courses/102/copy").json()["course_id"]
    before = _calls(world)
    answer = world.launch(link, person="test-student", course_id=copy)
    assert (answer.status_code, _calls(world) - before) == (302, 1)
    assert f"/courses/{copy}/external_tools/retrieve" in answer.headers["Location"]


def test_an_admin_without_a_role_in_the_course_is_told_just_that(world: World):
    answer = world.launch({"media_id": str(SHARED), "embed_type": "bare_embed"}, person="admin")
    assert (answer.status_code, read_code(answer)) == (403, "no-course-role")


def test_everyone_is_forwarded_to_an_embed_that_is_there(world: World):
    world.launch(world.marked(261533))
    people = ("student", "test-student", "instructor", "admin")
    answers = [world.launch({"media_id": "261533"}, person=person) for person in people]
    assert [answer.status_code for answer in answers] == [302] * 4


def test_without_a_context_an_embed_is_forwarded_to_and_none_is_made(world: World):
    context = "https://purl.imsglobal.org/spec/lti/claim/context"
    link = world.marked(260854)
    other = world.marked(260854, downloadable=True)
    world.launch(link, course_id=103)
    before = _calls(world)
    there = world.launch(link, course_id=103, change=lambda claims: claims.pop(context))
    missing = world.launch(other, course_id=103, change=lambda claims: claims.pop(context))
    assert there.status_code == 302
    assert (missing.status_code, read_code(missing)) == (400, "context-missing")
    assert _calls(world) == before


def test_another_course_id_later_makes_nothing_and_is_told_until_an_admin_says_so(world: World):
    course = world.lms.copy_course(103)
    link, context = world.marked(262118), course.context_id
    assert world.launch(link, person="instructor", course_id=course.id).status_code == 302
    before = _calls(world)
    moved = link | {"canvas_course_id": "777001"}
    told = world.launch(moved, course_id=course.id)
    assert (told.status_code, read_code(told)) == (403, "course-changed")
    assert _calls(world) == before
    issuer = world.lms.settings.url
    world.flask("courses", "link", "--platform", issuer, "--context", context, "--course", "777001")
    answer = world.launch(moved, course_id=course.id)
    assert (answer.status_code, _calls(world) - before) == (302, 1)
    assert "/courses/777001/" in answer.headers["Location"]


@pytest.mark.parametrize("odd", ["0", "-1", "abc", "1.5", "99999999999999999999"])
def test_an_odd_course_id_is_an_error_and_nothing_else_is_tried(world: World, odd: str):
    answer = world.launch(world.marked(260854) | {"canvas_course_id": odd})
    assert (answer.status_code, read_code(answer)) == (400, "course-id-odd")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("media_id", "abc"),
        ("media_id", "-5"),
        ("embed_type", "iframe"),
        ("downloadable", "yes"),
        ("start_at", "soon"),
    ],
)
def test_a_link_that_cannot_be_read_says_which_parameter(world: World, name: str, value: str):
    answer = world.launch({"media_id": "260854", name: value})
    assert (answer.status_code, read_code(answer)) == (400, "link-odd")
    assert name in answer.text


def test_start_at_begins_the_video_there_and_is_no_other_embed(world: World):
    link = world.marked(260854)
    world.launch(link)
    before = _calls(world)
    answer = world.launch(link | {"start_at": "42"})
    assert answer.headers["Location"].endswith("custom_arc_start_at%3D42")
    assert _calls(world) == before
