"""How an id_token is signed and wrapped: each row is a token that is wrong but for its claims."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.utils import base64url_encode

from tests.journeys.launching import MEDIA, check_refused, table
from tests.world import World

Wrap = Callable[[World, dict[str, Any]], str]
UNREADABLE = (400, "launch-unreadable")
UNVERIFIED = (401, "launch-unverified")
OWN_RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OWN_EC = ec.generate_private_key(ec.SECP256R1())


def token_of(header: object, body: object, signature: bytes = b"s" * 256) -> str:
    """A token of whatever is given; text is taken as it is."""
    parts = [part if isinstance(part, str) else json.dumps(part) for part in (header, body)]
    encoded = [base64url_encode(part.encode()).decode() for part in parts]
    return ".".join([*encoded, base64url_encode(signature).decode()])


def header_of(world: World, **changes: object) -> dict[str, Any]:
    return {"typ": "JWT", "alg": "RS256", "kid": world.lms.keys.kid, **changes}


def signed_as(algorithm: str, key: object = None) -> Wrap:
    """Well signed by another algorithm, with the platform's own key where none is given."""

    def wrap(world: World, claims: dict[str, Any]) -> str:
        chosen = key or world.lms.keys._current()
        return jwt.encode(claims, chosen, algorithm, {"kid": world.lms.keys.kid})

    return wrap


def signed_with_public_key(said: str) -> Wrap:
    """HMAC under the platform's public key, which everyone has."""

    def wrap(world: World, claims: dict[str, Any]) -> str:
        public = world.lms.keys._current().public_key()
        secret = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        signed = token_of(header_of(world, alg=said), claims).rpartition(".")[0]
        signature = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{base64url_encode(signature).decode()}"

    return wrap


def with_header(**changes: object) -> Wrap:
    """Well signed, but for the header; None leaves a field out."""
    return lambda world, claims: world.lms.keys.sign(claims, **changes)


def with_own_key_inside(world: World, claims: dict[str, Any]) -> str:
    key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(OWN_RSA.public_key()))
    return jwt.encode(claims, OWN_RSA, "RS256", {"kid": world.lms.keys.kid, "jwk": key})


def altered(world: World, claims: dict[str, Any]) -> str:
    head, _, signature = world.lms.keys.sign(claims).split(".")
    body = json.dumps(claims | {"sub": "another"}).encode()
    return f"{head}.{base64url_encode(body).decode()}.{signature}"


def signature_as(how: Callable[[str], str]) -> Wrap:
    def wrap(world: World, claims: dict[str, Any]) -> str:
        head, body, signature = world.lms.keys.sign(claims).split(".")
        return f"{head}.{body}.{how(signature)}"

    return wrap


def body_as(body: object) -> Wrap:
    return lambda world, _claims: token_of(header_of(world), body)


def unsigned(header: object) -> Wrap:
    return lambda _world, claims: token_of(header, claims, b"")


def fixed(token: str) -> Wrap:
    return lambda _world, _claims: token


TOKENS: list[tuple[str, Wrap, tuple[int, str]]] = [
    ("alg none", unsigned({"alg": "none"}), UNVERIFIED),
    (
        "alg none with a kid",
        lambda world, claims: token_of(header_of(world, alg="none"), claims, b""),
        UNVERIFIED,
    ),
    ("alg HS256 under the public key", signed_with_public_key("HS256"), UNVERIFIED),
    ("alg RS256 said, HS256 done", signed_with_public_key("RS256"), UNVERIFIED),
    ("alg RS384", signed_as("RS384"), UNVERIFIED),
    ("alg RS512", signed_as("RS512"), UNVERIFIED),
    ("alg PS256", signed_as("PS256"), UNVERIFIED),
    ("alg ES256", signed_as("ES256", OWN_EC), UNVERIFIED),
    ("alg missing", with_header(alg=None), UNVERIFIED),
    ("alg in small letters", with_header(alg="rs256"), UNVERIFIED),
    ("alg a list", with_header(alg=["RS256"]), UNVERIFIED),
    ("kid missing", with_header(kid=None), UNVERIFIED),
    ("kid empty", with_header(kid=""), UNVERIFIED),
    ("kid a number", with_header(kid=1), UNVERIFIED),
    ("kid of 257", with_header(kid="k" * 257), UNVERIFIED),
    ("kid unknown", with_header(kid="nobody's"), (503, "key-set")),
    ("kid half a character", with_header(kid="\ud800"), UNVERIFIED),
    ("crit that nobody knows", with_header(crit=["x"], x=1), UNVERIFIED),
    ("another's key under the kid", signed_as("RS256", OWN_RSA), UNVERIFIED),
    ("another's key, in the header too", with_own_key_inside, UNVERIFIED),
    ("body altered", altered, UNVERIFIED),
    ("signature cut short", signature_as(lambda text: text[:-8]), UNVERIFIED),
    ("signature empty", signature_as(lambda _: ""), UNVERIFIED),
    ("signature no base64", signature_as(lambda _: "é!" * 9), UNVERIFIED),
    ("a word", fixed("abc"), UNREADABLE),
    ("three words", fixed("a.b.c"), UNREADABLE),
    ("two dots", fixed(".."), UNREADABLE),
    ("four parts", lambda world, claims: world.lms.keys.sign(claims) + ".x", UNREADABLE),
    ("body a list", body_as([1]), UNREADABLE),
    ("body text", body_as('"x"'), UNREADABLE),
    ("body no JSON", body_as("{"), UNREADABLE),
    ("body nested 20,000 deep", body_as("[" * 20_000 + "]" * 20_000), UNREADABLE),
    ("body of a number of 10,000 digits", body_as('{"exp":' + "9" * 10_000 + "}"), UNREADABLE),
    ("header a list", unsigned([1]), UNREADABLE),
    (
        "70 kB",
        lambda world, claims: world.lms.keys.sign(claims | {"x": "x" * 52_000}),
        UNREADABLE,
    ),
]


@pytest.fixture(scope="module")
def link(world: World) -> dict[str, str]:
    """A link of ours whose embed is there: whoever launches it is forwarded."""
    made = world.marked(MEDIA)
    assert world.launch(made).status_code == 302
    return made


@pytest.mark.parametrize(("wrap", "expected"), table(TOKENS))
def test_a_token_that_is_not_signed_as_it_must_be_is_refused(
    world: World, link: dict[str, str], wrap: Wrap, expected: tuple[int, str]
):
    login = world.login()
    token = wrap(world, world.claims(login.nonce, link))
    check_refused(world, world.post_launch(login, token), *expected, token)


def test_a_token_of_60_kb_is_accepted(world: World, link: dict[str, str]):
    answer = world.launch(link, change=lambda claims: claims.update(x="x" * 45_000))
    assert answer.status_code == 302


def test_a_key_set_that_the_header_names_is_never_asked(world: World, link: dict[str, str]):
    url = f"{world.studio.settings.url}/_sandbox/calls"
    login = world.login()
    answer = world.send(login, world.claims(login.nonce, link), jku=url, x5u=url)
    assert (answer.status_code, world.calls("calls")) == (302, [])
