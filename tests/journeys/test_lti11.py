"""Launch mode lti11: the page that a launch answers posts itself to Studio, and the video plays."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from sandbox.lms.messages import LTI
from sandbox.lms.people import find_person
from tests import world as worlds
from tests.journeys.onward import Fields, Form, launches, post, read_form
from tests.pages import read_code
from tests.world import World

MODE = {
    "STUDIO_LAUNCH_MODE": "lti11",
    "STUDIO_LTI_KEY": "sandbox-key",
    "STUDIO_LTI_SECRET": "sandbox-secret",
}
MEDIA = 260854
NAMES = (
    "context_id",
    "context_label",
    "context_title",
    "context_type",
    "custom_canvas_api_domain",
    "custom_canvas_course_id",
    "custom_canvas_user_id",
    "custom_canvas_user_login_id",
    "launch_presentation_document_target",
    "launch_presentation_locale",
    "launch_presentation_return_url",
    "lis_person_contact_email_primary",
    "lis_person_name_family",
    "lis_person_name_full",
    "lis_person_name_given",
    "lti_message_type",
    "lti_version",
    "oauth_callback",
    "oauth_consumer_key",
    "oauth_nonce",
    "oauth_signature",
    "oauth_signature_method",
    "oauth_timestamp",
    "oauth_version",
    "resource_link_id",
    "resource_link_title",
    "roles",
    "tool_consumer_info_version",
    "tool_consumer_instance_guid",
    "tool_consumer_instance_name",
    "user_id",
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A service that launches Studio itself, by LTI 1.1."""
    with worlds.world(tmp_path_factory.mktemp("lti11"), request.param, **MODE) as built:
        yield built


@pytest.fixture
def form(world: World) -> Form:
    """The form of a student's launch."""
    return read_form(world.launch(world.marked(MEDIA)))


def check_plays_nothing(world: World, form: Form, fields: Fields, url: str = "") -> None:
    before = launches(world)
    answer = post(world, form, fields, url)
    assert (answer.status_code in (400, 401), "<video" in answer.text) == (True, False)
    assert launches(world) == before


@pytest.mark.parametrize("embed_type", ["embed", "bare_embed"])
def test_a_student_is_shown_the_player_and_studio_knows_who_they_are_and_where(
    world: World, embed_type: str
):
    student, course = find_person("student"), world.lms.find_course(101)
    assert student is not None
    login = world.login()
    claims = world.claims(login.nonce, world.marked(MEDIA, embed_type=embed_type))
    form = read_form(world.send(login, claims))
    player = post(world, form)
    assert (player.status_code, "<video" in player.text) == (200, True)
    assert ('role="tab"' in player.text) == (embed_type == "embed")
    entry = launches(world)[-1]
    assert (entry["media_id"], entry["launch_type"], entry["course_id"]) == (MEDIA, embed_type, 101)
    expected = {
        "lti_message_type": "basic-lti-launch-request",
        "lti_version": "LTI-1p0",
        "user_id": student.legacy_id,
        "roles": "Learner,urn:lti:instrole:ims/lis/Student,urn:lti:sysrole:ims/lis/User",
        "lis_person_name_full": "Sam Student",
        "lis_person_name_given": "Sam",
        "lis_person_name_family": "Student",
        "lis_person_contact_email_primary": student.email,
        "context_id": course.context_id,
        "context_label": "BIO-101",
        "context_title": "Cell Biology",
        "context_type": "CourseOffering",
        "resource_link_id": claims[f"{LTI}/resource_link"]["id"],
        "resource_link_title": "A link",
        "launch_presentation_document_target": "iframe",
        "launch_presentation_locale": "en",
        "launch_presentation_return_url": f"{world.lms.settings.url}/courses/101",
        "tool_consumer_instance_guid": f"sandbox:{world.lms.settings.host}",
        "tool_consumer_instance_name": "Sandbox LMS",
        "tool_consumer_info_version": "cloud",
        "custom_canvas_api_domain": world.lms.settings.host,
        "custom_canvas_course_id": "101",
        "custom_canvas_user_id": "12",
        "custom_canvas_user_login_id": student.login,
    }
    assert (form.said, entry["parameters"]) == (expected, expected)


def test_the_form_leads_to_the_launch_url_as_studio_gave_it(world: World, form: Form):
    action = urlsplit(form.action)
    assert f"{action.scheme}://{action.netloc}{action.path}" == (
        f"{world.studio.settings.url}/lti/launch"
    )
    query = dict(pair.split("=") for pair in action.query.split("&"))
    assert set(query) == {"custom_arc_launch_type", "custom_arc_media_id", "custom_arc_start_at"}
    assert (query["custom_arc_launch_type"], query["custom_arc_start_at"]) == ("embed", "0")
    assert not set(query) & set(dict(form.fields))


def test_an_instructor_is_one_at_studio(world: World):
    form = read_form(world.launch(world.marked(MEDIA), person="instructor"))
    assert 'id="tab-insights"' in post(world, form).text
    assert form.said["roles"].split(",")[0] == "Instructor"


def test_the_video_begins_where_the_link_says(world: World):
    form = read_form(world.launch(world.marked(MEDIA) | {"start_at": "83"}))
    assert 'data-start-seconds="83.0"' in post(world, form).text


@pytest.mark.parametrize("downloadable", [True, False])
def test_only_the_embed_says_whether_a_video_can_be_downloaded(world: World, downloadable: bool):
    link = world.marked(MEDIA, downloadable=downloadable)
    spellings = {"arc_display_download": "true", "ARC-display-download": "true"}
    form = read_form(world.launch(link | spellings))
    assert [name for name in form.said if "arc" in name.lower()] == []
    assert ('class="download"' in post(world, form).text) == downloadable


def test_a_form_is_good_once(world: World, form: Form):
    assert post(world, form).status_code == 200
    check_plays_nothing(world, form, form.fields)


def test_the_fields_of_these_tests_are_those_of_the_form(form: Form):
    assert sorted(dict(form.fields)) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_form_in_which_a_field_is_altered_or_left_out_or_twice_plays_nothing(
    world: World, form: Form, name: str
):
    others, value = form.without(name), dict(form.fields)[name]
    for changed in ([(name, f"{value}1")], [(name, "")], [], [(name, value), (name, value)]):
        check_plays_nothing(world, form, [*others, *changed])
    assert post(world, form).status_code == 200


@pytest.mark.parametrize(
    "added",
    [
        ("custom_arc_display_download", "true"),
        ("roles_", "Instructor"),
        ("oauth_token", ""),
        ("", ""),
    ],
)
def test_a_form_to_which_a_field_is_added_plays_nothing(
    world: World, form: Form, added: tuple[str, str]
):
    check_plays_nothing(world, form, [*form.fields, added])


def test_a_form_for_another_address_plays_nothing(world: World, form: Form):
    other = read_form(world.launch(world.marked(MEDIA, embed_type="bare_embed")))
    urls = [
        other.action,
        f"{form.action}&custom_arc_display_download=true",
        form.action.replace("start_at=0", "start_at=5"),
        form.action.replace("&custom_arc_start_at=0", ""),
        form.action.partition("?")[0],
    ]
    for url in urls:
        check_plays_nothing(world, form, form.fields, url)


def test_each_showing_is_signed_apart(world: World):
    first, second = (read_form(world.launch(world.marked(MEDIA))) for _ in range(2))
    for name in ("oauth_nonce", "oauth_signature"):
        assert dict(first.fields)[name] != dict(second.fields)[name]
    assert [post(world, form).status_code for form in (second, first)] == [200, 200]


def test_the_page_posts_itself_or_by_its_button_and_nothing_stands_in_its_way(world: World):
    answer = world.launch(world.marked(MEDIA))
    form = read_form(answer)
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert form.attributes == {
        "id": "onward",
        "method": "post",
        "action": form.action,
        "accept-charset": "utf-8",
    }
    assert form.buttons == [(True, {})]
    assert [part for part in policy if not part.startswith("frame-ancestors ")] == [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "base-uri 'none'",
    ]
    assert world.lms.settings.url in policy[-1].split()
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert answer.text.count("<script") == 1
    assert '<script src="/static/onward.js" defer></script>' in answer.text
    assert world.get("/static/onward.js").status_code == 200


@pytest.mark.parametrize(
    "name", ["launch_mode", "mode", "STUDIO_LAUNCH_MODE", "studio_launch_mode"]
)
def test_no_parameter_changes_the_launch_mode(world: World, name: str):
    login = world.login(**{name: "canvas"})
    token = world.lms.keys.sign(world.claims(login.nonce, world.marked(MEDIA) | {name: "canvas"}))
    fields: dict[str, Any] = {"id_token": token, "state": login.state, name: "canvas"}
    cookie = {"Cookie": login.cookie}
    answer = world.post(f"/lti/launch?{name}=canvas", data=fields, headers=cookie)
    assert post(world, read_form(answer)).status_code == 200


def test_our_platform_side_answers_nobody_in_this_mode(world: World):
    query = {"client_id": "", "redirect_uri": "", "login_hint": "x", "state": "x"}
    for answer in (
        world.get("/lti/platform/authorize", params=query),
        world.post("/lti/platform/authorize", data=query),
    ):
        assert (answer.status_code, read_code(answer)) == (400, "studio-not-registered")


def test_the_secret_stands_in_no_page_and_no_log(world: World):
    link = world.marked(MEDIA)
    pages = [world.launch(link), world.launch({}, person="instructor"), world.get("/")]
    world.launch({"media_id": "x"})
    shown = "".join(page.text + str(page.headers) for page in pages) + world.logs()
    assert "sandbox-secret" not in shown
    assert "oauth_signature" not in world.logs()
