"""Saving a registration: platform and end of invite together, whoever comes between."""

import threading
from concurrent.futures import ThreadPoolExecutor

from app.core import invites, platforms, registering
from app.core.openid_configuration import OpenidConfiguration
from app.core.registering import Registered
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


def _save(db: Database, client_id: str, keys: str = "keys", secret: str = "") -> str:
    """Save a registration; gives the code of what stands in its way."""
    secret = secret or invites.make_invite(db, None)[0]
    registered = Registered.model_validate({"client_id": client_id})
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


def test_the_same_client_id_again_keeps_the_deployments_that_an_admin_named(db: Database):
    assert _save(db, "first") == ""
    registration = platforms.Registration(
        client_id="first",
        auth_login_url=f"{ISSUER}/auth",
        key_set_url=f"{ISSUER}/keys",
        deployment_ids=["d-1"],
    )
    platforms.import_platforms(db, [(ISSUER, registration)])
    assert _save(db, "first") == ""
    (found,) = platforms.list_platforms(db)
    assert not found.any_deployment
