"""Every error of the API as a problem document (RFC 9457), and what each kind of it means.

The page of a kind stands at the document's `type`, so that whoever meets one can look it up.
"""

from dataclasses import dataclass

from flask import Response, g, jsonify, render_template
from pydantic import BaseModel, ConfigDict, Field

from app import logs
from app.api.kinds import KINDS
from app.errors import ApiError, Renderer, ServiceError
from app.outside import Outside

MEDIA_TYPE = "application/problem+json"


class FieldFault(BaseModel):
    """What is wrong with one field of the body (`pointer`), or one parameter (`parameter`)."""

    model_config = ConfigDict(frozen=True)

    detail: str
    pointer: str | None = Field(None, description="a JSON pointer (RFC 6901) into the body")
    parameter: str | None = Field(None, description="the name of one in query, path or headers")


class Problem(BaseModel):
    """What went wrong, as RFC 9457 writes it. `reference` stands in the service's log too."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(description="the address of a page that explains this kind of problem")
    title: str
    status: int
    detail: str
    reference: str
    errors: tuple[FieldFault, ...] | None = None


@dataclass(eq=False)
class FieldsError(ApiError):
    """Fields or parameters that cannot be used; `faults` names each."""

    faults: tuple[FieldFault, ...] = ()


@dataclass(eq=False)
class AccessError(ApiError):
    """A key that is missing, unknown or too weak; `challenge` is what RFC 6750 tells of it."""

    challenge: str = ""


def odd_fields(*faults: FieldFault) -> FieldsError:
    """Give the error for what was sent and cannot be used."""
    return FieldsError(
        "fields-odd", 422, "Some of what was sent cannot be used.", "", faults=faults
    )


def problem_renderer(outside: Outside) -> Renderer:
    """Give the renderer of everything under `/api/`."""

    def render(error: ServiceError) -> Response:
        document = describe(outside.settings.public_url, error, logs.current_reference())
        response = jsonify(document.model_dump(exclude_none=True))
        response.status_code, response.mimetype = error.status, MEDIA_TYPE
        if isinstance(error, AccessError):
            response.headers["WWW-Authenticate"] = error.challenge
        return response

    return Renderer(
        {
            404: ("not-found", "There is nothing at this address.", ""),
            405: ("method-not-allowed", "This address does not take this method.", ""),
            413: ("too-large", "The body is larger than this operation takes.", ""),
        },
        ("request-refused", "This request cannot be handled.", ""),
        render,
    )


def describe(public_url: str, error: ServiceError, reference: str) -> Problem:
    """Give an error as its document."""
    return Problem(
        type=address_of(public_url, error.slug),
        title=KINDS[error.slug].title,
        status=error.status,
        detail=error.title,
        reference=reference,
        errors=error.faults if isinstance(error, FieldsError) else None,
    )


def address_of(public_url: str, slug: str) -> str:
    """Give where the page of a kind of problem stands."""
    return f"{public_url}/problems/{slug}"


def kind_page(name: str) -> str:
    """Show what a kind of problem means; raises `ApiError` (404)."""
    g.locale = "en"
    if (kind := KINDS.get(name)) is None:
        raise ApiError("not-found", 404, "There is no such kind of problem.", "See /api/docs.")
    return render_template("problem.html", name=name, kind=kind)
