"""A launch with no media: what is embedded in the course, and its care."""

import re

from tests.pages import read_code
from tests.world import World

TICKET = re.compile(r'name="ticket" value="([^"]+)"')


def _open(world: World, person: str, course_id: int = 101) -> str:
    answer = world.launch({}, person=person, course_id=course_id)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_an_empty_course_says_so_and_tells_an_instructor_how_to_add_one(world: World):
    page = _open(world, "instructor", 103)
    assert "There is no video in this course yet." in page
    assert "Add a video" in page
    assert "Add a video" not in _open(world, "student", 103)


def test_a_student_sees_what_is_embedded_in_the_course_and_can_play_it(world: World):
    world.launch(world.marked(261533))
    page = _open(world, "student")
    assert "<script>" not in page
    assert page.count("/courses/101/external_tools/retrieve?display=borderless&amp;url=") == 1
    assert "Make anew" not in page


def test_an_admin_without_a_role_sees_them_and_is_told_why_there_is_no_more(world: World):
    world.launch(world.marked(261533))
    assert "You administer the LMS, but you have no role in this course" in _open(world, "admin")


def test_an_instructor_makes_an_embed_anew_that_studio_lost(world: World):
    link = world.marked(260861)
    old = world.launch(link, course_id=102).headers["Location"]
    ticket = TICKET.search(_open(world, "instructor", 102))
    assert ticket is not None
    answer = world.post("/lti/make-anew", data={"ticket": ticket[1]})
    new = world.launch(link, course_id=102).headers["Location"]
    before = len(world.calls("create_embed"))
    again = world.post("/lti/make-anew", data={"ticket": ticket[1]})
    assert (answer.status_code, again.status_code) == (200, 200)
    assert len(world.calls("create_embed")) == before
    assert old != new
    assert new.replace("&", "&amp;") in answer.text


def test_the_old_embed_stays_where_studio_refuses_a_new_one(world: World):
    link = world.marked(262590)
    old = world.launch(link, course_id=103).headers["Location"]
    ticket = TICKET.search(_open(world, "instructor", 103))
    assert ticket is not None
    world.tell_studio("next", operation="show", status=404)
    answer = world.post("/lti/make-anew", data={"ticket": ticket[1]})
    assert (answer.status_code, read_code(answer)) == (404, "media-not-found")
    assert world.launch(link, course_id=103).headers["Location"] == old


def test_a_forged_ticket_makes_nothing(world: World):
    before = len(world.calls("create_embed"))
    answers = [
        world.post("/lti/make-anew", data={"ticket": ticket}) for ticket in ("", "gAAAA", "é")
    ]
    assert [read_code(answer) for answer in answers] == ["launch-expired"] * 3
    assert len(world.calls("create_embed")) == before


def test_without_a_context_no_course_is_listed(world: World):
    context = "https://purl.imsglobal.org/spec/lti/claim/context"
    answer = world.launch({}, person="instructor", change=lambda claims: claims.pop(context))
    assert (answer.status_code, read_code(answer)) == (400, "context-missing")


def test_a_link_with_a_variable_that_was_not_replaced_has_no_media(world: World):
    answer = world.launch({"media_id": "$Canvas.media.id"})
    assert answer.status_code == 200
    assert "Videos in Cell Biology" in answer.text
