"""What the security policy of this answer allows beyond the usual, as only the answer knows."""

from collections.abc import Callable

from flask import g


def allow_frames(find: Callable[[], tuple[str, ...]]) -> None:
    """Let the origins that `find` gives frame this answer: only a page, not a redirect, asks.

    Security: they must come from a verified message, or from an accepted host.
    """
    g.frames = find


def frame_origins() -> tuple[str, ...]:
    """Give the origins that were allowed for this answer."""
    found: tuple[str, ...] = g.frames() if "frames" in g else ()
    return found


def allow_any_frame() -> None:
    """Let any https origin frame this answer, unless `FRAME_ANCESTORS` says who may.

    Outside a launch nobody knows under which host of its own a school has its Canvas.
    Security: for answers only that show nothing and do nothing for a click, or only to who has a
    secret with which they could do the same by themselves.
    """
    g.framed_by_any = True


def let_forms_leave() -> None:
    """Let the forms of this answer lead to other sites.

    Browsers hold `form-action` against every redirect after a post too, and nobody knows all
    hosts between us and a player.
    """
    g.forms_leave = True


def let_load(**sources: str) -> None:
    """Let this answer load more than ours: by kind (`img`, `media`, `connect`), from where."""
    g.loads = {f"{kind}-src": source for kind, source in sources.items()}
