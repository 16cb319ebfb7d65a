"""The errors that people can meet, one family for every door.

A door translates them: the pages to a page, the API to a problem document, the commands to a
line. Where they come from decides only which slug, status and hint they carry.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any


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

    def told(self) -> dict[str, Any]:
        """Give the fields that an `EmbedError` can be made of again, later or elsewhere."""
        return {field.name: getattr(self, field.name) for field in fields(ServiceError)}


class LaunchError(ServiceError):
    """A launch or login that is not accepted."""


class AccountError(ServiceError):
    """A Studio account that cannot be connected."""


class EmbedError(ServiceError):
    """An embed that is not there and is not made."""


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
