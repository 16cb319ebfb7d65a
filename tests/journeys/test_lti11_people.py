"""Launch mode lti11: who reaches Studio as whom, with names of any kind, and by which way."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sandbox.lms.messages import LTI
from sandbox.lms.people import find_person
from tests import world as worlds
from tests.journeys.course_pages import open_course
from tests.journeys.launching import add_platform, at_once, table
from tests.journeys.onward import launches, platform_ids, post, read_form
from tests.journeys.test_lti11 import MEDIA, MODE
from tests.pages import read_code
from tests.world import World

WAITING = re.compile(r'content="2;url=([^"]+)"')
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A service that launches Studio itself, by LTI 1.1."""
    with worlds.world(tmp_path_factory.mktemp("lti11"), request.param, **MODE) as built:
        yield built


@pytest.mark.parametrize(
    ("text", "sent"),
    table(
        [
            ("markup", HOSTILE, HOSTILE),
            ("an entity", "&quot;&#39;&amp;lt;", "&quot;&#39;&amp;lt;"),
            ("line breaks", "one\r\ntwo\nthree\rfour", "one  two three four"),
            ("other alphabets", "Zoë Łukasz 李 مريم", "Zoë Łukasz 李 مريم"),
            ("joined emoji", "👩\u200d🔬", "👩\u200d🔬"),
            ("half an emoji", "cut \ud83c short", "cut   short"),
            ("what URLs escape", "50% + ~ * & = ; ' `", "50% + ~ * & = ; ' `"),
            ("a null", "a\x00b", "a b"),
            ("10,000 characters", "x" * 10_000, "x" * 2048),
        ]
    ),
)
def test_names_and_titles_of_any_kind_reach_studio_as_the_page_shows_them(
    world: World, text: str, sent: str
):
    def change(claims: dict[str, Any]) -> None:
        claims |= {"name": text, "given_name": text}
        claims[f"{LTI}/context"]["title"] = text
        claims[f"{LTI}/resource_link"]["title"] = text

    answer = world.launch(world.marked(MEDIA), change=change)
    assert "<script>alert" not in answer.text
    assert post(world, read_form(answer)).status_code == 200
    told = launches(world)[-1]["parameters"]
    names = (
        "lis_person_name_full",
        "lis_person_name_given",
        "context_title",
        "resource_link_title",
    )
    assert [told[name] for name in names] == [sent] * 4


@pytest.mark.parametrize(
    "change",
    table(
        [
            (
                "a custom parameter's name",
                lambda claims: claims[f"{LTI}/custom"].update({"\ud83c": "x"}),
            ),
            ("a name in ext", lambda claims: claims.update({f"{LTI}/ext": {"\ud83c": "x"}})),
            ("a role", lambda claims: claims[f"{LTI}/roles"].append("\ud83c")),
            ("everything odd", lambda claims: claims.update({"name": [], f"{LTI}/lis": "x"})),
        ]
    ),
)
def test_an_odd_shape_somewhere_keeps_nobody_from_the_player(
    world: World, change: Callable[[dict[str, Any]], object]
):
    answer = world.launch(world.marked(MEDIA), change=change)
    assert post(world, read_form(answer)).status_code == 200


def test_a_link_without_a_title_has_none_at_studio_either(world: World):
    def change(claims: dict[str, Any]) -> None:
        claims[f"{LTI}/resource_link"] = {"id": "link-1"}

    form = read_form(world.launch(world.marked(MEDIA), change=change))
    assert (form.said["resource_link_id"], "resource_link_title" in form.said) == ("link-1", False)
    assert post(world, form).status_code == 200


def test_a_launch_without_a_course_plays_what_is_there(world: World):
    world.launch(world.marked(MEDIA))
    form = read_form(
        world.launch(world.marked(MEDIA), change=lambda claims: claims.pop(f"{LTI}/context"))
    )
    assert [name for name in form.said if name.startswith("context_")] == []
    assert post(world, form).status_code == 200


def test_who_launches_without_a_name_plays(world: World):
    form = read_form(world.launch(world.marked(MEDIA), person="test-student"))
    assert post(world, form).status_code == 200
    assert [name for name in form.said if name.startswith("lis_")] == []
    assert (form.said["roles"], form.said["user_id"]) == (
        "Learner",
        find_person("test-student").legacy_id,  # type: ignore[union-attr]
    )


def test_a_launch_that_does_not_say_who_they_were_in_lti_1_1_has_their_sub(world: World):
    link = world.marked(MEDIA)
    form = read_form(world.launch(link, change=lambda claims: claims.pop(f"{LTI}/lti1p1")))
    student = find_person("student")
    assert student is not None
    assert form.said["user_id"] == student.sub
    assert post(world, form).status_code == 200


def test_a_person_of_another_platform_is_named_after_it_and_by_nothing_else(world: World):
    link = world.marked(MEDIA)
    home = read_form(world.launch(link)).said
    other = add_platform(world, "https://other.example")
    login = other.login(world)
    claims = other.claims(world, login, link)
    claims[f"{LTI}/lis"] = {"person_sourcedid": "school:sam"}
    claims[f"{LTI}/ext"] = {"user_username": "sam"}
    claims[f"{LTI}/role_scope_mentor"] = ["child"]
    form = read_form(world.send(login, claims))
    assert post(world, form).status_code == 200
    personal = {
        "lis_person_contact_email_primary",
        "custom_canvas_user_id",
        "custom_canvas_user_login_id",
    }
    number = platform_ids(world)["https://other.example"]
    expected = {name: value for name, value in home.items() if name not in personal}
    assert form.said == expected | {
        "user_id": f"{number}:{claims['sub']}",
        "resource_link_id": claims[f"{LTI}/resource_link"]["id"],
    }
    shown = [value for value in form.said.values() if "sam.student" in value or value == "12"]
    assert shown == []


def test_another_school_of_the_same_issuer_is_another_platform(world: World):
    """All schools of Canvas's cloud share an issuer; each has a client id of its own."""
    other = add_platform(world, world.lms.settings.url, "another-school")
    login = other.login(world)
    claims = other.claims(world, login, world.marked(MEDIA))
    form = read_form(world.send(login, claims))
    assert re.fullmatch(rf"\d+:{claims['sub']}", form.said["user_id"])
    assert "lis_person_contact_email_primary" not in form.said
    assert read_form(world.launch(world.marked(MEDIA))).said["user_id"].isalnum()


@pytest.mark.parametrize("claim", ["sub", "lti1p1"])
def test_nobody_at_home_passes_for_a_stranger(world: World, claim: str):
    def pose(claims: dict[str, Any]) -> None:
        theirs: Any = {"user_id": "17:bob"} if claim == "lti1p1" else "17:bob"
        claims[f"{LTI}/lti1p1" if claim == "lti1p1" else "sub"] = theirs
        claims.pop(f"{LTI}/lti1p1" if claim == "sub" else "", None)

    form = read_form(world.launch(world.marked(MEDIA), change=pose))
    assert re.fullmatch(r"\d+:.+", form.said["user_id"])
    assert not form.said["user_id"].startswith("17:")


def test_a_person_without_any_role_watches_too(world: World):
    answer = world.launch(world.marked(MEDIA), change=lambda c: c.update({f"{LTI}/roles": []}))
    form = read_form(answer)
    assert form.said["roles"] == "urn:lti:sysrole:ims/lis/None"
    assert post(world, form).status_code == 200


def test_a_person_of_another_platform_is_no_owner_at_studio_by_their_email(world: World):
    other = add_platform(world, "https://another.example")
    login = other.login(world)
    custom = {"media_id": "261007"}
    theirs = world.claims(login.nonce, custom, person="instructor")
    names = ("iss", "aud", "azp", f"{LTI}/deployment_id")
    claims = theirs | {name: other.claims(world, login, custom)[name] for name in names}
    answer = world.send(login, claims)
    assert (answer.status_code, answer.text.count("onward")) == (403, 0)


def test_what_a_link_says_of_a_login_is_carried_beside_who_the_person_is(world: World):
    """Canvas lets links write over a tool's parameters, and tells Studio them so, too."""
    student = find_person("student")
    assert student is not None
    written = {"canvas_user_login_id": "a.colleague", "Canvas-User-Login-Id": "another"}
    form = read_form(world.launch(world.marked(MEDIA) | written))
    assert form.said["custom_canvas_user_login_id"] == "a.colleague"
    assert form.said["user_id"] == student.legacy_id
    assert form.said["lis_person_contact_email_primary"] == student.email


def test_a_link_names_no_other_course_to_studio(world: World):
    written = {"Canvas-Course-Id": "999", "CANVAS.COURSE.ID": "998"}
    form = read_form(world.launch(world.marked(MEDIA) | written))
    assert form.said["custom_canvas_course_id"] == "101"
    assert post(world, form).status_code == 200


def test_the_links_own_parameters_travel_and_ours_stay(world: World):
    written = {"Week Number": "3", "MEDIA-ID": "1", "start_at": "5", "unset": "$Canvas.unknown"}
    form = read_form(world.launch(world.marked(MEDIA) | written))
    custom = [name for name in form.said if name.startswith("custom_")]
    assert sorted(custom) == [
        "custom_canvas_api_domain",
        "custom_canvas_course_id",
        "custom_canvas_user_id",
        "custom_canvas_user_login_id",
        "custom_week_number",
    ]


@pytest.mark.parametrize("domain", [None, "", "$Canvas.api.domain", "no host at all/", HOSTILE])
def test_a_launch_needs_no_address_of_canvas_in_this_mode(world: World, domain: str | None):
    def change(claims: dict[str, Any]) -> None:
        claims[f"{LTI}/custom"]["canvas_api_domain"] = domain

    form = read_form(world.launch(world.marked(MEDIA), change=change))
    assert post(world, form).status_code == 200


def test_a_page_that_waits_goes_on_into_the_form_once(world: World):
    world.tell_studio("next", operation="create_embed", hold=True)
    with ThreadPoolExecutor(1) as pool:
        launching = pool.submit(world.launch, world.marked(262590))
        held = {"at_least": 1, "seconds": 10}
        assert world.http.get(f"{world.studio.settings.url}/_sandbox/held", params=held).ok
        others = at_once(2, lambda _: world.launch(world.marked(262590)))
        waiting = [WAITING.search(answer.text) for answer in others]
        addresses = [found[1] for found in waiting if found]
        assert len(set(addresses)) == 2
        assert [WAITING.search(world.get(address).text) is None for address in addresses] == [
            False,
            False,
        ]
        world.tell_studio("release")
        assert post(world, read_form(launching.result())).status_code == 200
    for address in addresses:
        assert "sam.student" not in address
        form = read_form(world.get(address))
        assert form.said["lis_person_name_full"] == "Sam Student"
        assert post(world, form).status_code == 200
        again = world.get(address)
        assert (again.status_code, read_code(again)) == (401, "launch-expired")


def test_the_button_of_a_course_page_answers_the_form_each_time(world: World):
    world.launch(world.marked(261533), course_id=102)
    page = open_course(world, "student", 102)
    fields = page.choose(page.entries[0].title)
    forms = [read_form(world.post("/lti/play", data=fields)) for _ in range(2)]
    assert [post(world, form).status_code for form in forms] == [200, 200]
    entry = launches(world)[-1]
    student = find_person("student")
    assert student is not None
    assert (entry["media_id"], entry["course_id"], entry["user_id"]) == (
        261533,
        102,
        student.legacy_id,
    )
    assert [name for name in ("Sam", student.sub, student.legacy_id) if name in page.text] == []
