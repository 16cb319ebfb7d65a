"""A launch with no media: what is embedded in the course, and its care."""

import re

from tests.pages import read_code
from tests.world import World

TICKET = re.compile(r'name="ticket" value="([^"]+)"')
CHOICE = re.compile(r'<button[^>]* name="embed" value="([^"]+)">')


def _read_choices(page: str) -> list[dict[str, str]]:
    """What the buttons of a page post that play an embed, each with the page's ticket."""
    ticket = TICKET.search(page)
    assert ticket is not None
    return [{"ticket": ticket[1], "embed": embed_id} for embed_id in CHOICE.findall(page)]


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
    assert "Make anew" not in page
    (choice,) = _read_choices(page)
    answer = world.post("/lti/play", data=choice)
    assert answer.status_code == 302
    retrieve = "/courses/101/external_tools/retrieve?display=borderless&url="
    assert answer.headers["Location"].startswith(world.lms.settings.url + retrieve)


def test_a_page_is_good_for_its_own_course_only(world: World):
    world.launch(world.marked(261533))
    world.launch(world.marked(261533), course_id=102)
    other = _read_choices(_open(world, "student", 102))[0]
    mine = _read_choices(_open(world, "student"))[0]
    for embed in (other["embed"], "0", "x", "99999", ""):
        answer = world.post("/lti/play", data={**mine, "embed": embed})
        assert (answer.status_code, read_code(answer)) == (401, "launch-expired")


def test_a_students_page_makes_nothing_anew(world: World):
    world.launch(world.marked(261533))
    before = len(world.calls("create_embed"))
    choice = _read_choices(_open(world, "student"))[0]
    answer = world.post("/lti/make-anew", data=choice)
    assert (answer.status_code, read_code(answer)) == (403, "only-instructors")
    assert len(world.calls("create_embed")) == before


def test_an_admin_without_a_role_sees_them_and_is_told_why_there_is_no_more(world: World):
    world.launch(world.marked(261533))
    assert "You administer the LMS, but you have no role in this course" in _open(world, "admin")


def test_an_instructor_makes_an_embed_anew_that_studio_lost(world: World):
    link = world.marked(260861)
    old = world.launch(link, course_id=102).headers["Location"]
    choice = _read_choices(_open(world, "instructor", 102))[0]
    answer = world.post("/lti/make-anew", data=choice)
    new = world.launch(link, course_id=102).headers["Location"]
    before = len(world.calls("create_embed"))
    again = world.post("/lti/make-anew", data=choice)
    assert (answer.status_code, again.status_code) == (200, 200)
    assert len(world.calls("create_embed")) == before
    assert old != new
    played = world.post("/lti/play", data=_read_choices(answer.text)[0])
    assert played.headers["Location"] == new


def test_the_old_embed_stays_where_studio_refuses_a_new_one(world: World):
    link = world.marked(262590)
    old = world.launch(link, course_id=103).headers["Location"]
    choice = _read_choices(_open(world, "instructor", 103))[0]
    world.tell_studio("next", operation="show", status=404)
    answer = world.post("/lti/make-anew", data=choice)
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
