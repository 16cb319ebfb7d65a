"""Platforms and deployments, where two write at once, and where what is described is odd."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from app.core import account_setup, platforms
from app.core.platforms import PlatformFaultError, Registration, read_registration
from app.crypto import Vault
from app.db import Database
from app.models import studio_account
from app.settings import Settings

ISSUER = "https://lms.example"
THREADS = 8


def _fields(**changes: Any) -> dict[str, Any]:
    return {
        "client_id": "1",
        "auth_login_url": f"{ISSUER}/auth",
        "key_set_url": f"{ISSUER}/keys",
        **changes,
    }


def _save(db: Database, **changes: Any) -> int:
    with db.writing() as connection:
        return platforms.save_platform(connection, ISSUER, Registration(**_fields(**changes)))


def _at_once(write: Any) -> list[Any]:
    together = threading.Barrier(THREADS)

    def run(_number: int) -> Any:
        together.wait()
        return write()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_a_deployment_that_many_bring_at_once_is_recorded_once(db: Database):
    platform_id = _save(db)

    def record() -> None:
        with db.writing() as connection:
            platforms.add_deployment(connection, platform_id, "d-1", datetime.now(UTC))

    _at_once(record)
    assert [row.deployment_id for row in platforms.list_deployments(db, platform_id)] == ["d-1"]


def test_a_platform_that_many_save_at_once_is_there_once(db: Database):
    ids = _at_once(lambda: _save(db, deployment_ids=["d-1"]))
    assert set(ids) == {found.id for found in platforms.list_platforms(db)}
    assert len(set(ids)) == 1


def test_the_studio_account_that_many_prepare_at_once_is_there_once(
    db: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("STUDIO_URL", "https://studio.example")
    monkeypatch.setenv("STUDIO_REFRESH_TOKEN", "token")
    settings, vault = Settings(), Vault(("k" * 32,))
    _at_once(lambda: account_setup.prepare_default_account(db, vault, settings))
    with db.reading() as connection:
        assert connection.execute(sa.select(studio_account.c.url)).scalars().all() == [
            "https://studio.example"
        ]


def test_saving_again_updates_and_adds_deployments_and_removes_none(db: Database):
    first = _save(db, deployment_ids=["d-1"])
    second = _save(db, deployment_ids=["d-2"], auth_login_url=f"{ISSUER}/other")
    (found,) = platforms.list_platforms(db)
    assert first == second == found.id
    assert found.auth_login_url == f"{ISSUER}/other"
    deployments = {row.deployment_id for row in platforms.list_deployments(db, first)}
    assert deployments == {"d-1", "d-2"}


def test_a_platform_is_found_by_its_issuer_alone_only_where_it_has_one_client_id(db: Database):
    first = _save(db)
    assert _id(platforms.find_platform(db, ISSUER, None)) == first
    second = _save(db, client_id="2")
    assert platforms.find_platform(db, ISSUER, None) is None
    assert _id(platforms.find_platform(db, ISSUER, "2")) == second
    assert platforms.find_platform(db, ISSUER, "3") is None
    assert platforms.find_platform(db, f"{ISSUER}/", "1") is None


def _id(found: platforms.Platform | None) -> int | None:
    return None if found is None else found.id


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"client_id": ""}, "client_id"),
        ({"client_id": "x" * 256}, "client_id"),
        ({"client_id": 5}, "client_id"),
        ({"client_id": "a\x00b"}, "client_id"),
        ({"auth_login_url": "https://[lms/auth"}, "auth_login_url"),
        ({"auth_login_url": "https://lms.example:port/"}, "auth_login_url"),
        ({"auth_login_url": "https://someone@lms.example/"}, "auth_login_url"),
        ({"auth_login_url": "javascript:alert(1)"}, "auth_login_url"),
        ({"auth_login_url": "http://lms.example/auth"}, "auth_login_url"),
        ({"key_set_url": "lms.example/keys"}, "key_set_url"),
        ({"key_set_url": None}, "key_set_url"),
        ({"auth_token_url": "http://lms.example/token"}, "auth_token_url"),
        ({"deployment_ids": [""]}, "deployment_ids"),
        ({"deployment_ids": "d-1"}, "deployment_ids"),
        ({"deployment_ids": ["a\x00b"]}, "deployment_ids"),
        ({"key_set": {"keys": []}}, "key_set"),
    ],
    ids=str,
)
def test_an_odd_description_is_refused_naming_the_field(changes: dict[str, Any], named: str):
    with pytest.raises(PlatformFaultError, match=named):
        read_registration(ISSUER, _fields(**changes), allow_insecure=False)


@pytest.mark.parametrize("fields", [None, [], "text", 5, {}], ids=str)
def test_what_describes_no_platform_is_refused(fields: Any):
    with pytest.raises(PlatformFaultError):
        read_registration(ISSUER, fields, allow_insecure=False)


@pytest.mark.parametrize("issuer", ["", "x" * 256, "a\x00b"])
def test_an_odd_issuer_is_refused(issuer: str):
    with pytest.raises(PlatformFaultError, match="issuer"):
        read_registration(issuer, _fields(), allow_insecure=False)


def test_http_is_for_tests():
    url = "http://127.0.0.1:3000/auth"
    found = read_registration(ISSUER, _fields(auth_login_url=url), allow_insecure=True)
    assert found.auth_login_url == url
