"""The schemas of the API's description, as whole: how large numbers are, and which are needed."""

from collections.abc import Iterator
from typing import Any

LARGEST_OF_32_BITS = 2**31 - 1


def widen(description: Any) -> None:
    """Say of whole numbers that they have 64 bits, but of those that can never be so large.

    Else typed clients take 32, and numbers of Canvas's cloud do not fit.
    """
    for part in _parts(description):
        if part.get("type") == "integer" and part.get("maximum", LARGEST_OF_32_BITS + 1) > (
            LARGEST_OF_32_BITS
        ):
            part["format"] = "int64"


def drop_unused(description: dict[str, Any]) -> None:
    """Leave out the schemas to which nothing refers, such as those of queries."""
    schemas = description["components"]["schemas"]
    while unused := schemas.keys() - _referred(description):
        for name in unused:
            del schemas[name]


def _referred(description: Any) -> set[str]:
    return {part["$ref"].rpartition("/")[2] for part in _parts(description) if "$ref" in part}


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    """Give every object in it, at any depth."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _parts(each)
