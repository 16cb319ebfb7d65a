"""Our verdict on an id_token is PyJWT's, over thousands of altered ones, or a stricter one."""

import base64
import json
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.errors import LaunchError
from app.lti import id_token

ISSUER, CLIENT = "https://lms.example", "10000000000001"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
HEADER: dict[str, Any] = {"alg": "RS256", "kid": "k", "typ": "JWT"}
DAY = 86_400
ODD: list[Any] = [None, "", "x", 0, 1, -1, 1.5, True, False, [], ["x"], {}, {"x": 1}, "1700000000"]
ODD += [10**400, -(10**400), float("nan"), float("inf"), "é", "\x00", " ", CLIENT, [CLIENT], ISSUER]


def encode(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def sign(header: str, body: str, key: rsa.RSAPrivateKey = KEY) -> str:
    """Give a token of these texts, whatever they are."""
    signed = f"{encode(header.encode())}.{encode(body.encode())}"
    return f"{signed}.{encode(key.sign(signed.encode(), padding.PKCS1v15(), SHA256()))}"


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    good = {"iss": ISSUER, "aud": CLIENT, "sub": "5", "nonce": "n", "iat": now, "exp": now + 3600}
    return {**good, "name": "Žofie Ω", **changes}


def ours(token: str) -> bool:
    """Whether we accept a token."""
    try:
        read = id_token.read(token)
        body = read.verify(KEY.public_key())
        id_token.check_claims(body, ISSUER, CLIENT, time.time())
    except LaunchError:
        return False
    return True


def theirs(token: str) -> bool:
    """Whether PyJWT accepts it."""
    try:
        jwt.decode(
            token,
            KEY.public_key(),
            algorithms=["RS256"],
            audience=CLIENT,
            issuer=ISSUER,
            leeway=60,
            options={"require": ["exp", "iat", "iss", "aud", "nonce"], "verify_sub": False},
        )
    except (jwt.PyJWTError, OverflowError):
        return False
    return True


def is_beyond(token: str) -> bool:
    """Whether a token that PyJWT accepts is one that LTI or RFC 7515 does not."""
    header, body = (
        json.loads(base64.urlsafe_b64decode(part.rstrip("=") + "=="))
        for part in token.split(".")[:2]
    )
    now, times = time.time(), [body[name] for name in ("exp", "iat", "nbf") if name in body]
    kid = header.get("kid")
    return (
        "=" in token
        or not isinstance(kid, str)
        or not kid.isprintable()
        or not kid
        or bool({"crit", "b64"} & header.keys())
        or set(body["aud"] if isinstance(body["aud"], list) else [body["aud"]]) != {CLIENT}
        or body.get("azp", CLIENT) != CLIENT
        or any(isinstance(each, bool | str) for each in times)
        or body["exp"] > now + DAY
        or body["iat"] < now - 3600
    )


def compare(token: str) -> bool:
    """Compare the verdicts; gives ours."""
    accepted, expected = ours(token), theirs(token)
    assert accepted == (expected and not is_beyond(token)), (token, accepted, expected)
    return accepted


def test_a_good_token_is_accepted():
    assert compare(sign(json.dumps(HEADER), json.dumps(claims())))


def altered(dice: random.Random, token: str) -> str:
    """Change a few characters anywhere: another one, one more, one less, two in turn."""
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        at = dice.randrange(len(token))
        new = dice.choice("ABCxyz019-_.=+/ \n\x00éÿ")
        ways = (
            token[:at] + new + token[at + 1 :],
            token[:at] + new + token[at:],
            token[:at] + token[at + 1 :],
            token[:at] + token[at : at + 2][::-1] + token[at + 2 :],
        )
        token = dice.choice(ways)
    return token


def test_a_token_of_which_a_character_is_altered_is_refused_as_pyjwt_refuses_it():
    dice = random.Random(7515)
    good = sign(json.dumps(HEADER), json.dumps(claims()))
    for _ in range(3000):
        token = altered(dice, good)
        assert compare(token) == (token == good)


def test_the_last_character_of_each_part_has_no_stray_bits():
    good = sign(json.dumps(HEADER), json.dumps(claims()))
    parts = good.split(".")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for number, part in enumerate(parts):
        for last in alphabet.replace(part[-1], ""):
            changed = [*parts[:number], part[:-1] + last, *parts[number + 1 :]]
            assert not compare(".".join(changed))


def odd_bodies() -> Iterator[dict[str, Any]]:
    """Bodies of which a claim, or two, are odd or not there."""
    dice = random.Random(7519)
    names = ("iss", "aud", "sub", "nonce", "iat", "exp", "nbf", "azp", "jti", "name")
    for name in names:
        yield {key: value for key, value in claims().items() if key != name}
        for odd in ODD:
            yield claims(**{name: odd})
    for _ in range(800):
        one, two = dice.sample(names, 2)
        yield claims(**{one: dice.choice(ODD), two: dice.choice(ODD)})
    for name in ("iat", "exp", "nbf"):
        for seconds in (-10 * DAY, -3700, -3500, -90, -30, 30, 90, 3500, DAY - 90, DAY + 90):
            yield claims(**{name: int(time.time()) + seconds})
            yield claims(**{name: time.time() + seconds})
    for audience in (
        [CLIENT, CLIENT],
        [CLIENT, "x"],
        ["x", CLIENT],
        [CLIENT, 1],
        [[]],
        [CLIENT, ""],
    ):
        yield claims(aud=audience)


def test_whatever_a_signed_token_claims_the_verdict_is_pyjwts_or_stricter():
    header = json.dumps(HEADER)
    verdicts = [compare(sign(header, json.dumps(body))) for body in odd_bodies()]
    assert len(verdicts) > 1000
    assert 20 < sum(verdicts) < len(verdicts) / 2


HEADERS: list[tuple[str, Callable[[], str]]] = [
    *((f"alg {alg!r}", lambda alg=alg: json.dumps({**HEADER, "alg": alg})) for alg in ODD),
    *((f"kid {kid!r}", lambda kid=kid: json.dumps({**HEADER, "kid": kid})) for kid in ODD),
    *((f"crit {crit!r}", lambda crit=crit: json.dumps({**HEADER, "crit": crit})) for crit in ODD),
    ("crit b64", lambda: json.dumps({**HEADER, "crit": ["b64"], "b64": True})),
    ("b64 false", lambda: json.dumps({**HEADER, "crit": ["b64"], "b64": False})),
    ("b64 true", lambda: json.dumps({**HEADER, "b64": True})),
    ("alg twice", lambda: '{"alg": "none", "alg": "RS256", "kid": "k"}'),
    ("alg twice, the other way", lambda: '{"alg": "RS256", "alg": "none", "kid": "k"}'),
    ("a list", lambda: "[]"),
    ("a text", lambda: '"RS256"'),
    ("null", lambda: "null"),
    ("nothing", lambda: ""),
    ("cut off", lambda: '{"alg": "RS256", "kid": "k"'),
    ("more behind it", lambda: json.dumps(HEADER) + "x"),
    ("blanks around it", lambda: f"  {json.dumps(HEADER)}  "),
    ("very deep", lambda: '{"alg": "RS256", "kid": "k", "x": ' + "[" * 5000 + "]" * 5000 + "}"),
    *(
        (alg, lambda alg=alg: json.dumps({**HEADER, "alg": alg}))
        for alg in ("RS384", "PS256", "none")
    ),
]


@pytest.mark.parametrize("header", [pytest.param(make, id=name) for name, make in HEADERS])
def test_whatever_a_header_says_the_verdict_is_pyjwts_or_stricter(header: Callable[[], str]):
    compare(sign(header(), json.dumps(claims())))


@pytest.mark.parametrize("body", ["", "null", "[]", "1", '"x"', "{", "{}", "[" * 5000, "\ufeff{}"])
def test_a_body_that_is_no_object_of_claims_is_refused(body: str):
    assert not compare(sign(json.dumps(HEADER), body))


def test_a_token_of_another_key_or_another_algorithm_is_refused():
    body = json.dumps(claims())
    assert not compare(sign(json.dumps(HEADER), body, OTHER_KEY))
    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{encode(json.dumps({**HEADER, 'alg': 'HS256'}).encode())}.{encode(body.encode())}"
    assert not compare(f"{signed}.{encode(public[:32])}")
    assert not compare(f"{encode(json.dumps({**HEADER, 'alg': 'none'}).encode())}.{encode(b'{}')}.")


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 8])
def test_a_token_with_padding_is_refused(count: int):
    header, body, signature = sign(json.dumps(HEADER), json.dumps(claims())).split(".")
    accepted = compare(f"{header}.{body}.{signature}{'=' * count}")
    assert accepted == (count == 0)
