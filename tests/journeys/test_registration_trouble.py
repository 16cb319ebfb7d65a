"""Registration that goes wrong at the LMS: what the page says, and that nothing is half done."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from tests.journeys.launching import await_fetch, fetches
from tests.journeys.registering import CONFIGURATION, Admin, forget_all, refusal, unknown_lms
from tests.journeys.starting import started_again
from tests.world import World

PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
ODD, UNREACHABLE = (502, "platform-configuration"), (502, "platform-unreachable")
DECLINED, WITHOUT_ID = (502, "platform-declined"), (502, "registration-odd")
UNHEARD, ELSEWHERE = (504, "registration-unheard"), (403, "issuer-elsewhere")
LARGE = 300_000


@pytest.fixture(scope="module")
def _lms(world: World) -> Iterator[Admin]:
    with unknown_lms(world) as admin:
        yield admin


@pytest.fixture
def admin(_lms: Admin) -> Admin:
    forget_all(_lms)
    return _lms


def _check_still_good(admin: Admin, secret: str) -> None:
    """See that nothing was saved, and that the same link registers the LMS once it is well."""
    assert admin.platforms() == []
    admin.fail()
    assert admin.register(secret).status_code == 200
    assert len(admin.platforms()) == 1


@pytest.mark.parametrize(
    ("faults", "expected", "named"),
    [
        ({"issuer": None}, ODD, "issuer"),
        ({"issuer": ""}, ODD, "issuer"),
        ({"issuer": 5}, ODD, "issuer"),
        ({"issuer": "x" * 256}, ODD, "issuer"),
        ({"issuer": "urn:lms"}, ODD, "issuer"),
        ({"authorization_endpoint": None}, ODD, "authorization_endpoint"),
        ({"authorization_endpoint": "javascript:alert(1)"}, ODD, "authorization_endpoint"),
        ({"authorization_endpoint": "http://u:p@127.0.0.4/"}, ODD, "authorization_endpoint"),
        ({"jwks_uri": None}, ODD, "jwks_uri"),
        ({"jwks_uri": "file:///etc/passwd"}, ODD, "jwks_uri"),
        ({"jwks_uri": "http://127.0.0.4/" + "k" * 2000}, ODD, "jwks_uri"),
        ({"registration_endpoint": None}, ODD, "registration_endpoint"),
        ({"registration_endpoint": "http://127.0.0.4\\@x/"}, ODD, "registration_endpoint"),
        ({"registration_endpoint": "http://127.0.0.4/a b"}, ODD, "registration_endpoint"),
        ({"token_endpoint": "//127.0.0.4/"}, ODD, "token_endpoint"),
        ({"authorization_endpoint": ["x"]}, ODD, "authorization_endpoint"),
        ({"id_token_signing_alg_values_supported": ["ES256"]}, ODD, "id_token_signing_alg"),
        ({PLATFORM: []}, ODD, "lti-platform-configuration"),
        ({"issuer": "http://127.0.0.1"}, ELSEWHERE, "http://127.0.0.1"),
        ({"issuer": "https://canvas.instructure.com"}, ELSEWHERE, "canvas.instructure.com"),
    ],
    ids=str,
)
def test_a_configuration_that_is_not_believed_is_named(
    admin: Admin, faults: dict[str, Any], expected: tuple[int, str], named: str
):
    secret = admin.invite()
    admin.fail(configuration=faults)
    answer = admin.open(secret)
    assert refusal(answer) == expected
    assert named in answer.text
    _check_still_good(admin, secret)


@pytest.mark.parametrize(
    "raw", ["", "{", "[]", "null", "<html>", "[" * 100_000, '{"issuer": "\\ud800"}'], ids=len
)
def test_an_answer_that_is_no_configuration_is_refused(admin: Admin, raw: str):
    secret = admin.invite()
    admin.fail(raw_configuration=raw)
    assert refusal(admin.open(secret)) == ODD
    _check_still_good(admin, secret)


def test_a_configuration_without_end_is_not_read_to_its_end(admin: Admin):
    admin.fail(raw_configuration='{"issuer": "' + "x" * LARGE)
    assert refusal(admin.open(admin.invite())) == UNREACHABLE
    assert '"why": "an answer of more than 262144 bytes"' in admin.world.logs()


def test_odd_members_that_nobody_needs_do_no_harm(admin: Admin):
    told = {
        "product_family_code": "<b>odd\u202e\n",
        "messages_supported": ["LtiResourceLinkRequest", {"type": "Other", "placements": None}],
        "https://canvas.instructure.com/lti/account_name": ["x"],
    }
    needless = {"token_endpoint": "", "authorization_server": 5, "scopes_supported": 5}
    admin.fail(configuration={PLATFORM: told, **needless})
    page = admin.open(admin.invite())
    assert ("<b>" in page.text, "&lt;b&gt;odd" in page.text) == (False, True)
    assert admin.press(page).status_code == 200
    messages = admin.world.lms.registered.metadata[TOOL]["messages"]
    assert [message["type"] for message in messages] == ["LtiResourceLinkRequest"]
    (found,) = admin.platforms()
    assert (found.auth_token_url, found.auth_audience) == (None, None)


def test_a_configuration_that_moved_on_its_own_origin_is_followed_with_the_token(admin: Admin):
    admin.fail(redirect=f"{CONFIGURATION}?moved=1")
    assert admin.register().status_code == 200
    assert len(admin.noted("openid_configuration")) == 2


@pytest.mark.parametrize(
    "target", [CONFIGURATION, "", "file:///etc/passwd", "http://[", "https://127.0.0.4/", "//x@y/"]
)
def test_a_configuration_that_leads_nowhere_is_given_up(admin: Admin, target: str):
    admin.fail(redirect=target)
    assert refusal(admin.open(admin.invite())) in (UNREACHABLE, DECLINED)
    assert len(admin.noted("openid_configuration")) <= 4


def test_a_token_goes_to_no_other_origin(admin: Admin):
    with unknown_lms(admin.world) as stranger:
        admin.fail(redirect=f"{stranger.issuer}{CONFIGURATION}?moved=1")
        assert refusal(admin.open(admin.invite())) == UNREACHABLE
        assert stranger.noted("openid_configuration") == []


@pytest.mark.parametrize("token", ["", "&registration_token=used-before"])
def test_an_lms_that_wants_another_token_is_begun_again_with(admin: Admin, token: str):
    secret = admin.invite()
    path = (
        f"/lti/register?invite={secret}&openid_configuration={admin.issuer}{CONFIGURATION}{token}"
    )
    answer = admin.world.get(path)
    assert refusal(answer) == DECLINED
    assert "Your LMS did not say what it is. It answered 401." in answer.text
    assert "the address of the configuration answered 401" in admin.world.logs()
    assert "Begin again in your LMS" in answer.text
    _check_still_good(admin, secret)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"openid_configuration": "x"}, "register-unreadable"),
        ({"openid_configuration": "http://127.0.0.4:1/" + "x" * 2000}, "register-unreadable"),
        ({"openid_configuration": "http://127.0.0.4:1/ x"}, "register-unreadable"),
        ({"openid_configuration": "http://127.0.0.4:1/#x"}, "register-unreadable"),
        (
            {"openid_configuration": "http://127.0.0.4:1/", "registration_token": "a\r\nX: y"},
            "register-unreadable",
        ),
        (
            {"openid_configuration": "http://127.0.0.4:1/", "registration_token": "x" * 5000},
            "register-unreadable",
        ),
        ({"openid_configuration": ""}, "register-outside-lms"),
    ],
    ids=str,
)
def test_what_no_lms_sends_is_refused_before_anybody_is_called(
    admin: Admin, told: dict[str, str], code: str
):
    assert refusal(admin.open_with(admin.invite(), **told)) == (400, code)


def test_an_lms_that_does_not_answer_is_told_and_the_reason_is_in_the_log(admin: Admin):
    answer = admin.open_with(admin.invite(), openid_configuration="http://127.0.0.4:1/")
    assert refusal(answer) == UNREACHABLE
    assert '"why": "no connection"' in admin.world.logs()
    assert "no connection" not in answer.text


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 422, 503])
def test_an_lms_that_declines_burns_no_invite(admin: Admin, status: int):
    secret = admin.invite()
    page = admin.open(secret)
    admin.fail(status=status)
    answer = admin.press(page)
    assert refusal(answer) == DECLINED
    assert f"It answered {status} invalid_client_metadata." in answer.text
    assert ("flask platforms add" in answer.text) is (status not in (401, 403))
    _check_still_good(admin, secret)


@pytest.mark.parametrize(
    ("faults", "why"),
    [
        ({"lost": True}, "the connection broke"),
        ({"answer_status": 500}, "the registration endpoint answered 500"),
        ({"answer_status": 502}, "the registration endpoint answered 502"),
        ({"answer_status": 504}, "the registration endpoint answered 504"),
    ],
    ids=str,
)
def test_an_lms_that_obeys_unheard_is_told_so_and_registered_again(
    admin: Admin, faults: dict[str, Any], why: str
):
    secret = admin.invite()
    page = admin.open(secret)
    admin.fail(**faults)
    answer = admin.press(page)
    assert refusal(answer) == UNHEARD
    assert why in admin.world.logs()
    assert "If it is, delete it" in answer.text
    assert len(admin.noted("registration")) == 1
    _check_still_good(admin, secret)


@pytest.mark.parametrize(
    "faults",
    [
        {"answer": {"client_id": None}},
        {"answer": {"client_id": ""}},
        {"answer": {"client_id": ["x"]}},
        {"answer": {"client_id": "x" * 256}},
        {"answer": {"client_id": "\u0000"}},
        {"raw_answer": ""},
        {"raw_answer": "null"},
        {"raw_answer": "[" * 100_000},
        {"raw_answer": "x" * LARGE},
    ],
    ids=lambda faults: str(faults)[:40],
)
def test_an_answer_without_a_client_id_saves_nothing(admin: Admin, faults: dict[str, Any]):
    secret = admin.invite()
    page = admin.open(secret)
    admin.fail(**faults)
    answer = admin.press(page)
    assert refusal(answer) == WITHOUT_ID
    assert "<code>flask platforms add</code>" in answer.text
    _check_still_good(admin, secret)


@pytest.mark.parametrize(
    "configuration",
    [None, [], *({"deployment_id": odd} for odd in (None, "", ["d"], "x" * 256, "\u0000"))],
    ids=lambda told: str(told)[:40],
)
def test_an_answer_without_a_deployment_accepts_any(admin: Admin, configuration: Any):
    admin.fail(answer={TOOL: configuration})
    assert admin.register().status_code == 200
    assert [found.any_deployment for found in admin.platforms()] == [True]


def test_ids_that_are_numbers_are_taken_as_their_texts(admin: Admin):
    admin.fail(answer={"client_id": 77, TOOL: {"deployment_id": 5}})
    assert admin.register().status_code == 200
    assert ([found.client_id for found in admin.platforms()], admin.deployments()) == (
        ["77"],
        ["5"],
    )


def _let_no_platform_be_saved(admin: Admin, *, allowed: bool) -> None:
    """Break the database in just one place, whichever it is."""
    statements = {
        "sqlite": (
            "CREATE TRIGGER broken BEFORE INSERT ON platform BEGIN SELECT RAISE(ABORT, 'x'); END",
            "DROP TRIGGER broken",
        ),
        "postgresql": (
            "ALTER TABLE platform ADD CONSTRAINT broken CHECK (false) NOT VALID",
            "ALTER TABLE platform DROP CONSTRAINT broken",
        ),
    }
    database = admin.world.database
    with database.writing() as connection:
        connection.execute(sa.text(statements[connection.dialect.name][allowed]))


def test_where_the_database_does_not_take_it_the_log_has_what_the_lms_said(admin: Admin):
    secret = admin.invite()
    page = admin.open(secret)
    _let_no_platform_be_saved(admin, allowed=False)
    try:
        answer = admin.press(page)
    finally:
        _let_no_platform_be_saved(admin, allowed=True)
    assert refusal(answer) == (503, "registration-not-saved")
    client_id = admin.world.lms.registered.client_id
    assert client_id not in answer.text
    assert f"client_id '{client_id}'" in admin.world.logs()
    _check_still_good(admin, secret)


def test_a_known_issuer_cannot_be_given_other_keys(admin: Admin):
    assert admin.register().status_code == 200
    before = admin.platforms()
    for faults in (
        {"jwks_uri": f"{admin.issuer}/evil"},
        {"authorization_endpoint": "http://127.0.0.4/e"},
    ):
        secret = admin.invite()
        admin.fail(configuration=faults)
        answer = admin.open(secret)
        assert refusal(answer) == (409, "platform-differs")
        assert "<code>flask platforms list</code>" in answer.text
        admin.fail()
        assert admin.open(secret).status_code == 200
    assert admin.platforms() == before
    assert len(admin.noted("registration")) == 1


def test_a_stranger_cannot_take_the_issuer_of_a_known_lms(admin: Admin):
    assert admin.register().status_code == 200
    before = admin.platforms()
    with unknown_lms(admin.world) as stranger:
        stranger.fail(configuration={"issuer": admin.issuer})
        assert refusal(stranger.open(stranger.invite())) == ELSEWHERE
    assert admin.platforms() == before


def test_while_all_threads_to_spare_are_taken_nothing_is_used_up(admin: Admin):
    secret = admin.invite()
    with started_again(admin.world) as again, ThreadPoolExecutor(2) as pool:
        here = Admin(again)
        page = here.open(secret)
        before = fetches(again)
        again.tell_lms("keys", key_set_hold=True)
        here.fail(redirect="/api/lti/security/jwks")
        waiting = [pool.submit(here.open, here.invite()) for _ in range(2)]
        await_fetch(again, before + 2)
        busy = [here.open(secret), here.press(page)]
        again.tell_lms("keys")
        assert {refusal(one.result()) for one in waiting} == {ODD}
        assert [(*refusal(one), one.headers["Retry-After"]) for one in busy] == [
            (503, "register-busy", "5")
        ] * 2
        here.fail()
        assert here.press(page).status_code == 200
