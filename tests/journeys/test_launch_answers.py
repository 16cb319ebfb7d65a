"""Launches that bring no link to play: the platform's own errors, requests from the editor."""

from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from sandbox.lms import messages
from sandbox.lms.messages import DEEP_LINKING, LTI
from sandbox.lms.people import find_person
from tests.journeys.launching import check_refused, table
from tests.pages import read_code
from tests.world import Login, World

SETTINGS = f"{DEEP_LINKING}/deep_linking_settings"
HOSTILE = '"><script>alert(1)</script>'
REFUSED = (403, "platform-refused")


@pytest.mark.parametrize(
    ("error", "told", "logged"),
    table(
        [
            ("nobody logged in", "login_required", "Log in to your LMS again", "login_required"),
            (
                "opened twice",
                "launch_no_longer_valid",
                "reload it, and open this again",
                "launch_no_longer_valid",
            ),
            ("not allowed", "access_denied", "did not allow this", "access_denied"),
            ("hostile", HOSTILE, "did not allow this", "unreadable"),
            ("hostile to the log", 'x\n{"event": "forged"}', "did not allow this", "unreadable"),
            ("of 10,000 characters", "x" * 10_000, "did not allow this", "x" * 64),
        ]
    ),
)
def test_an_error_of_the_platform_is_told_in_words(
    world: World, error: str, told: str, logged: str
):
    login = world.login()
    fields = {"error": error, "error_description": HOSTILE, "state": login.state}
    answer = world.post("/lti/launch", data=fields, headers={"Cookie": login.cookie})
    check_refused(world, answer, *REFUSED)
    assert told in answer.text
    assert "alert(1)" not in answer.text + world.logs()
    assert f'error={logged}"' in world.logs()


def test_an_error_without_a_state_is_told_too(world: World):
    answer = world.post("/lti/launch", data={"error": "login_required"})
    check_refused(world, answer, *REFUSED)


def test_an_error_beside_a_good_token_is_what_counts(world: World):
    login = world.login()
    token = world.lms.keys.sign(world.claims(login.nonce))
    fields = {"error": "login_required", "id_token": token, "state": login.state}
    answer = world.post("/lti/launch", data=fields, headers={"Cookie": login.cookie})
    check_refused(world, answer, *REFUSED, token)


def request_links(world: World, person: str, **settings: Any) -> tuple[requests.Response, str]:
    """A request from the editor; a setting of None is left out."""
    login = world.login()
    token = world.lms.keys.sign(_request_claims(world, login, person, settings))
    return world.post_launch(login, token), token


def _request_claims(
    world: World, login: Login, person: str, settings: dict[str, Any]
) -> dict[str, Any]:
    who, course = find_person(person), world.lms.find_course(101)
    assert who is not None
    claims = messages.deep_linking_claims(
        who, course, login.nonce, datetime.now(UTC), world.lms.settings, "data-1"
    )
    changed = claims[SETTINGS] | settings
    claims[SETTINGS] = {name: value for name, value in changed.items() if value is not None}
    return claims


def test_an_instructor_may_pick(world: World):
    answer, _ = request_links(world, "instructor")
    assert (answer.status_code, read_code(answer)) == (200, "")


def test_a_request_from_the_editor_is_good_once(world: World):
    login = world.login()
    token = world.lms.keys.sign(_request_claims(world, login, "instructor", {}))
    assert world.post_launch(login, token).status_code == 200
    check_refused(world, world.post_launch(login, token), 401, "launch-expired", token)


@pytest.mark.parametrize(
    ("person", "code"),
    [
        ("student", "only-instructors"),
        ("test-student", "only-instructors"),
        ("admin", "no-course-role"),
    ],
)
def test_nobody_else_may_pick(world: World, person: str, code: str):
    answer, token = request_links(world, person)
    check_refused(world, answer, 403, code, token)


@pytest.mark.parametrize(
    "url",
    table(
        [
            ("none", None),
            ("a list", ["https://lms.test/x"]),
            ("empty", ""),
            ("a script", "javascript:alert(1)"),
            ("a script in capitals", "JavaScript:alert(1)"),
            ("data", "data:text/html,x"),
            ("without a host", "https:///x"),
            ("no URL at all", "https://[/x"),
            ("with a line break in its scheme", "java\nscript:alert(1)"),
        ]
    ),
)
def test_a_request_that_cannot_be_answered_safely_is_refused(world: World, url: object):
    answer, token = request_links(world, "instructor", deep_link_return_url=url)
    check_refused(world, answer, 400, "launch-incomplete", token)
    assert "deep_link_return_url" in answer.text


def test_a_request_without_settings_is_refused(world: World):
    login = world.login()
    claims = _request_claims(world, login, "instructor", {})
    claims.pop(SETTINGS)
    token = world.lms.keys.sign(claims)
    check_refused(world, world.post_launch(login, token), 400, "launch-incomplete", token)


def test_an_admin_without_a_role_in_the_course_is_told_just_that(world: World):
    before = len(world.calls("create_embed"))
    login = world.login()
    claims = world.claims(login.nonce, {"media_id": "261007"}, person="admin")
    token = world.lms.keys.sign(claims)
    check_refused(world, world.post_launch(login, token), 403, "no-course-role", token)
    assert len(world.calls("create_embed")) == before


def test_a_course_title_cut_in_the_middle_of_a_character_is_shown_all_the_same(world: World):
    answer = world.launch(
        person="instructor",
        change=lambda claims: claims[f"{LTI}/context"].update(title="Biology \ud83c"),
    )
    assert (answer.status_code, "Biology" in answer.text) == (200, True)


def test_markup_in_a_course_title_is_text(world: World):
    answer = world.launch(
        person="instructor",
        change=lambda claims: claims[f"{LTI}/context"].update(title=HOSTILE),
    )
    assert (answer.status_code, "<script>alert" in answer.text) == (200, False)
    assert "&lt;script&gt;alert(1)" in answer.text
