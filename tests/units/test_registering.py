"""Saving a registration: platform and end of invite together, whoever comes between."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.core import invites, platforms, registering
from app.core.openid_configuration import OpenidConfiguration
from app.core.registering import TOOL_CONFIGURATION, Registered
from app.db import Database
from app.errors import RegistrationError

ISSUER = "https://lms.example"
THREADS = 8


def _configuration(keys: str = "keys") -> OpenidConfiguration:
    return OpenidConfiguration(
        issuer=ISSUER,
        authorization_endpoint=f"{ISSUER}/auth",
        registration_endpoint=f"{ISSUER}/register",
        jwks_uri=f"{ISSUER}/{keys}",
    )


def _save(
    db: Database, client_id: str, keys: str = "keys", secret: str = "", deployment_id: str = ""
) -> str:
    """Save a registration; gives the code of what stands in its way."""
    secret = secret or invites.make_invite(db, None)[0]
    told = {"client_id": client_id, TOOL_CONFIGURATION: {"deployment_id": deployment_id}}
    registered = Registered.model_validate(told)
    try:
        registering.save(db, secret, _configuration(keys), registered)
    except RegistrationError as error:
        return error.slug
    return ""


def _clients(db: Database) -> list[tuple[str, str]]:
    return [(found.client_id, found.key_set_url) for found in platforms.list_platforms(db)]


def test_what_somebody_registered_since_the_look_is_not_changed_and_the_invite_stays(
    db: Database,
):
    assert _save(db, "first") == ""
    secret, _ = invites.make_invite(db, None)
    for client_id in ("first", "second"):
        assert _save(db, client_id, "evil", secret) == "platform-differs"
    assert _clients(db) == [("first", f"{ISSUER}/keys")]
    assert _save(db, "second", secret=secret) == ""
    assert _save(db, "third", secret=secret) == "invite-expired"
    assert [client_id for client_id, _ in _clients(db)] == ["first", "second"]


@pytest.mark.parametrize(("used", "slug"), [(True, "invite-expired"), (False, "platform-differs")])
def test_what_fails_once_the_lms_has_agreed_says_so_and_logs_the_client_id(
    db: Database, used: bool, slug: str
):
    first, second = (invites.make_invite(db, None)[0] for _ in range(2))
    assert _save(db, "first", secret=first) == ""
    registered = Registered(client_id="second")
    with pytest.raises(RegistrationError) as refused:
        registering.save(db, first if used else second, _configuration("other"), registered)
    error = refused.value
    assert error.slug == slug
    assert error.hint.startswith("Your LMS registered this service all the same: delete the tool")
    assert error.log is not None
    assert error.log.startswith(f"issuer '{ISSUER}' client_id 'second': ")


def test_of_many_that_claim_a_new_issuer_at_once_with_keys_of_their_own_one_has_it(db: Database):
    together = threading.Barrier(THREADS)

    def claim(number: int) -> str:
        secret, _ = invites.make_invite(db, None)
        together.wait()
        return _save(db, str(number), f"keys-{number}", secret)

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(claim, range(THREADS)))
    assert sorted(answers) == [""] + ["platform-differs"] * (THREADS - 1)
    assert len(_clients(db)) == 1


@pytest.mark.parametrize("named", [[], ["d-1"]])
def test_the_same_client_id_again_gets_a_deployment_and_keeps_what_an_admin_gave(
    db: Database, named: list[str]
):
    registration = platforms.Registration(
        client_id="first",
        auth_login_url=f"{ISSUER}/auth",
        auth_token_url=f"{ISSUER}/token",
        auth_audience="audience",
        key_set_url=f"{ISSUER}/keys",
        deployment_ids=named,
    )
    platforms.import_platforms(db, [(ISSUER, registration)])
    before = platforms.list_platforms(db)
    for deployment_id in ("", "d-2"):
        assert _save(db, "first", deployment_id=deployment_id) == ""
    assert platforms.list_platforms(db) == before
    rows = platforms.list_deployments(db, before[0].id)
    assert {row.deployment_id for row in rows} == {*named, "d-2"}
