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
from werkzeug.routing import BaseConverter

from app.api import reading
from app.api.access import Gate
from app.api.problem import Problem

PREFIX = "/api/v1"
Problems = Mapping[int, tuple[str, ...]]
"""Statuses of errors, each with the kinds of problem that it can be; the first is typical."""
ALWAYS: Problems = {
    401: ("key-unknown", "key-missing"),
    403: ("scope-missing",),
    422: ("fields-odd",),
    429: ("too-many-calls",),
    500: ("internal",),
    503: ("database-unavailable",),
}
WITH_BODY: Problems = {400: ("body-unreadable",), 413: ("too-large",), 415: ("media-type",)}
FROM_STUDIO: Problems = {
    400: ("studio-rejected",),
    403: ("scope-missing", "studio-forbidden"),
    404: ("media-not-found",),
    422: ("fields-odd", "studio-rejected"),
    502: ("studio-answer", "studio-authorization"),
    503: ("studio-unavailable", "studio-held-back", "service-busy"),
    504: ("studio-timeout",),
}


def join(*several: Problems) -> Problems:
    """Give all that can go wrong; what is typical of a status is that of the first to have it."""
    return {
        status: tuple(dict.fromkeys(kind for each in several for kind in each.get(status, ())))
        for status in sorted(set().union(*several))
    }


class MediaIdConverter(BaseConverter):
    """What stands for the number of a media, whatever it is: but `search` is an address itself.

    Else it would be told that a search can be deleted.
    """

    regex = r"(?!search$)[^/]+"
    part_isolating = True


@dataclass(frozen=True)
class Operation:
    """An operation: `view` takes a `Caller`, the numbers in the path, and `query` or `json`.

    `answers` are the good statuses with their bodies; `errors` what can go wrong beyond the usual.
    `body` is for a view that takes no `json`, because it reads the body by itself.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    view: Callable[..., Any]
    scope: str
    tag: Tag
    answers: Mapping[int, type[BaseModel] | None]
    errors: Problems = field(default_factory=lambda: FROM_STUDIO)
    body: type[BaseModel] | None = None

    @property
    def takes_json(self) -> bool:
        """Whether it is given a body."""
        return "json" in self.view.__annotations__

    @property
    def takes_query(self) -> bool:
        """Whether it reads a query."""
        return "query" in self.view.__annotations__

    @property
    def problems(self) -> Problems:
        """All that can go wrong."""
        return join(WITH_BODY if self.takes_json or self.body else {}, self.errors, ALWAYS)


def add(door: Blueprint, tree: SpecTree, gate: Gate, operation: Operation) -> None:
    """Let the door serve an operation, guarded by its scope, and the tree describe it."""
    models: dict[str, Any] = {f"HTTP_{status}": Problem for status in operation.problems}
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
