"""One operation of the API, and how it comes to the service: its key first, then its fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Literal

from flask import Blueprint
from flask.typing import ResponseReturnValue
from pydantic import BaseModel
from spectree import Response, SpecTree
from spectree.models import Tag

from app.api import reading
from app.api.access import Gate
from app.api.problem import Problem

PREFIX = "/api/v1"
ALWAYS = (401, 403, 422, 429, 500, 503)
WITH_BODY = (400, 413, 415)
FROM_STUDIO = (400, 404, 502, 504)


@dataclass(frozen=True)
class Operation:
    """An operation: `view` takes a `Caller`, the numbers in the path, and `query` or `json`.

    `answers` are the good statuses with their bodies; `errors` those beyond the usual ones.
    `body` is for a view that takes no `json`, because it reads the body by itself.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    view: Callable[..., Any]
    scope: str
    tag: Tag
    answers: Mapping[int, type[BaseModel] | None]
    errors: tuple[int, ...] = field(default=FROM_STUDIO)
    body: type[BaseModel] | None = None

    @property
    def takes_json(self) -> bool:
        """Whether it is given a body."""
        return "json" in self.view.__annotations__

    @property
    def takes_query(self) -> bool:
        """Whether it reads a query."""
        return "query" in self.view.__annotations__

    def statuses(self) -> list[int]:
        """Give every status of an error, in order."""
        of_body = WITH_BODY if self.takes_json or self.body else ()
        return sorted({*ALWAYS, *of_body, *self.errors})


def add(door: Blueprint, tree: SpecTree, gate: Gate, operation: Operation) -> None:
    """Let the door serve an operation, guarded by its scope, and the tree describe it."""
    models: dict[str, Any] = {f"HTTP_{status}": Problem for status in operation.statuses()}
    models |= {f"HTTP_{status}": model for status, model in operation.answers.items()}
    checked = tree.validate(
        json=operation.body,
        skip_validation=operation.body is not None,
        resp=Response(**models),
        tags=[operation.tag],
        security={"api_key": [operation.scope]},
        operation_id=operation.view.__name__,
    )(operation.view)

    @wraps(checked)
    def guarded(**numbers: str) -> ResponseReturnValue:
        caller = gate.let_in(operation.scope)
        read = {name: reading.read_id(name, text) for name, text in numbers.items()}
        if not operation.takes_query:
            reading.refuse_query()
        if operation.takes_json:
            reading.check_body()
        answer: ResponseReturnValue = checked(caller, **read)
        return answer

    guarded.scope = operation.scope  # type: ignore[attr-defined]
    door.add_url_rule(
        PREFIX + operation.path,
        operation.view.__name__,
        guarded,
        methods=[operation.method],
        provide_automatic_options=False,
    )
