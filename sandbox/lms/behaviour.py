"""How the LMS misbehaves on request, as platforms do by mistake or in malice. Pure.

Not here: keys that rotate and key sets that fail (`keys`, `key_set`).
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

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
    """Claims that tokens lack, by their full names or the last part of them."""
    key_set_delay_seconds: Annotated[float, Field(ge=0, le=60)] = 0.0

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
        return {name: value for name, value in told.items() if not self._lacks(name)}

    def _lacks(self, claim: str) -> bool:
        return claim in self.missing_claims or claim.rpartition("/")[2] in self.missing_claims
