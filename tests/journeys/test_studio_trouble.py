"""Studio slow, failing, gone, or talking nonsense: what people see, and what is called again."""

import pytest

from tests.pages import read_code
from tests.world import World

MEDIA = 260854


@pytest.fixture
def link(world: World) -> dict[str, str]:
    """A link of ours in a course of its own, so that no embed is there."""
    return world.marked(MEDIA)


@pytest.fixture
def course_id(world: World) -> int:
    """A course in which nothing is embedded."""
    found: int = world.lms.copy_course(103).id
    return found


def _calls(world: World, operation: str = "create_embed") -> int:
    return len(world.calls(operation))


@pytest.mark.parametrize(
    ("status", "expected", "code"),
    [
        (400, 400, "studio-rejected"),
        (403, 403, "studio-forbidden"),
        (404, 404, "media-not-found"),
        (422, 422, "studio-rejected"),
        (418, 502, "studio-answer"),
    ],
)
def test_what_studio_refuses_keeps_its_meaning_and_is_asked_once(
    world: World, link: dict[str, str], course_id: int, status: int, expected: int, code: str
):
    before = _calls(world)
    world.tell_studio("next", operation="create_embed", status=status)
    answer = world.launch(link, course_id=course_id)
    assert (answer.status_code, read_code(answer)) == (expected, code)
    assert _calls(world) - before == 1
    assert world.launch(link, course_id=course_id).status_code == 302


def test_after_a_broken_connection_it_is_found_out_whether_the_embed_was_made(
    world: World, link: dict[str, str], course_id: int
):
    before = _calls(world)
    world.tell_studio("next", operation="create_embed", reset=True, after=True)
    assert world.launch(link, course_id=course_id).status_code == 302
    assert _calls(world) - before == 1


def test_a_broken_connection_that_made_nothing_is_tried_again(
    world: World, link: dict[str, str], course_id: int
):
    before = _calls(world)
    world.tell_studio("next", operation="create_embed", reset=True)
    assert world.launch(link, course_id=course_id).status_code == 302
    assert _calls(world) - before == 2


def test_where_studio_does_not_tell_whether_it_was_made_it_is_made(
    world: World, link: dict[str, str], course_id: int
):
    world.tell_studio("next", operation="create_embed", garbage=True)
    assert world.launch(link, course_id=course_id).status_code == 502
    world.tell_studio("next", operation="perspectives", status=403)
    assert world.launch(link, course_id=course_id).status_code == 302


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 429}], ids=str)
def test_a_short_fault_is_tried_again_and_nobody_notices(
    world: World, link: dict[str, str], course_id: int, fault: dict[str, int]
):
    before = _calls(world)
    world.tell_studio("next", operation="create_embed", times=2, **fault)
    assert world.launch(link, course_id=course_id).status_code == 302
    assert _calls(world) - before == 3


def test_a_fault_that_stays_is_told_with_a_time_to_come_back(
    world: World, link: dict[str, str], course_id: int
):
    before = _calls(world)
    world.tell_studio("next", operation="create_embed", times=3, status=502)
    answer = world.launch(link, course_id=course_id)
    assert (answer.status_code, read_code(answer)) == (503, "studio-unavailable")
    assert answer.headers["Retry-After"] == "10"
    assert _calls(world) - before == 3


def test_a_long_retry_after_is_handed_on_and_not_waited_for(
    world: World, link: dict[str, str], course_id: int
):
    before = _calls(world)
    world.tell_studio("next", operation="create_embed", status=429, retry_after=60)
    answer = world.launch(link, course_id=course_id)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert _calls(world) - before == 1


def test_after_a_time_out_it_is_found_out_whether_the_embed_was_made(
    world: World, link: dict[str, str], course_id: int
):
    before = _calls(world)
    world.tell_studio("next", operation="create_embed", hold=True, after=True)
    first = world.launch(link, course_id=course_id)
    world.tell_studio("release")
    second = world.launch(link, course_id=course_id)
    assert (first.status_code, read_code(first)) == (504, "studio-timeout")
    assert (second.status_code, _calls(world) - before) == (302, 1)


def test_after_a_time_out_that_made_nothing_it_is_made(
    world: World, link: dict[str, str], course_id: int
):
    before = _calls(world)
    world.tell_studio("next", operation="create_embed", hold=True, status=500)
    first = world.launch(link, course_id=course_id)
    world.tell_studio("release")
    second = world.launch(link, course_id=course_id)
    assert (first.status_code, second.status_code, _calls(world) - before) == (504, 302, 2)


@pytest.mark.parametrize(
    "body",
    [
        {"launch_url": "https://evil.example/lti/launch?x=1"},
        {"launch_url": "http://127.0.0.2:1/lti/launch"},
        {"url": "javascript:alert(1)"},
        {"id": 5},
        ["nothing"],
    ],
    ids=str,
)
def test_a_launch_url_that_is_not_the_accounts_own_is_never_kept(
    world: World, link: dict[str, str], course_id: int, body: object
):
    world.tell_studio("next", operation="create_embed", body=body)
    answer = world.launch(link, course_id=course_id)
    assert (answer.status_code, read_code(answer)) == (502, "studio-answer")
    assert "evil" not in answer.text + world.logs()
    assert world.launch(link, course_id=course_id).status_code == 302


def test_garbage_is_told_as_what_it_is(world: World, link: dict[str, str], course_id: int):
    world.tell_studio("next", operation="create_embed", garbage=True)
    answer = world.launch(link, course_id=course_id)
    assert (answer.status_code, read_code(answer)) == (502, "studio-answer")


def test_a_refused_refresh_token_is_told_to_admins_and_not_hammered(
    world: World, link: dict[str, str], course_id: int
):
    refresh_token = world.http.get(f"{world.studio.settings.url}/_sandbox/tokens").json()
    world.tell_studio("tokens", expire=True)
    before = _calls(world, "token")
    world.tell_studio("next", operation="token", status=400, body={"error": "invalid_grant"})
    answers = [world.launch(link, course_id=course_id) for _ in range(3)]
    codes = [(answer.status_code, read_code(answer)) for answer in answers]
    assert codes == [(502, "studio-authorization")] * 3
    assert _calls(world, "token") - before == 1
    assert refresh_token["refresh_token"] not in world.logs()
