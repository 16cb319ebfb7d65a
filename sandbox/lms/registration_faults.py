"""How dynamic registration goes wrong on request."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class RegistrationFaults(BaseModel):
    """A part of the body of `POST /_sandbox/behaviour`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    configuration: dict[str, JsonValue] = {}
    """Members of the OpenID configuration that are others; null: they are left out."""
    raw_configuration: str | None = None
    """What is answered in place of that configuration."""
    redirect: str | None = None
    """Where its address leads; `moved` in a query is where that ends."""
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    """What the registration endpoint answers, without registering."""
    answer: dict[str, JsonValue] = {}
    """Members of its answer that are others, after it registered; null: they are left out."""
    answer_status: Annotated[int, Field(ge=200, le=599)] = 201
    """Its status, after it registered."""
    raw_answer: str | None = None
    """What is answered in place of that."""
    lost: bool = False
    """It registers, and breaks the connection."""


def changed(members: dict[str, Any], changes: dict[str, JsonValue]) -> dict[str, Any]:
    """Give members as they are told to be."""
    told = members | changes
    return {name: value for name, value in told.items() if name not in changes or value is not None}
