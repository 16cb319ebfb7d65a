"""What a caller may ask of Studio, checked before anything is sent.

Not here: what Studio says about it afterwards (`errors.by_status`).
"""

import re
from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from app.inputs import LARGEST_ID
from app.studio.errors import Fault, StudioArgumentError, argument

LARGEST_PAGE = 1_000_000
MOST_PER_PAGE = 50
PERMISSIONS = ("access", "view", "edit")
EMBED_TYPES = ("embed", "bare_embed")
EMAIL = re.compile(r"^[^@\s]{1,64}@[^@\s]{1,189}\Z")


def check_id(field: str, value: object) -> None:
    """See that this is a number as Studio gives them; raises `StudioArgumentError`."""
    _check_number(field, value, LARGEST_ID)


def check_page(page: object, per_page: object) -> None:
    """See that there can be such a page; raises `StudioArgumentError`."""
    _check_number("page", page, LARGEST_PAGE)
    _check_number("per_page", per_page, MOST_PER_PAGE)


def check_ids(ids: Mapping[str, object]) -> None:
    """See that each, by its field, can be the number of a thing; raises `StudioArgumentError`."""
    for field, value in ids.items():
        check_id(field, value)


def check_limit(limit: object) -> None:
    """See that at least one is asked for, or all (None); raises `StudioArgumentError`."""
    if limit is not None:
        _check_number("limit", limit, LARGEST_ID)


def check_choice(field: str, value: object, choices: Sequence[str]) -> None:
    """See that the value is one of the known ones; raises `StudioArgumentError`."""
    if value not in choices:
        raise argument(Fault(field, f"must be one of {', '.join(choices)}"))


def check_text(field: str, value: object) -> None:
    """See that this is a text in which something stands; raises `StudioArgumentError`."""
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise argument(Fault(field, "must be a text that is not empty, on one line"))


def check_email(field: str, value: object) -> None:
    """See that this could be an e-mail address; raises `StudioArgumentError`."""
    if not isinstance(value, str) or not EMAIL.fullmatch(value):
        raise argument(Fault(field, "must be an e-mail address"))


def check_flag(field: str, value: object) -> None:
    """See that this is true or false; raises `StudioArgumentError`."""
    if not isinstance(value, bool):
        raise argument(Fault(field, "must be true or false"))


def check_some(field: str, values: Sequence[object]) -> None:
    """See that the list is not empty; raises `StudioArgumentError`."""
    if not values:
        raise argument(Fault(field, "must hold at least one"))


def explain(error: ValidationError) -> StudioArgumentError:
    """Give the error for arguments that a model refused: a fault for each field, no values."""
    told = error.errors(include_url=False, include_context=False, include_input=False)
    return argument(*(Fault(place(fault["loc"]), _plain(fault["msg"])) for fault in told))


def place(location: Sequence[int | str]) -> str:
    """Name a field within its value: `media.3.duration`."""
    return ".".join(str(part) for part in location) or "value"


def _plain(message: str) -> str:
    text = message.removeprefix("Value error, ")
    return text[:1].lower() + text[1:]


def _check_number(field: str, value: object, largest: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= largest:
        raise argument(Fault(field, f"must be a whole number from 1 to {largest}"))
