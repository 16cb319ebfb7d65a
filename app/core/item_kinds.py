"""Which kind of content item serves best at the place where an LMS asks for links.

`link` is an `ltiResourceLink` of ours, which mends itself in copied courses; `native` the iframe
that Canvas itself writes, which its editor and apps know; `canvas_link` a plain link to the same
address. The last two lead to Canvas, so they are for nobody else.
"""

from typing import Literal

ItemKind = Literal["link", "native", "canvas_link"]
EDITOR = "editor_button"


def choose_kind(
    wish: str,
    launch_mode: str,
    accept_types: tuple[str, ...],
    placement: str | None,
    *,
    canvas: bool,
) -> ItemKind | None:
    """Choose; None where nothing that can be given is accepted.

    `wish` is `STUDIO_DEEP_LINK_ITEM`: what is preferred where both are accepted.
    """
    may_be_native = canvas and "html" in accept_types
    in_editor = placement == EDITOR and launch_mode == "canvas"
    if may_be_native and (wish == "native" or (wish == "auto" and in_editor)):
        return "native"
    if "ltiResourceLink" in accept_types:
        return "link"
    if may_be_native:
        return "native"
    return "canvas_link" if canvas and "link" in accept_types else None
