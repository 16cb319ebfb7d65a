"""The errors that people can meet, one family for every door.

A door translates them: the pages to a page, the API to a problem document, the commands to a
line. Where they come from decides only which slug, status and hint they carry.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from app.texts import Said, from_json, to_json


class StartError(Exception):
    """The service cannot start: one sentence, and what is wrong, a line each."""

    def __init__(self, sentence: str, faults: list[str] | None = None) -> None:
        super().__init__("\n".join([sentence, *(f"  - {fault}" for fault in faults or [])]))


@dataclass(eq=False)
class ServiceError(Exception):
    """Something that a person is told.

    `slug` is the short code on the page and in the log, `status` the HTTP status, `title`
    what happened, `hint` what to do and who can do it. `retry_after_seconds` says when
    trying again makes sense. `log` holds what an admin needs and a page does not show;
    it never holds a token, a name or an e-mail address.
    """

    slug: str
    status: int
    title: str
    hint: str
    retry_after_seconds: int | None = None
    log: str | None = None

    def __str__(self) -> str:
        return f"{self.title} {self.hint}".rstrip()


@dataclass(eq=False)
class PageError(ServiceError):
    """One that a page can show, in its reader's language."""

    title: Said
    hint: Said


class LaunchError(PageError):
    """A launch or login that is not accepted."""


class AccountError(PageError):
    """A Studio account that cannot be connected."""


class RegistrationError(PageError):
    """An LMS that cannot be registered."""


class EmbedError(PageError):
    """An embed that is not there and is not made."""


def keep_error(error: ServiceError) -> str:
    """Give an error as a database keeps it, to be told later, or in another language."""
    kept = {field.name: getattr(error, field.name) for field in fields(ServiceError)}
    said = {name: to_json(text) for name, text in kept.items() if isinstance(text, Said)}
    return json.dumps(kept | said)


def read_error(kept: str) -> EmbedError:
    """Read what `keep_error` gave."""
    told = json.loads(kept)
    said = {name: from_json(told[name]) for name in ("title", "hint")}
    return EmbedError(**told | said)


class ApiError(ServiceError):
    """A request of the REST API, or a key for it, that is not accepted."""


class BatchError(ServiceError):
    """A batch that is not there, or that cannot be begun."""


@dataclass(frozen=True)
class Renderer:
    """How the readers of one door are told of errors.

    `texts` has slug, title and hint for HTTP's own errors, by status; `other` is for the rest.
    `render` makes the answer, with the error's status.
    """

    texts: Mapping[int, tuple[str, str, str]]
    other: tuple[str, str, str]
    render: Callable[[ServiceError], Any]
