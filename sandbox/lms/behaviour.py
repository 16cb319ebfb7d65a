"""How the LMS differs from a Canvas that works: misbehaving, or another kind of platform. Pure.

Not here: keys that rotate and key sets that fail (`keys`, `key_set`).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sandbox.lms.messages import DEEP_LINKING_SETTINGS, LTI, PLACEMENT
from sandbox.lms.registration_faults import RegistrationFaults

Storage = Literal["forwarding", "parent", "off", "foreign"]

_Text = Annotated[str, Field(min_length=1)]


class Behaviour(BaseModel):
    """The body of `POST /_sandbox/behaviour`: what is absent goes back to normal."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    storage: Storage = "forwarding"
    """Where platform storage is: in a frame, in the page itself, nowhere, in a foreign frame."""
    kid: _Text | None = None
    """A key id for the token's header, whatever key signs."""
    token_seconds: Annotated[int, Field(ge=1, le=86400)] | None = None
    """How long tokens live, in place of the setting."""
    issuer: _Text | None = None
    """Who the LMS says it is, at login and in tokens: two platforms in one."""
    error: _Text | None = None
    """What authorization answers in place of a token."""
    missing_claims: list[_Text] = []
    """Claims that tokens lack, and members of deep-linking settings; by their full names or the
    last part of them."""
    key_set_delay_seconds: Annotated[float, Field(ge=0, le=60)] = 0.0
    product_family: _Text | None = "canvas"
    """What kind of LMS this is: another than Canvas says no placement, None says nothing."""
    locale: str | None = None
    """The language of tokens, whatever people chose."""
    accept_types: list[str] | None = None
    """What the editor accepts, in place of Canvas's list; so are the next two."""
    accept_targets: list[str] | None = None
    accept_multiple: bool | None = None
    deep_link_title: str | None = None
    """What requests for items suggest as title; the next one as text."""
    deep_link_text: str | None = None
    data: str | None = None
    """What must come back as `data`, in place of the request's own."""

    registration: RegistrationFaults = RegistrationFaults()
    """How dynamic registration goes wrong."""

    def headers(self) -> dict[str, str]:
        """Give what stands in the token's header in place of the right values."""
        return {} if self.kid is None else {"kid": self.kid}

    def changed(self, claims: dict[str, Any]) -> dict[str, Any]:
        """Give the claims as they are told to be."""
        told = dict(claims)
        if self.token_seconds is not None:
            told["exp"] = claims["iat"] + self.token_seconds
        if self.issuer is not None:
            told["iss"] = self.issuer
        if self.locale is not None:
            name = f"{LTI}/launch_presentation"
            told[name] = claims[name] | {"locale": self.locale}
        if DEEP_LINKING_SETTINGS in claims:
            told[DEEP_LINKING_SETTINGS] = self._asked(claims)
        if self.product_family != "canvas":
            self._rename_platform(told)
        return self._without_missing(told)

    def _asked(self, claims: dict[str, Any]) -> dict[str, Any]:
        """Give the deep-linking settings as they are told to be."""
        told: dict[str, Any] = {
            "title": self.deep_link_title,
            "text": self.deep_link_text,
            "data": self.data,
        }
        if claims[PLACEMENT] == "editor_button":
            told |= {
                "accept_types": self.accept_types,
                "accept_presentation_document_targets": self.accept_targets,
                "accept_multiple": self.accept_multiple,
            }
        given = {name: value for name, value in told.items() if value is not None}
        return self._without_missing(claims[DEEP_LINKING_SETTINGS] | given)

    def _rename_platform(self, claims: dict[str, Any]) -> None:
        claims.pop(PLACEMENT, None)
        platform = dict(claims[f"{LTI}/tool_platform"])
        del platform["product_family_code"]
        if self.product_family is not None:
            platform["product_family_code"] = self.product_family
        claims[f"{LTI}/tool_platform"] = platform

    def _without_missing(self, claims: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in claims.items() if not self._lacks(name)}

    def _lacks(self, claim: str) -> bool:
        return claim in self.missing_claims or claim.rpartition("/")[2] in self.missing_claims


KINDS: Mapping[str, Behaviour] = {
    "Canvas": Behaviour(),
    "Takes only HTML, is no Canvas": Behaviour(accept_types=["html"], product_family=None),
    "Canvas without platform storage": Behaviour(storage="off"),
}
"""The kinds of LMS that people can choose on the start page."""
