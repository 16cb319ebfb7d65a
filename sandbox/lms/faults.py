"""What pydantic found wrong, in one line. Pure."""

from pydantic import ValidationError


def describe(error: ValidationError) -> str:
    """Name each place that is wrong, and say what is."""
    return "; ".join(
        f"{'.'.join(str(part) for part in fault['loc']) or 'body'}: {fault['msg']}"
        for fault in error.errors(include_url=False, include_context=False)
    )
