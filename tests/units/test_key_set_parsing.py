"""Which entries of a platform's key set may verify an id_token."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from app.core.key_sets import MAX_KEYS, parse_key_set

OWN = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SMALL = rsa.generate_private_key(public_exponent=65537, key_size=1024)
SECRET = base64.urlsafe_b64encode(b"k" * 32).decode().rstrip("=")


def entry(key: rsa.RSAPrivateKey = OWN, **changes: object) -> dict[str, Any]:
    """A public key as Canvas publishes it; a change of None leaves a member out."""
    public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    full = {
        "kty": "RSA",
        "alg": "RS256",
        "use": "sig",
        "kid": "k-1",
        "n": public["n"],
        "e": public["e"],
    } | changes
    return {name: value for name, value in full.items() if value is not None}


def found(*entries: object) -> dict[str, int]:
    """The moduli that are taken, by key id."""
    keys = parse_key_set(json.dumps({"keys": entries}).encode())
    return {kid: key.public_numbers().n for kid, key in keys.items()}


def modulus(key: rsa.RSAPrivateKey) -> int:
    return key.public_key().public_numbers().n


@pytest.mark.parametrize(
    "usable",
    [
        pytest.param(entry(), id="as Canvas publishes it"),
        pytest.param(entry(alg=None), id="alg absent"),
        pytest.param(entry(use=None), id="use absent"),
        pytest.param(entry(alg=None, use=None), id="alg and use absent"),
        pytest.param(entry(key_ops=["verify"], x5t="x"), id="members more"),
    ],
)
def test_an_rsa_key_that_signs_with_rs256_is_taken(usable: dict[str, Any]):
    assert found(usable) == {"k-1": modulus(OWN)}


@pytest.mark.parametrize(
    "unusable",
    [
        pytest.param(entry(alg="HS256"), id="alg HS256"),
        pytest.param(entry(alg="RS512"), id="alg RS512"),
        pytest.param(entry(alg="PS256"), id="alg PS256"),
        pytest.param(entry(alg="none"), id="alg none"),
        pytest.param(entry(alg=["RS256"]), id="alg a list"),
        pytest.param(entry(use="enc"), id="use enc"),
        pytest.param(entry(SMALL), id="RSA of 1024 bits"),
        pytest.param({"kty": "oct", "kid": "k-1", "k": SECRET}, id="kty oct"),
        pytest.param(
            {"kty": "oct", "kid": "k-1", "k": SECRET, "alg": "RS256"}, id="oct says RS256"
        ),
        pytest.param(entry(kty="oct", k=SECRET), id="oct with the members of RSA"),
        pytest.param(
            ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True)
            | {"kid": "k-1"},
            id="kty EC",
        ),
        pytest.param(
            OKPAlgorithm.to_jwk(ed25519.Ed25519PrivateKey.generate().public_key(), as_dict=True)
            | {"kid": "k-1"},
            id="kty OKP",
        ),
        pytest.param(RSAAlgorithm.to_jwk(OWN, as_dict=True) | {"kid": "k-1"}, id="a private key"),
        pytest.param(entry(kid=None), id="kid absent"),
        pytest.param(entry(kid=7), id="kid a number"),
        pytest.param(entry(kty=None), id="kty absent"),
        pytest.param(entry(n=None), id="n absent"),
        pytest.param(entry(e=None), id="e absent"),
        pytest.param(entry(n=5), id="n a number"),
        pytest.param(entry(n="é!"), id="n no base64"),
        pytest.param(entry(e=""), id="e empty"),
        pytest.param(entry(e="AA"), id="e zero"),
        pytest.param(entry(e="Ag"), id="e even"),
        pytest.param("k-1", id="text"),
        pytest.param(None, id="null"),
        pytest.param([entry()], id="a list"),
    ],
)
def test_every_other_entry_is_left_out_and_does_not_spoil_the_others(unusable: object):
    assert found(unusable, entry(OTHER, kid="k-2")) == {"k-2": modulus(OTHER)}


def test_of_two_keys_with_one_id_the_first_counts():
    assert found(entry(OWN), entry(OTHER)) == {"k-1": modulus(OWN)}


def test_an_unusable_entry_does_not_hide_the_key_of_the_same_id():
    assert found(entry(use="enc"), entry(OTHER)) == {"k-1": modulus(OTHER)}


def test_of_very_many_keys_the_first_hundred_are_read():
    many = [entry(kid=f"k-{number}") for number in range(150)]
    assert (list(found(*many)), MAX_KEYS) == ([f"k-{number}" for number in range(100)], 100)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>503</html>",
        b"\xff\xfe\xff",
        b"null",
        b"[]",
        b'"keys"',
        b"{}",
        b'{"keys": null}',
        b'{"keys": {}}',
        b'{"keys": "RSA"}',
        b'{"keys": []}',
        b'{"error": "unavailable"}',
        b"[" * 100_000,
        b'{"keys": ' + b"9" * 10_000 + b"}",
    ],
    ids=lambda body: body[:24].decode(errors="replace") or "nothing",
)
def test_what_is_no_key_set_holds_no_keys(body: bytes):
    assert parse_key_set(body) == {}
