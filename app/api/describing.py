"""The description of the API (OpenAPI 3.1), as Spectree makes it of the operations, completed.

Spectree knows paths, queries, bodies and answers. Added here: that errors are problem documents,
and of which kinds, that numbers in paths are numbers, an example of everything, and what headers
tell.
"""

import copy
from collections.abc import Mapping
from functools import cache
from typing import Any

from spectree import SpecTree
from spectree.model_adapter.pydantic_adapter import PydanticModelAdapter
from spectree.models import SecureType, SecurityScheme, SecuritySchemeData

from app.api import examples, reading, schemas
from app.api.batch_bodies import CSV
from app.api.batches import KEY_HEADER, LONGEST_KEY, REPLAYED_HEADER
from app.api.kinds import KINDS
from app.api.problem import MEDIA_TYPE, Problem, address_of
from app.api.reading import point_to
from app.api.routes import Problems
from app.api.shapes import COURSE, MEDIA
from app.core import cartridge
from app.core.api_keys import SCOPES
from app.inputs import LARGEST_ID

TITLE, VERSION = "Studio Embed", "1.0.0"
ABOUT = (
    "Puts Canvas Studio media into courses, and offers Studio's Media API, under keys of its own. "
    "An admin makes a key with `flask api-keys create`; it belongs to one Studio account and has "
    f"scopes: {', '.join(f'`{scope}`' for scope in SCOPES)}. Errors are problem documents (RFC "
    "9457): `type` ends in the kind of problem, and the description of a status names those that "
    "it can be. Each answer has `X-Request-Id`, which stands in the service's log: yours, if you "
    "sent one. A key may make so many calls a minute; what is left is told by `RateLimit`."
)
_CREATE_BATCH = "create_batch"
_REQUEST_ID = {
    "name": "X-Request-Id",
    "in": "header",
    "required": False,
    "description": "your reference of this request: one word of at most 64 letters, digits and "
    "`.` `_` `-`; anything else is as good as none",
    "schema": {"type": "string"},
}
_ONCE = {
    "name": KEY_HEADER,
    "in": "header",
    "required": False,
    "description": "a text of your own; with it the same body is the same batch for a week, or "
    "until an admin forgets that batch, and another body is refused",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST_KEY,
        "pattern": "^[!-~]([ -~]*[!-~])?$",
    },
}
_BY_CSV = {"schema": {"type": "string"}, "example": examples.BATCH_CSV}
_ALLOWANCE = {
    "RateLimit-Policy": "how many calls a key has, and in how many seconds",
    "RateLimit": "how many are left, and for how many seconds",
    "RateLimit-Limit": "how many calls a key has in a minute",
    "RateLimit-Remaining": "how many are left",
    "RateLimit-Reset": "in how many seconds it has all of them again",
}
_NUMBERS = {
    "media_id": MEDIA,
    "course_id": COURSE,
    "embed_id": "the number of an embed, its `id`",
    "batch_id": "the number of a batch, its `id`",
}
"""What stands in paths."""
_NULL = {"type": "null"}
_FILES = {"get_course_cartridge": cartridge.MEDIA_TYPE}
"""Operations that answer a file, of which Spectree knows nothing."""
_FILE = {"schema": {"type": "string", "format": "binary"}, "example": "PK…"}


def make_tree() -> SpecTree:
    """Give what collects the operations.

    A model's schema is made once, though Spectree asks anew for each answer that has it.
    """
    models = PydanticModelAdapter()
    models.json_schema = cache(models.json_schema)  # type: ignore[method-assign, assignment]
    bearer = SecuritySchemeData(
        type=SecureType.HTTP,
        scheme="bearer",
        description=f"An API key. Scopes: {', '.join(SCOPES)}.",
    )
    return SpecTree(
        "flask",
        before=reading.refuse_fields,
        after=reading.refuse_answer,
        validation_error_model=Problem,
        model_adapter=models,  # type: ignore[arg-type]
        naming_strategy=lambda model: model.__name__,
        nested_naming_strategy=lambda _parent, child: child,
        mode="strict",
        title=TITLE,
        version=VERSION,
        description=ABOUT,
        security_schemes=[SecurityScheme(name="api_key", data=bearer)],
    )


def describe(tree: SpecTree, problems: Mapping[str, Problems], public_url: str) -> dict[str, Any]:
    """Give the whole description; `problems` are those of each operation, by its name."""
    spec: dict[str, Any] = copy.deepcopy(tree.spec)
    models = spec["components"]["schemas"]
    for path in spec["paths"].values():
        for operation in path.values():
            _complete(operation, models)
            _tell_problems(operation, problems[operation["operationId"]], models, public_url)
    schemas.drop_unused(spec)
    schemas.widen(spec)
    return {**spec, "servers": [{"url": public_url}], "security": []}


def _complete(operation: dict[str, Any], models: dict[str, Any]) -> None:
    named = [_parameter(one) for one in operation["parameters"]]
    operation["parameters"] = [*named, _REQUEST_ID]
    if "requestBody" in operation:
        _add_example(operation["requestBody"]["content"], models)
    answers = operation["responses"]
    for status, answer in answers.items():
        _complete_answer(int(status), answer, models)
    if media_type := _FILES.get(operation["operationId"]):
        answers["200"]["content"] = {media_type: _FILE}
        answers["200"]["headers"] |= _headers({"Content-Disposition": "the name of the file"})
    if operation["operationId"] == _CREATE_BATCH:
        operation["requestBody"]["content"][CSV] = _BY_CSV
        operation["parameters"].append(_ONCE)
        replayed = _headers({REPLAYED_HEADER: "`true`, where it was begun before"})
        answers["202"]["headers"] |= replayed


def _tell_problems(
    operation: dict[str, Any], problems: Problems, models: dict[str, Any], public_url: str
) -> None:
    """Name the kinds of each status, and show the one that is typical of it."""
    for status, kinds in problems.items():
        answer = operation["responses"][str(status)]
        answer["description"] = "; ".join(f"`{kind}`: {KINDS[kind].title}" for kind in kinds)
        fault = _fault(operation, models) if kinds[0] == "fields-odd" else None
        answer["content"][MEDIA_TYPE]["example"] = _problem(status, kinds[0], fault, public_url)


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    """Give a parameter with one type: it is there, or it is left out, and never null."""
    if parameter["in"] == "path":
        number = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
        return {**parameter, "description": _NUMBERS[parameter["name"]], "schema": number}
    schema = dict(parameter["schema"])
    kinds = [one for one in schema.pop("anyOf", ()) if one != _NULL]
    if kinds:
        del schema["default"]
        schema |= kinds[0]
    return {**parameter, "schema": schema}


def _complete_answer(status: int, answer: dict[str, Any], models: dict[str, Any]) -> None:
    headers = {"X-Request-Id": "the reference of this request in the service's log"}
    if status >= 400:
        answer["content"] = {MEDIA_TYPE: answer["content"].pop("application/json")}
    elif "application/json" in answer.get("content", {}):
        _add_example(answer["content"], models)
    if status != 401:
        headers |= _ALLOWANCE
    if status in (201, 202, 302):
        headers["Location"] = "where it is"
    if status in (401, 403):
        headers["WWW-Authenticate"] = "what is missing (RFC 6750)"
    if status in (429, 503):
        headers["Retry-After"] = "seconds, after which the same makes sense again"
    answer["headers"] = _headers(headers)


def _headers(meanings: dict[str, str]) -> dict[str, Any]:
    return {
        name: {"description": text, "schema": {"type": "string"}} for name, text in meanings.items()
    }


def _add_example(content: dict[str, Any], models: dict[str, Any]) -> None:
    name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
    content["application/json"]["example"] = models[name]["examples"][0]


def _problem(
    status: int, slug: str, fault: dict[str, str] | None, public_url: str
) -> dict[str, Any]:
    kind = KINDS[slug]
    example = {
        "type": address_of(public_url, slug),
        "title": kind.title,
        "status": status,
        "detail": kind.meaning,
        "reference": "4f1c09ab27",
    }
    return example if fault is None else {**example, "errors": [fault]}


def _fault(operation: dict[str, Any], models: dict[str, Any]) -> dict[str, str]:
    """Give a fault that this operation can have: in its body, else in its first parameter."""
    if "requestBody" in operation:
        name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        needed = models[name.rpartition("/")[2]]["required"]
        return {"detail": "is missing", "pointer": point_to(needed[0])}
    number = operation["parameters"][0]
    detail = f"must be a whole number from 1 to {number['schema']['maximum']}"
    return {"detail": detail, "parameter": number["name"]}
