"""What the security policy of this answer allows beyond the usual, as only the answer knows."""

from flask import g


def allow_frames(origins: tuple[str, ...]) -> None:
    """Let these origins frame this answer.

    Security: they must come from a verified message, or from an accepted host.
    """
    g.frame_origins = (*origins_so_far(), *origins)


def origins_so_far() -> tuple[str, ...]:
    """Give what was allowed for this answer."""
    found: tuple[str, ...] = g.get("frame_origins", ())
    return found


def allow_any_frame() -> None:
    """Let any https origin frame this answer, unless `FRAME_ANCESTORS` says who may.

    Outside a launch nobody knows under which host of its own a school has its Canvas.
    Security: for answers only that show nothing and do nothing for a click.
    """
    g.framed_by_any = True


def let_forms_leave() -> None:
    """Let the forms of this answer lead to other sites.

    Browsers hold `form-action` against every redirect after a post too, and nobody knows all
    hosts between us and a player.
    """
    g.forms_leave = True
