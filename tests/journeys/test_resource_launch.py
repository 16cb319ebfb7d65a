"""A launch of a link: to the embed that is there, or that is made now, by those who may."""

from urllib.parse import parse_qs, urlsplit

from tests.pages import read_code
from tests.world import World


def test_a_student_on_a_link_of_ours_is_forwarded_to_an_embed_that_is_made_once(world: World):
    link = world.marked(260854)
    before = len(world.calls("create_embed"))
    first, second = world.launch(link), world.launch(link)
    location = urlsplit(first.headers["Location"])
    query = parse_qs(location.query)
    assert (first.status_code, second.headers["Location"]) == (302, first.headers["Location"])
    assert f"{location.scheme}://{location.netloc}" == world.lms.settings.url
    assert location.path == "/courses/101/external_tools/retrieve"
    assert query["display"] == ["borderless"]
    assert query["url"][0].startswith(f"{world.studio.settings.url}/lti/launch?")
    assert len(world.calls("create_embed")) - before == 1


def test_a_student_on_a_link_that_nobody_made_is_told_and_nothing_is_called(world: World):
    before = len(world.calls("show"))
    answer = world.launch({"media_id": "261007"})
    assert (answer.status_code, read_code(answer)) == (403, "not-embedded-yet")
    assert len(world.calls("show")) == before
