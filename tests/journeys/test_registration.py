"""An LMS registers itself by a link: shown, done once, launched; and all that it is told."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from app import locks
from app.core import invites, platforms
from app.core.memory import changing
from app.crypto import _derive, hide
from app.models import invite
from tests.journeys.launching import at_once
from tests.journeys.registering import Admin, forget_all, refusal, unknown_lms, wish_of
from tests.world import World

MEDIA = 260854
OVER, IN_USE = (401, "invite-expired"), (409, "invite-in-use")
CLOSES = "/static/close.js"


@pytest.fixture(scope="module")
def _lms(world: World) -> Iterator[Admin]:
    with unknown_lms(world) as admin:
        yield admin


@pytest.fixture
def admin(_lms: Admin) -> Admin:
    forget_all(_lms)
    return _lms


def _command(world: World, *more: str) -> dict[str, Any]:
    said = json.loads(world.flask("platforms", "invite", "--json", *more).stdout)
    assert set(said) == {"url", "invite", "expires_at"}
    return dict(said)


def test_an_admin_registers_an_lms_by_one_link_and_its_launches_work(admin: Admin):
    world = admin.world
    said = _command(world)
    age = datetime.fromisoformat(said["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=23, minutes=59) < age <= timedelta(hours=24)
    assert said["url"] == f"{world.environment['PUBLIC_URL']}/lti/register?invite={said['invite']}"

    page = admin.open(said["invite"])
    assert (page.status_code, admin.platforms()) == (200, [])
    assert admin.issuer in page.text
    for told in ("canvas", "Sandbox University", "/lti/login", "/lti/launch", "/lti/jwks.json"):
        assert told in page.text
    assert "in the navigation of a course; off until a teacher turns it on" in page.text

    done = admin.press(page)
    assert (done.status_code, CLOSES in done.text) == (200, True), done.text
    (found,) = admin.platforms()
    tool = world.lms.registered
    assert (found.client_id, found.any_deployment) == (tool.client_id, True)
    assert (found.auth_login_url, found.key_set_url, found.auth_token_url) == (
        f"{admin.issuer}/api/lti/authorize_redirect",
        f"{admin.issuer}/api/lti/security/jwks",
        f"{admin.issuer}/login/oauth2/token",
    )
    assert tool.client_id in done.text
    assert f'"client_id": "{tool.client_id}"' in world.logs()

    admin.turn_on()
    launched = world.launch(world.marked(MEDIA))
    assert launched.status_code == 302, launched.text
    assert launched.headers["Location"].startswith(f"{admin.issuer}/courses/101/external_tools/")
    assert admin.deployments() == [world.lms.settings.deployment_id]


def test_the_command_prints_the_link_on_a_line_of_its_own(admin: Admin):
    first, url = admin.world.flask("platforms", "invite", admin.issuer).stdout.splitlines()
    assert f"Paste this in {admin.issuer}, where tools are added by dynamic registration" in first
    secret = url.partition("?invite=")[2]
    assert admin.register(secret).status_code == 200


def test_a_canvas_is_told_what_its_developer_key_would_hold(admin: Admin):
    assert admin.register().status_code == 200
    metadata = admin.world.lms.registered.metadata
    url = admin.world.environment["PUBLIC_URL"]
    canvas = "https://canvas.instructure.com/lti/"
    shared = {"target_link_uri": f"{url}/lti/launch", "icon_uri": f"{url}/static/icon.svg"}
    picking = shared | {
        "type": "LtiDeepLinkingRequest",
        "label": "Studio Embed",
        f"{canvas}launch_width": 900,
        f"{canvas}launch_height": 700,
    }
    assert metadata == {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": f"{url}/lti/login",
        "redirect_uris": [f"{url}/lti/launch"],
        "jwks_uri": f"{url}/lti/jwks.json",
        "token_endpoint_auth_method": "private_key_jwt",
        "client_name": "Studio Embed",
        "client_uri": url,
        "logo_uri": f"{url}/static/icon.svg",
        "scope": "",
        "https://purl.imsglobal.org/spec/lti-tool-configuration": {
            "domain": url.removeprefix("http://"),
            "target_link_uri": f"{url}/lti/launch",
            "description": "Puts Canvas Studio videos into the pages of a course.",
            "claims": ["iss", "sub", "name", "given_name", "family_name", "email", "locale"],
            "custom_parameters": {
                "canvas_course_id": "$Canvas.course.id",
                "canvas_api_domain": "$Canvas.api.domain",
                "canvas_user_id": "$Canvas.user.id",
                "canvas_user_login_id": "$Canvas.user.loginId",
            },
            f"{canvas}privacy_level": "public",
            f"{canvas}tool_id": "studio-embed",
            "messages": [
                picking | {"placements": ["RichTextEditor"], f"{canvas}visibility": "admins"},
                picking | {"placements": ["ContentArea"]},
                picking | {"placements": [f"{canvas}module_index_menu_modal"]},
                shared
                | {
                    "type": "LtiResourceLinkRequest",
                    "label": "Studio videos",
                    "placements": ["course_navigation"],
                    f"{canvas}visibility": "members",
                    f"{canvas}course_navigation/default_enabled": False,
                },
            ],
        },
    }


def test_another_lms_names_its_deployment_and_is_told_nothing_of_canvas(admin: Admin):
    admin.world.tell_lms("behaviour", product_family="moodle")
    page = admin.open(admin.invite())
    assert ("moodle" in page.text, "Canvas numbers" in page.text) == (True, False)
    done = admin.press(page)
    assert "Moodle lists the tool as pending" in done.text
    tool = admin.world.lms.registered
    assert "canvas.instructure.com" not in json.dumps(tool.metadata)
    (found,) = admin.platforms()
    assert (found.any_deployment, admin.deployments()) == (False, [tool.deployment_id])
    assert tool.custom == {}


def test_opening_a_link_changes_nothing_however_often_and_a_head_calls_nobody(admin: Admin):
    secret = admin.invite()
    for _ in range(2):
        assert admin.open(secret).status_code == 200
    asked = len(admin.noted("openid_configuration"))
    head = admin.world.http.head(admin.world.url + admin.address(secret))
    assert (head.status_code, len(admin.noted("openid_configuration"))) == (200, asked)
    assert (admin.noted("registration"), admin.platforms()) == ([], [])
    assert admin.register(secret).status_code == 200


def test_a_link_works_once(admin: Admin):
    secret = admin.invite()
    page = admin.open(secret)
    assert admin.press(page).status_code == 200
    pressed = admin.press(page)
    assert refusal(pressed) == OVER
    assert "Look in your LMS whether the tool is there: then" in pressed.text
    asked = len(admin.noted("openid_configuration"))
    again = admin.open(secret)
    assert refusal(again) == OVER
    for told in (pressed, again):
        assert "<code>flask platforms invite</code>" in told.text
    assert len(admin.noted("openid_configuration")) == asked
    assert len(admin.platforms()) == len(admin.noted("registration")) == 1


def test_of_many_who_press_the_button_at_once_one_registers(admin: Admin):
    secret = admin.invite()
    pages = [admin.open(secret) for _ in range(6)]
    answers = at_once(len(pages), lambda number: admin.press(pages[number]))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 200
    busy = (503, "register-busy")
    assert {refusal(answer) for answer in answers if answer.status_code != 200} <= {
        OVER,
        IN_USE,
        busy,
    }
    assert statuses.count(200) == len(admin.noted("registration")) == len(admin.platforms()) == 1


def test_who_comes_while_another_registers_is_told_to_wait_and_nobody_is_asked(admin: Admin):
    secret = admin.invite()
    page = admin.open(secret)
    name = f"invite-{hide(secret)}"
    holder = locks.acquire(admin.world.database, name, 60)
    assert holder is not None
    refused = admin.press(page)
    assert (refusal(refused), refused.headers["Retry-After"]) == (IN_USE, "60")
    assert "does not open, delete it and begin again" in refused.text
    assert admin.noted("registration") == []
    locks.release(admin.world.database, name, holder)
    assert admin.press(page).status_code == 200


def test_a_link_ends_after_a_day_and_is_removed_when_the_next_one_is_made(admin: Admin):
    secret = admin.invite()
    page = admin.open(secret)
    database = admin.world.database
    with database.writing() as connection:
        past = datetime.now(UTC) - timedelta(seconds=1)
        connection.execute(sa.update(invite).values(expires_at=past))
    assert refusal(admin.open(secret)) == refusal(admin.press(page)) == OVER
    assert admin.noted("registration") == []
    admin.invite()
    with database.reading() as connection:
        assert hide(secret) not in connection.execute(sa.select(invite.c.hash)).scalars().all()


def test_only_the_hash_of_an_invite_is_kept(admin: Admin):
    secret = _command(admin.world)["invite"]
    with admin.world.database.reading() as connection:
        rows = connection.execute(sa.select(invite)).all()
    assert [row.hash for row in rows] == [hide(secret)]
    assert secret not in str(rows)


def test_an_invite_for_an_lms_is_good_for_that_one_only(admin: Admin):
    elsewhere = admin.invite("https://lms.school.example")
    assert refusal(admin.open(elsewhere)) == (403, "invite-for-another")
    mine = _command(admin.world, admin.issuer)["invite"]
    assert admin.register(mine).status_code == 200


def test_a_page_that_was_shown_for_a_good_issuer_is_no_way_around_the_invite(admin: Admin):
    page = admin.open(admin.invite())
    with admin.world.database.writing() as connection:
        connection.execute(sa.update(invite).values(issuer="https://lms.school.example"))
    assert refusal(admin.press(page)) == (403, "invite-for-another")
    assert admin.noted("registration") == []


@pytest.mark.parametrize("secret", ["", "x", "no-such-invite-of-ours"])
def test_without_an_invite_nobody_is_called(admin: Admin, secret: str):
    assert refusal(admin.open(secret)) == OVER
    assert admin.noted("openid_configuration") == []


def test_the_same_lms_again_adds_a_client_id_and_the_page_says_so(admin: Admin):
    assert admin.register().status_code == 200
    page = admin.open(admin.invite())
    assert "This LMS is registered here already." in page.text
    assert "name it with <code>flask platforms home</code>" in page.text
    assert admin.press(page).status_code == 200
    assert len({found.client_id for found in admin.platforms()}) == 2


def test_an_admin_who_opens_the_link_by_hand_is_told_where_it_belongs(admin: Admin):
    secret = admin.invite()
    answer = admin.world.get(f"/lti/register?invite={secret}")
    assert refusal(answer) == (400, "register-outside-lms")
    assert "paste it in your LMS" in answer.text
    assert admin.register(secret).status_code == 200


def test_pages_may_be_framed_by_an_lms_that_nobody_knows_yet(admin: Admin):
    page = admin.open(admin.invite())
    for answer in (page, admin.press(page), admin.open("none")):
        policy = answer.headers["Content-Security-Policy"]
        ancestors = policy.partition("frame-ancestors ")[2].split()
        assert "https:" in ancestors
        assert "form-action 'self'" in policy
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Cross-Origin-Opener-Policy" not in answer.headers


def test_neither_token_nor_invite_stand_on_a_page_or_in_the_log(admin: Admin):
    world, secret = admin.world, admin.invite()
    address = admin.address(secret)
    token = address.partition("registration_token=")[2]
    assert len(token) > 20
    page = world.get(address)
    shown = page.text + admin.press(page).text + admin.press(page).text + admin.open(secret).text
    admin.fail(status=500)
    other = admin.invite()
    failed = admin.press(admin.open(other))
    shown += failed.text + world.logs()
    assert [each for each in (token, secret, other) if each in shown] == []
    assert '"platform-registered"' in shown
    assert "openid-configuration" not in world.logs()


def test_a_forged_or_foreign_form_registers_nothing(admin: Admin):
    world = admin.world
    for wish in ("", "x", "gAAAAA", "é"):
        answer = world.post("/lti/register", data={"wish": wish})
        assert refusal(answer) == (401, "register-expired")
    assert refusal(world.post("/lti/register")) == (401, "register-expired")


def test_a_page_is_good_for_half_an_hour(admin: Admin):
    page = admin.open(admin.invite())
    key = Fernet(_derive(admin.world.environment["SECRET_KEY"]))
    wish, now = key.decrypt(wish_of(page).encode()), int(time.time())
    for age, expected in ((31 * 60, 401), (29 * 60, 200)):
        form = {"wish": key.encrypt_at_time(wish, now - age).decode()}
        assert admin.world.post("/lti/register", data=form).status_code == expected


@pytest.mark.parametrize(
    ("language", "told"),
    [("de", "Studio Embed in Ihr LMS aufnehmen"), ("es", "Añadir Studio Embed a su LMS")],
)
def test_pages_speak_the_language_of_the_browser(admin: Admin, language: str, told: str):
    with admin.world.reading(language, language):
        page = admin.open(admin.invite())
        assert told in page.text
        assert admin.press(page).status_code == 200


def test_a_platform_that_is_added_by_hand_meanwhile_is_not_changed(admin: Admin):
    page = admin.open(admin.invite())
    other = {
        "client_id": "by-hand",
        "auth_login_url": f"{admin.issuer}/other",
        "key_set_url": f"{admin.issuer}/keys",
    }
    registration = platforms.read_registration(admin.issuer, other, allow_insecure=True)
    with changing(admin.world.database) as connection:
        platforms.save_platform(connection, admin.issuer, registration)
    assert refusal(admin.press(page)) == (409, "platform-differs")
    assert admin.noted("registration") == []
    assert [found.client_id for found in admin.platforms()] == ["by-hand"]


def test_invites_of_several_lmss_are_good_beside_each_other(admin: Admin):
    first, second = admin.invite(), admin.invite()
    assert admin.register(second).status_code == 200
    invites.check_invite(admin.world.database, first)
    assert admin.register(first).status_code == 200
