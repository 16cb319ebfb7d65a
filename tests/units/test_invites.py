"""Invites: used once, whoever comes together, and held by one at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from app.core import invites
from app.db import Database
from app.errors import RegistrationError

THREADS = 8


def _use(db: Database, secret: str) -> bool:
    try:
        with db.writing() as connection:
            invites.use_up(connection, secret)
    except RegistrationError:
        return False
    return True


def test_of_many_who_use_an_invite_at_once_one_does(db: Database):
    secret, _ = invites.make_invite(db, None)
    together = threading.Barrier(THREADS)

    def use(_number: int) -> bool:
        together.wait()
        return _use(db, secret)

    with ThreadPoolExecutor(THREADS) as pool:
        assert sorted(pool.map(use, range(THREADS))) == [False] * (THREADS - 1) + [True]


def test_what_fails_in_the_same_transaction_leaves_it_good(db: Database):
    secret, _ = invites.make_invite(db, None)

    def fail() -> None:
        with db.writing() as connection:
            invites.use_up(connection, secret)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    invites.check_invite(db, secret)
    assert _use(db, secret)


def test_it_is_held_by_one_until_the_block_ends_however_it_does(db: Database):
    secret, _ = invites.make_invite(db, None)

    def hold_and_fail() -> None:
        with invites.held(db, secret):
            with pytest.raises(RegistrationError) as refused, invites.held(db, secret):
                pass
            assert refused.value.slug == "invite-in-use"
            raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            hold_and_fail()


def _rename_locks(db: Database, old: str, new: str) -> None:
    with db.writing() as connection:
        connection.execute(sa.text(f"ALTER TABLE {old} RENAME TO {new}"))


@pytest.mark.parametrize("fails", [False, True])
def test_what_came_of_the_block_is_told_even_if_it_cannot_be_given_back(db: Database, fails: bool):
    secret, _ = invites.make_invite(db, None)

    def hold() -> str:
        with invites.held(db, secret):
            _rename_locks(db, "lock", "away")
            if fails:
                raise ZeroDivisionError
            return "registered"

    try:
        if fails:
            with pytest.raises(ZeroDivisionError):
                hold()
        else:
            assert hold() == "registered"
    finally:
        _rename_locks(db, "away", "lock")


def test_an_invite_is_for_its_issuer_or_for_any(db: Database):
    bound, _ = invites.make_invite(db, "https://lms.example")
    free, _ = invites.make_invite(db, None)
    for secret in (bound, free):
        invites.check_issuer(db, secret, "https://lms.example")
    invites.check_issuer(db, free, "https://lms.example/")
    with pytest.raises(RegistrationError):
        invites.check_issuer(db, bound, "https://lms.example/")
