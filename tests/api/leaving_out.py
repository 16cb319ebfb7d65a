"""What `schemathesis` cannot know of the API; it loads this file, see `test_description_kept.py`.

Valid data has to be accepted, but for what a schema cannot say, and this alone is left out:
what Studio refuses by what is there, that one day comes before another, that a key stands for
another body, and what CSV says inside. Each has tests of its own.
"""

from typing import Any

import schemathesis

LEFT_OUT = {"studio-rejected", "idempotency-key-used"}
DAYS = "must not be before the start date"
accepted = schemathesis.checks.CHECKS.get_one("positive_data_acceptance")


@schemathesis.check
def valid_data_is_accepted(ctx: Any, response: Any, case: Any) -> bool | None:
    """As schemathesis checks it, without what is left out."""
    if response.status_code in (400, 422):
        problem = response.json()
        told = {fault["detail"] for fault in problem.get("errors", ())}
        if problem["type"].rpartition("/")[2] in LEFT_OUT or told == {DAYS}:
            return None
        if case.media_type == "text/csv":
            return None
    result: bool | None = accepted(ctx, response, case)
    return result


def _whole(parameters: Any) -> Any:
    """Write whole numbers as such: `5.0` is one to JSON Schema, and no number in a URL."""
    return {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in (parameters or {}).items()
    }


@schemathesis.hook
def map_path_parameters(_context: Any, path_parameters: Any) -> Any:
    """Write the numbers of a path."""
    return _whole(path_parameters)


@schemathesis.hook
def map_query(_context: Any, query: Any) -> Any:
    """Write the numbers of a query."""
    return _whole(query)
