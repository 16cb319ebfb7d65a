"""The id_token's body as a typed, frozen value; whatever is of another shape is refused here.

Security: `read_launch` believes what it reads. Its caller has verified the token.
Source: https://www.imsglobal.org/spec/lti/v1p3#required-message-claims
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from app.core.carried import LTI, Carried
from app.core.platforms import Platform
from app.inputs import LONGEST_START_SECONDS, is_id, origin_of, printable, read_positive
from app.lti import refusals, roles
from app.lti.link_address import read_address
from app.studio.arguments import EMBED_TYPES
from app.texts import say

DEEP_LINKING_SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
PRESENTATION = LTI + "launch_presentation"
PLACEMENT = "https://www.instructure.com/placement"
RESOURCE_LINK_REQUEST = "LtiResourceLinkRequest"
DEEP_LINKING_REQUEST = "LtiDeepLinkingRequest"
VERSION = "1.3.0"
LONGEST_TITLE = 255
LONGEST_EMAIL = 320
LONGEST_CUSTOM = 2048


@dataclass(frozen=True)
class Wanted:
    """What a link asks for, in its custom parameters: wishes, never who someone is."""

    media_id: int
    embed_type: str
    downloadable: bool
    start_at: int | None
    mark: str | None


@dataclass(frozen=True)
class DeepLinking:
    """What the LMS asks to be given, and where, for whom, the answer goes.

    `data` is given back untouched; None where there was none. `title` and `text` are what the
    LMS would call it. `in_canvas` says whether the LMS is a Canvas.
    Source: https://www.imsglobal.org/spec/lti-dl/v2p0#deep-linking-settings
    """

    issuer: str
    client_id: str
    deployment_id: str
    return_url: str
    accept_types: tuple[str, ...]
    accept_targets: tuple[str, ...]
    accept_multiple: bool
    placement: str | None
    in_canvas: bool
    title: str | None
    text: str | None
    data: str | None


@dataclass(frozen=True)
class Launch:
    """A verified message; `carry` reads what Studio is told of it, where this service tells it."""

    platform: Platform
    message_type: str
    deployment_id: str
    sub: str
    roles: tuple[str, ...]
    context_id: str | None
    context_title: str | None
    email: str | None
    placement: str | None
    locale: str | None
    deep_linking: DeepLinking | None
    custom: dict[str, str]
    carry: Callable[[], Carried]
    return_urls: tuple[str, ...]

    @property
    def is_deep_linking(self) -> bool:
        """Whether the LMS asks for links to be picked."""
        return self.message_type == DEEP_LINKING_REQUEST

    @property
    def is_instructor(self) -> bool:
        """Whether this person teaches in the course."""
        return roles.is_instructor(self.roles)

    @property
    def is_lms_admin(self) -> bool:
        """Whether this person administers the LMS."""
        return roles.is_lms_admin(self.roles)

    @property
    def is_only_lms_admin(self) -> bool:
        """Whether this person administers the LMS, and has no role in the course."""
        return roles.is_only_lms_admin(self.roles)

    @property
    def pins_course(self) -> bool:
        """Whether no link could have written this launch's custom parameters."""
        return self.is_deep_linking or self.placement == "course_navigation"

    @property
    def has_media(self) -> bool:
        """Whether the link asks for a media."""
        return "media_id" in self.custom

    @property
    def frame_origins(self) -> tuple[str, ...]:
        """The https origins in which the platform shows us, as far as the message tells."""
        origins = (origin_of(url) for url in self.return_urls)
        return tuple(origin for origin in origins if origin and origin.startswith("https:"))

    def read_wanted(self) -> Wanted:
        """Read what the link asks for; raises `LaunchError` naming what cannot be read."""
        media_id = read_positive(self.custom.get("media_id", ""))
        embed_type = self.custom.get("embed_type", "embed")
        downloadable = self.custom.get("downloadable", "false").lower()
        if media_id is None:
            raise refusals.odd_parameter("media_id", say("the number of a video in Studio"))
        if embed_type not in EMBED_TYPES:
            raise refusals.odd_parameter("embed_type", say("embed or bare_embed"))
        if downloadable not in ("true", "false"):
            raise refusals.odd_parameter("downloadable", say("true or false"))
        return Wanted(
            media_id,
            embed_type,
            downloadable == "true",
            _read_start(self.custom.get("start_at")),
            self.custom.get("link"),
        )


def read_launch(platform: Platform, body: dict[str, Any], deployment_id: str) -> Launch:
    """Read a verified body; raises `LaunchError` (400) naming the claim that is missing or odd."""
    message_type = body.get(LTI + "message_type")
    if message_type not in (RESOURCE_LINK_REQUEST, DEEP_LINKING_REQUEST):
        raise refusals.incomplete("message_type")
    if body.get(LTI + "version") != VERSION:
        raise refusals.incomplete("version")
    context = _object(body, LTI + "context")
    presentation = _object(body, PRESENTATION)
    return_urls = [presentation.get("return_url")]
    if message_type == RESOURCE_LINK_REQUEST:
        _id(_object(body, LTI + "resource_link").get("id"), "resource_link.id")
    deep_linking = None
    if message_type == DEEP_LINKING_REQUEST:
        deep_linking = _deep_linking(platform, body, deployment_id)
        return_urls.append(deep_linking.return_url)
    email, placement = body.get("email"), _text(body.get(PLACEMENT))
    in_address = _custom(read_address(body.get(LTI + "target_link_uri", "")))
    custom = in_address | _custom(_object(body, LTI + "custom"))
    return Launch(
        platform=platform,
        message_type=message_type,
        deployment_id=deployment_id,
        sub=_id(body.get("sub"), "sub"),
        roles=_roles(body.get(LTI + "roles")),
        context_id=_id(context.get("id"), "context.id") if context else None,
        context_title=_text(context.get("title")),
        email=email if is_id(email, LONGEST_EMAIL) else None,
        placement=placement,
        locale=_text(presentation.get("locale")),
        deep_linking=deep_linking,
        custom=custom,
        carry=partial(_carry, platform, body, custom),
        return_urls=tuple(url for url in return_urls if isinstance(url, str)),
    )


def _carry(platform: Platform, body: dict[str, Any], custom: dict[str, str]) -> Carried:
    presentation = _returnable(platform, _object(body, PRESENTATION))
    return Carried.from_claims({**body, PRESENTATION: presentation}, custom)


def _returnable(platform: Platform, presentation: dict[str, Any]) -> dict[str, Any]:
    """Leave a return URL out that is neither https nor the LMS's: Studio may offer it as a link."""
    url = presentation.get("return_url")
    if isinstance(url, str) and _may_return(platform, url):
        return presentation
    return {**presentation, "return_url": None}


def _may_return(platform: Platform, url: str) -> bool:
    origin = origin_of(url)
    return origin is not None and (origin.startswith("https:") or origin == platform.login_origin)


def _is_text(value: Any) -> bool:
    """Whether this is a text that can be kept and sent: JSON can also write half characters."""
    return isinstance(value, str) and not any("\ud800" <= each <= "\udfff" for each in value)


def _id(value: Any, claim: str) -> str:
    if not is_id(value):
        raise refusals.incomplete(claim)
    return str(value)


def _object(body: dict[str, Any], claim: str) -> dict[str, Any]:
    value = body.get(claim)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise refusals.incomplete(claim.rpartition("/")[2])
    return value


def _roles(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(role, str) for role in value):
        raise refusals.incomplete("roles")
    return tuple(value)


def _deep_linking(platform: Platform, body: dict[str, Any], deployment_id: str) -> DeepLinking:
    settings = _object(body, DEEP_LINKING_SETTINGS)
    url, data = settings.get("deep_link_return_url"), settings.get("data")
    if not isinstance(url, str) or not url.isprintable() or not _may_return(platform, url):
        raise refusals.incomplete("deep_link_return_url")
    if data is not None and not _is_text(data):
        raise refusals.incomplete("data")
    issuer, client_id = platform.names
    product = _object(body, LTI + "tool_platform").get("product_family_code")
    return DeepLinking(
        issuer=issuer,
        client_id=client_id,
        deployment_id=deployment_id,
        return_url=url,
        accept_types=_texts(settings, "accept_types"),
        accept_targets=_texts(settings, "accept_presentation_document_targets"),
        accept_multiple=str(settings.get("accept_multiple")).lower() == "true",
        placement=_text(body.get(PLACEMENT)),
        in_canvas=PLACEMENT in body or product == "canvas",
        title=_text(settings.get("title")),
        text=_text(settings.get("text")),
        data=data,
    )


def _texts(settings: dict[str, Any], name: str) -> tuple[str, ...]:
    value = settings.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise refusals.incomplete(name)
    return tuple(value)


def _text(value: Any) -> str | None:
    return printable(value[:LONGEST_TITLE]) if isinstance(value, str) else None


def _custom(claim: dict[str, Any]) -> dict[str, str]:
    """Give the custom parameters that have a value; one that begins with `$` has none."""
    custom = {}
    for name, value in claim.items():
        if isinstance(value, bool):
            text = str(value).lower()
        elif isinstance(value, str | int | float):
            text = str(value).strip()
        elif value is None:
            continue
        else:
            raise refusals.incomplete(f"custom.{printable(name[:64])}")
        if len(text) > LONGEST_CUSTOM:
            raise refusals.incomplete(f"custom.{printable(name[:64])}")
        if text and not text.startswith("$"):
            custom[name] = printable(text)
    return custom


def _read_start(text: str | None) -> int | None:
    if text is None:
        return None
    whole, _, fraction = text.partition(".")
    digits = whole.isascii() and whole.isdecimal() and (not fraction or fraction.isdecimal())
    if not digits or len(whole) > 6 or int(whole) > LONGEST_START_SECONDS:
        raise refusals.odd_parameter("start_at", say("a number of seconds"))
    return int(whole)
