"""What a request says, read strictly: a body that is a JSON object, numbers in a path, fields."""

from typing import Any

from flask import request
from pydantic import ValidationError
from werkzeug.exceptions import BadRequest

from app.api.problem import FieldFault, odd_fields
from app.errors import ApiError
from app.inputs import LARGEST_ID, read_positive

_SAID = {
    "missing": "is missing",
    "extra_forbidden": "is not known",
    "model_type": "must be an object",
}


def check_body() -> None:
    """See that the body is a JSON object; raises `ApiError` (400, 415, 422)."""
    if request.mimetype != "application/json":
        raise ApiError("media-type", 415, "The body must be application/json.", "")
    try:
        value = request.get_json()
    except (BadRequest, RecursionError):
        raise ApiError(
            "body-unreadable", 400, "The body is no JSON that can be read.", ""
        ) from None
    if not isinstance(value, dict):
        raise odd_fields(FieldFault(pointer="", detail="must be an object"))


def refuse_query() -> None:
    """See that there is no query where none is read: who writes one means something by it."""
    if request.args:
        raise odd_fields(
            *(FieldFault(parameter=name, detail="is not known") for name in request.args)
        )


def read_id(name: str, text: str) -> int:
    """Read a number in a path; raises `FieldsError`."""
    if (number := read_positive(text)) is None:
        detail = f"must be a whole number from 1 to {LARGEST_ID}"
        raise odd_fields(FieldFault(parameter=name, detail=detail))
    return number


def refuse_fields(
    _request: object, _response: object, error: Any, _instance: object, _adapter: object
) -> None:
    """Raise `FieldsError` where the fields of a request do not fit: Spectree calls it each time."""
    if isinstance(error, ValidationError):
        raise odd_fields(*read_faults(error, in_body=request.method == "POST")) from None


def read_faults(
    error: ValidationError, *, in_body: bool, at: tuple[int | str, ...] = ()
) -> list[FieldFault]:
    """Read what does not fit; in a body, `at` leads to what was looked at."""
    told = error.errors(include_url=False, include_context=False, include_input=False)
    said = (((*at, *fault["loc"]), _SAID.get(fault["type"], fault["msg"])) for fault in told)
    return [_fault(*one, in_body=in_body) for one in said]


def refuse_answer(
    _request: object, _response: object, error: Any, _instance: object, _adapter: object
) -> None:
    """Raise what is wrong with an answer of ours, which is a fault of this service."""
    if error is not None:
        raise error


def _fault(location: tuple[int | str, ...], message: str, *, in_body: bool) -> FieldFault:
    text = message.removeprefix("Value error, ").removeprefix("Input ")
    detail = text[:1].lower() + text[1:]
    if in_body:
        return FieldFault(pointer=point_to(*location), detail=detail)
    return FieldFault(parameter=".".join(str(step) for step in location), detail=detail)


def point_to(*location: int | str) -> str:
    """Give a JSON pointer (RFC 6901)."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in location)
    return "".join(f"/{step}" for step in steps)
