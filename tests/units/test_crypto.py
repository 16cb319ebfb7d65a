"""Encryption under rotating keys, and sealed texts that age and cannot be forged."""

import base64
import time

import pytest
from cryptography.fernet import Fernet

from app.crypto import UndecryptableError, Vault, _derive, fingerprint

OLD, NEW = "o" * 32, "n" * 32


def test_what_is_encrypted_is_not_seen_and_comes_back():
    vault = Vault((OLD,))
    encrypted = vault.encrypt("a refresh token, größer")
    assert b"refresh" not in encrypted
    assert vault.decrypt(encrypted) == "a refresh token, größer"


def test_the_old_key_still_decrypts_and_the_first_encrypts():
    before = Vault((OLD,)).encrypt("secret")
    rotated = Vault((NEW, OLD))
    assert rotated.decrypt(before) == "secret"
    assert Vault((NEW,)).decrypt(rotated.encrypt("secret")) == "secret"


def test_a_key_that_is_gone_opens_nothing():
    with pytest.raises(UndecryptableError):
        Vault((NEW,)).decrypt(Vault((OLD,)).encrypt("secret"))


@pytest.mark.parametrize("damaged", [b"", b"gAAAA", b"\xff", b"plain text"])
def test_what_was_never_encrypted_is_no_secret(damaged: bytes):
    with pytest.raises(UndecryptableError):
        Vault((OLD,)).decrypt(damaged)


def test_a_sealed_text_comes_back_for_its_purpose_only():
    vault = Vault((OLD,))
    sealed = vault.seal("a:b", "wait")
    assert vault.unseal(sealed, "wait", 60) == "a:b"
    with pytest.raises(UndecryptableError):
        vault.unseal(sealed, "anew", 60)


def test_a_sealed_text_outlives_a_rotation():
    assert Vault((NEW, OLD)).unseal(Vault((OLD,)).seal("text", "wait"), "wait", 60) == "text"


@pytest.mark.parametrize(("age", "good"), [(0, True), (58, True), (62, False), (10**6, False)])
def test_a_sealed_text_ages(age: int, good: bool):
    token = Fernet(_derive(OLD)).encrypt_at_time(b"wait:text", int(time.time()) - age)
    vault = Vault((OLD,))
    if good:
        assert vault.unseal(token.decode(), "wait", 60) == "text"
    else:
        with pytest.raises(UndecryptableError):
            vault.unseal(token.decode(), "wait", 60)


@pytest.mark.parametrize("forged", ["", "gAAAA", "é", "\x00", "a" * 100, "{}"])
def test_a_forged_text_is_not_opened(forged: str):
    with pytest.raises(UndecryptableError):
        Vault((OLD,)).unseal(forged, "wait", 60)


def test_a_sealed_text_cannot_be_made_younger():
    vault = Vault((OLD,))
    old = Fernet(_derive(OLD)).encrypt_at_time(b"wait:text", int(time.time()) - 1000)
    raw = bytearray(base64.urlsafe_b64decode(old))
    raw[1:9] = int(time.time()).to_bytes(8, "big")
    with pytest.raises(UndecryptableError):
        vault.unseal(base64.urlsafe_b64encode(bytes(raw)).decode(), "wait", 60)


def test_what_lies_in_the_database_is_no_ticket():
    vault = Vault((OLD,))
    with pytest.raises(UndecryptableError):
        vault.unseal(vault.encrypt("text").decode(), "wait", 60)


def test_a_fingerprint_tells_each_change_and_not_the_secret():
    given = [
        (None, None),
        ("a", None),
        (None, "a"),
        ("a", "b"),
        ("ab", None),
        ("b", "a"),
    ]
    found = [fingerprint(*texts) for texts in given]
    assert len(set(found)) == len(found)
    assert fingerprint("a", "b") == fingerprint("a", "b")
    assert {len(one) for one in found} == {64}
