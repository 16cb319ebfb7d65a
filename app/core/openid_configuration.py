"""What an LMS says of itself, as far as it is believed. Pure.

- Every address is https (`ALLOW_INSECURE_URLS` apart), and the LMS signs with RS256.
- The issuer is the origin that answered. Else anybody could register keys of their own for an
  issuer that is somebody else's. Canvas's cloud alone answers for its issuers from other hosts.

Source: https://www.imsglobal.org/spec/lti-dr/v1p0#platform-configuration
"""

import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from app.core import registration_refusals as refusals
from app.core.platforms import Short
from app.inputs import is_id, may_be_loaded, origin_of, printable

LTI = "https://purl.imsglobal.org/spec/lti-platform-configuration"
ACCOUNT_NAME = "https://canvas.instructure.com/lti/account_name"
LONGEST_URL = 2000
CANVAS = "canvas"
ANSWERS_FOR = {
    f"https://sso{kind}.canvaslms.com": f"https://canvas{kind}.instructure.com"
    for kind in ("", ".beta", ".test")
}
"""Origins that answer for another one: they are Instructure's as well."""


def is_address(url: str, *, insecure: bool) -> bool:
    """Whether an LMS may be called at this URL: whoever reads it must read the same host."""
    plain = is_id(url, LONGEST_URL) and not {" ", "\\", "#"} & set(url)
    return plain and may_be_loaded(url, insecure=insecure)


def _short(text: Any) -> Any:
    """Give a text for people as it may stand on a page; None for what is none."""
    return printable(text)[:255] if isinstance(text, str) and text.strip() else None


class _Message(BaseModel):
    type: str
    placements: tuple[str, ...] | None = None


def _read_message(told: Any) -> _Message | None:
    try:
        return _Message.model_validate({"type": told} if isinstance(told, str) else told)
    except ValidationError:
        return None


class _Lti(BaseModel):
    product_family_code: str | None = None
    account_name: str | None = Field(None, alias=ACCOUNT_NAME)
    messages_supported: tuple[_Message, ...] = ()

    _shortened = field_validator("product_family_code", "account_name", mode="before")(_short)

    @field_validator("messages_supported", mode="before")
    @classmethod
    def _read_names(cls, told: Any) -> Any:
        """Moodle lists the names of messages alone. What is no message keeps nobody out."""
        read = map(_read_message, told if isinstance(told, list) else ())
        return [message for message in read if message is not None]


class OpenidConfiguration(BaseModel):
    """An LMS that can be registered."""

    model_config = ConfigDict(frozen=True)

    issuer: Short
    authorization_endpoint: str
    registration_endpoint: str
    jwks_uri: str
    token_endpoint: str | None = None
    authorization_server: str | None = None
    """Audience for the token endpoint, where it is another."""
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)
    lti: Annotated[_Lti, Field(alias=LTI)] = _Lti()

    @field_validator("token_endpoint", "authorization_server", mode="before")
    @classmethod
    def _read_needless(cls, told: Any) -> Any:
        """No launch needs these, so what is as good as none keeps nobody out."""
        return told if is_id(told, LONGEST_URL) else None

    @property
    def is_canvas(self) -> bool:
        """Whether it calls itself Canvas."""
        return self.lti.product_family_code == CANVAS

    @property
    def endpoints(self) -> tuple[str, str]:
        """What launches are believed by: where they are authorized, and the keys that sign."""
        return self.authorization_endpoint, self.jwks_uri

    def find_placements(self, message_type: str) -> tuple[str, ...] | None:
        """Find where a message may come from; () is nowhere in particular, None is not at all."""
        told = self.lti.messages_supported
        if not told:
            return ()
        mine = [message.placements or () for message in told if message.type == message_type]
        return tuple(place for places in mine for place in places) if mine else None


def read_configuration(url: str, body: bytes, *, insecure: bool) -> OpenidConfiguration:
    """Read what came from `url`; raises `RegistrationError` naming what is wrong with it."""
    try:
        read = OpenidConfiguration.model_validate(json.loads(body))
    except ValidationError as error:
        raise refusals.odd_configuration(_name_first(error)) from None
    except (ValueError, RecursionError):
        raise refusals.odd_configuration("no JSON") from None
    for name in ("authorization_endpoint", "registration_endpoint", "jwks_uri", "token_endpoint"):
        address = getattr(read, name)
        if address is not None and not is_address(address, insecure=insecure):
            raise refusals.odd_configuration(name)
    if "RS256" not in read.id_token_signing_alg_values_supported:
        raise refusals.odd_configuration("id_token_signing_alg_values_supported")
    if not is_address(read.issuer, insecure=insecure):
        raise refusals.odd_configuration("issuer")
    here = origin_of(url) or ""
    if origin_of(read.issuer) not in (here, ANSWERS_FOR.get(here, here)):
        raise refusals.foreign_issuer(read.issuer)
    return read


def _name_first(error: ValidationError) -> str:
    return str(next(iter(error.errors()[0]["loc"]), "no object"))
