"""What an id_token must claim: each row is a launch that would be forwarded but for one claim."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.lms.messages import LTI
from tests.journeys.launching import MEDIA, Platform, add_platform, check_refused, table
from tests.world import World

Change = Callable[[dict[str, Any]], object]
UNVERIFIED = (401, "launch-unverified")
EXPIRED = (401, "launch-expired")
INCOMPLETE = (400, "launch-incomplete")
MINUTE, HOUR, DAY = 60, 3600, 86400
HUGE = 10**400
TARGET = f"{LTI}/target_link_uri"


def put(claim: str, value: object) -> Change:
    return lambda claims: claims.__setitem__(claim, value)


def edit(claim: str, how: Callable[[Any], object]) -> Change:
    return lambda claims: claims.__setitem__(claim, how(claims[claim]))


def drop(claim: str) -> Change:
    return lambda claims: claims.pop(claim)


def at(claim: str, seconds: int) -> Change:
    return lambda claims: claims.__setitem__(claim, int(time.time()) + seconds)


def both(first: Change, second: Change) -> Change:
    return lambda claims: (first(claims), second(claims))


def lti(claim: str) -> str:
    return f"{LTI}/{claim}"


def nested(depth: int) -> list[Any]:
    inner: list[Any] = []
    for _ in range(depth):
        inner = [inner]
    return inner


ACCEPTED: list[tuple[str, Change]] = [
    ("nothing changed", edit("sub", str)),
    ("azp absent", drop("azp")),
    ("aud a list of us alone", edit("aud", lambda cid: [cid])),
    ("aud a list of us alone, azp absent", both(edit("aud", lambda cid: [cid]), drop("azp"))),
    ("exp past by less than the leeway", at("exp", -30)),
    ("exp in 23 hours", at("exp", 23 * HOUR)),
    ("exp with a fraction", edit("exp", lambda exp: exp + 0.5)),
    ("iat in 30 s, by a clock that is fast", at("iat", 30)),
    ("iat 59 minutes ago", at("iat", -59 * MINUTE)),
    ("nbf in 30 s", at("nbf", 30)),
    ("roles empty", put(lti("roles"), [])),
    ("sub of 255 characters", put("sub", "s" * 255)),
    ("target_link_uri with a query", edit(TARGET, lambda url: f"{url}?media=1&x=%3Cb%3E")),
    ("resource_link without a title", put(lti("resource_link"), {"id": "r"})),
    ("context null", put(lti("context"), None)),
    ("a claim nested 200 deep", put("x", nested(200))),
    ("claims that nobody knows", put("https://example.test/claim/x", {"a": [None, 1.5]})),
    ("no name and no e-mail", both(drop("email"), drop("name"))),
]

REFUSED: list[tuple[str, Change, tuple[int, str]]] = [
    ("azp of another", put("azp", "other"), UNVERIFIED),
    ("azp null", put("azp", None), UNVERIFIED),
    ("azp a list", edit("azp", lambda cid: [cid]), UNVERIFIED),
    ("aud us and another", edit("aud", lambda cid: [cid, "other"]), UNVERIFIED),
    (
        "aud us and another, azp absent",
        both(edit("aud", lambda cid: [cid, "other"]), drop("azp")),
        UNVERIFIED,
    ),
    ("aud another and us, azp us", edit("aud", lambda cid: ["other", cid]), UNVERIFIED),
    (
        "aud another and us, azp absent",
        both(edit("aud", lambda cid: ["other", cid]), drop("azp")),
        (403, "platform-not-registered"),
    ),
    ("aud another", put("aud", "other"), (403, "platform-not-registered")),
    (
        "aud us and another, azp with a NUL",
        both(edit("aud", lambda cid: [cid, "other"]), put("azp", "x\0")),
        UNVERIFIED,
    ),
    (
        "aud us and another, azp half a character",
        both(edit("aud", lambda cid: [cid, "other"]), put("azp", "\ud800")),
        UNVERIFIED,
    ),
    ("aud missing", drop("aud"), UNVERIFIED),
    ("aud empty", put("aud", []), UNVERIFIED),
    ("aud an object", edit("aud", lambda cid: {"id": cid}), UNVERIFIED),
    ("aud a list in a list", edit("aud", lambda cid: [[cid]]), UNVERIFIED),
    ("aud null", put("aud", None), UNVERIFIED),
    ("iss unknown", put("iss", "https://nobody.test"), (403, "platform-not-registered")),
    ("iss with a slash more", edit("iss", lambda iss: f"{iss}/"), (403, "platform-not-registered")),
    ("iss a list", edit("iss", lambda iss: [iss]), UNVERIFIED),
    ("iss missing", drop("iss"), UNVERIFIED),
    ("iss with a NUL", edit("iss", lambda iss: f"{iss}\0"), UNVERIFIED),
    ("iss half a character", put("iss", "\ud800"), UNVERIFIED),
    ("aud with a NUL", edit("aud", lambda cid: f"{cid}\0"), UNVERIFIED),
    ("exp missing", drop("exp"), UNVERIFIED),
    ("exp past", at("exp", -HOUR), EXPIRED),
    ("exp past by more than the leeway", at("exp", -70), EXPIRED),
    ("exp in 25 hours", at("exp", 25 * HOUR), UNVERIFIED),
    ("exp in 10 years", at("exp", 3650 * DAY), UNVERIFIED),
    ("exp text", put("exp", "9999999999"), UNVERIFIED),
    ("exp null", put("exp", None), UNVERIFIED),
    ("exp NaN", put("exp", float("nan")), UNVERIFIED),
    ("exp Infinity", put("exp", float("inf")), UNVERIFIED),
    ("exp a number of 400 digits", put("exp", HUGE), UNVERIFIED),
    ("iat missing", drop("iat"), UNVERIFIED),
    ("iat 10 days ago", at("iat", -10 * DAY), EXPIRED),
    ("iat 61 minutes ago", at("iat", -61 * MINUTE), EXPIRED),
    ("iat in an hour", at("iat", HOUR), UNVERIFIED),
    ("iat NaN", put("iat", float("nan")), UNVERIFIED),
    ("iat -Infinity", put("iat", float("-inf")), UNVERIFIED),
    ("iat minus a number of 400 digits", put("iat", -HUGE), EXPIRED),
    ("nbf in an hour", at("nbf", HOUR), UNVERIFIED),
    ("nbf NaN", put("nbf", float("nan")), UNVERIFIED),
    ("nonce missing", drop("nonce"), UNVERIFIED),
    ("nonce foreign", put("nonce", "n-1"), UNVERIFIED),
    ("nonce a number", put("nonce", 1), UNVERIFIED),
    ("nonce a list", edit("nonce", lambda nonce: [nonce]), UNVERIFIED),
    ("sub missing", drop("sub"), INCOMPLETE),
    ("sub a number", put("sub", 7), INCOMPLETE),
    ("sub empty", put("sub", ""), INCOMPLETE),
    ("sub of 10,000 characters", put("sub", "s" * 10_000), INCOMPLETE),
    ("roles missing", drop(lti("roles")), INCOMPLETE),
    ("roles null", put(lti("roles"), None), INCOMPLETE),
    ("roles text", put(lti("roles"), "Learner"), INCOMPLETE),
    ("roles an object", put(lti("roles"), {"Learner": True}), INCOMPLETE),
    ("roles a list of numbers", put(lti("roles"), [1]), INCOMPLETE),
    ("message type unknown", put(lti("message_type"), "LtiNothingRequest"), INCOMPLETE),
    ("message type missing", drop(lti("message_type")), INCOMPLETE),
    ("message type a list", edit(lti("message_type"), lambda kind: [kind]), INCOMPLETE),
    (
        "message type privacy",
        put(lti("message_type"), "LtiDataPrivacyLaunchRequest"),
        INCOMPLETE,
    ),
    (
        "message type submission review",
        put(lti("message_type"), "LtiSubmissionReviewRequest"),
        INCOMPLETE,
    ),
    ("version missing", drop(lti("version")), INCOMPLETE),
    ("version another", put(lti("version"), "1.1.0"), INCOMPLETE),
    ("version a number", put(lti("version"), 1.3), INCOMPLETE),
    ("deployment unknown", put(lti("deployment_id"), "x"), (403, "deployment-not-registered")),
    ("deployment missing", drop(lti("deployment_id")), INCOMPLETE),
    ("deployment a list", edit(lti("deployment_id"), lambda one: [one]), INCOMPLETE),
    ("deployment of 256 characters", put(lti("deployment_id"), "d" * 256), INCOMPLETE),
    ("deployment half a character", put(lti("deployment_id"), "\ud800"), INCOMPLETE),
    ("target_link_uri missing", drop(TARGET), INCOMPLETE),
    ("target_link_uri a list", edit(TARGET, lambda url: [url]), INCOMPLETE),
    ("target_link_uri on another host", put(TARGET, "http://evil.test/lti/launch"), INCOMPLETE),
    ("target_link_uri at another path", edit(TARGET, lambda url: f"{url}/x"), INCOMPLETE),
    (
        "target_link_uri of another scheme",
        edit(TARGET, lambda url: url.replace("http:", "https:")),
        INCOMPLETE,
    ),
    (
        "target_link_uri with a user",
        edit(TARGET, lambda url: url.replace("//", "//evil.test@")),
        INCOMPLETE,
    ),
    ("target_link_uri no URL at all", put(TARGET, "http://[/lti/launch"), INCOMPLETE),
    ("resource_link missing", drop(lti("resource_link")), INCOMPLETE),
    ("resource_link null", put(lti("resource_link"), None), INCOMPLETE),
    ("resource_link a list", put(lti("resource_link"), [{"id": "r"}]), INCOMPLETE),
    ("resource_link.id a number", put(lti("resource_link"), {"id": 1}), INCOMPLETE),
    ("resource_link.id of 5,000", put(lti("resource_link"), {"id": "r" * 5000}), INCOMPLETE),
    ("custom a list", put(lti("custom"), ["media_id"]), INCOMPLETE),
    ("custom text", put(lti("custom"), "media_id=1"), INCOMPLETE),
    ("custom with an object in it", edit(lti("custom"), lambda c: c | {"x": {}}), INCOMPLETE),
    ("custom of 5,000", edit(lti("custom"), lambda c: c | {"x": "x" * 5000}), INCOMPLETE),
    ("context a list", edit(lti("context"), lambda context: [context]), INCOMPLETE),
    ("context text", put(lti("context"), "course"), INCOMPLETE),
    ("context.id a number", put(lti("context"), {"id": 101}), INCOMPLETE),
    ("context.id of 5,000", put(lti("context"), {"id": "c" * 5000}), INCOMPLETE),
    ("context.id with a NUL", put(lti("context"), {"id": "c\0"}), INCOMPLETE),
    ("context.id half a character", put(lti("context"), {"id": "\ud800"}), INCOMPLETE),
    ("launch_presentation a list", put(lti("launch_presentation"), []), INCOMPLETE),
]


@pytest.fixture(scope="module")
def link(world: World) -> dict[str, str]:
    """A link of ours whose embed is there: whoever launches it is forwarded."""
    made = world.marked(MEDIA)
    assert world.launch(made).status_code == 302
    return made


@pytest.mark.parametrize("change", table(ACCEPTED))
def test_a_token_with_all_that_is_needed_is_forwarded(
    world: World, link: dict[str, str], change: Change
):
    answer = world.launch(link, change=change)
    lms = world.lms.settings.url
    assert answer.status_code == 302, answer.text
    assert answer.headers["Location"].startswith(f"{lms}/courses/101/external_tools/retrieve?")


@pytest.mark.parametrize(("change", "expected"), table(REFUSED))
def test_a_token_that_claims_something_odd_is_refused(
    world: World, link: dict[str, str], change: Change, expected: tuple[int, str]
):
    login = world.login()
    claims = world.claims(login.nonce, link)
    change(claims)
    token = world.lms.keys.sign(claims)
    check_refused(world, world.post_launch(login, token), *expected, token)


def test_a_return_url_that_is_none_stops_nobody(world: World, link: dict[str, str]):
    odd = {"return_url": "https://[", "document_target": "iframe"}
    assert world.launch(link, change=put(lti("launch_presentation"), odd)).status_code == 302


@pytest.fixture(scope="module")
def other(world: World) -> Platform:
    """A second platform, whose tokens are signed by the same keys."""
    return add_platform(world, "https://other.test")


def test_a_token_of_another_platform_than_the_logins_is_refused(
    world: World, link: dict[str, str], other: Platform
):
    assert other.launch(world, link).status_code == 302
    login = world.login()
    token = world.lms.keys.sign(other.claims(world, login, link))
    check_refused(world, world.post_launch(login, token), *UNVERIFIED, token)


def test_a_token_for_another_client_of_the_same_issuer_is_refused(
    world: World, link: dict[str, str], other: Platform
):
    second = add_platform(world, other.issuer, "c-2")
    login = second.login(world)
    token = world.lms.keys.sign(other.claims(world, login, link))
    check_refused(world, world.post_launch(login, token), *UNVERIFIED, token)


def test_a_platform_without_deployments_accepts_any_and_records_it(
    world: World, link: dict[str, str]
):
    anyone = add_platform(world, "https://any.test", deployment_ids=())

    def send(deployment_id: str, **changes: str) -> Any:
        login = anyone.login(world)
        claims = anyone.claims(world, login, link) | {lti("deployment_id"): deployment_id}
        return world.send(login, claims | changes)

    assert send("d-7").status_code == 302
    assert send("d-7").status_code == 302
    assert send("d-8").status_code == 302
    check_refused(world, send("d\0"), *INCOMPLETE)
    check_refused(world, send("d-9", **{lti("version"): "1.2"}), *INCOMPLETE)
    shown = json.loads(world.flask("platforms", "show", "--issuer", anyone.issuer, "--json").stdout)
    assert (shown["accepts_any_deployment"], sorted(shown["deployment_ids"])) == (
        True,
        ["d-7", "d-8"],
    )
