"""Which further origins may frame this answer, as a verified launch tells."""

from flask import g


def allow(origins: tuple[str, ...]) -> None:
    """Let these origins frame this answer.

    Security: they must come from a verified message, or from an accepted host.
    """
    g.frame_origins = (*origins_so_far(), *origins)


def origins_so_far() -> tuple[str, ...]:
    """Give what was allowed for this answer."""
    found: tuple[str, ...] = g.get("frame_origins", ())
    return found
