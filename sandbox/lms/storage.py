"""LTI platform storage: the LMS keeps a tool's few words in the browser, where cookies do not live.

https://www.imsglobal.org/spec/lti-cs-pm/v0p1 and https://www.imsglobal.org/spec/lti-pm-s/v0p1.
`static/storage.js` answers the messages. As in Canvas the page that frames the tool only says
what there is, and a hidden frame beside the tool keeps it, at the origin of the authorization URL:
by that the tool knows whom it talks to. Other ways are there on request (`behaviour`).
"""

from dataclasses import dataclass

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from sandbox.lms.state import Lms, current_lms

blueprint = Blueprint("storage", __name__)

FRAME = "post_message_forwarding"
PATH = "/storage/frame"

_CAPABILITIES = "lti.capabilities"
_KEEPING = "lti.put_data lti.get_data"


@dataclass(frozen=True)
class Storage:
    """What a page that frames the tool has of it."""

    answers: str
    """Which messages the page itself answers."""
    tool_origin: str
    prefix: str
    """What the browser's keys of this tool begin with."""
    frame_name: str = ""
    frame_url: str = ""


def storage_target(lms: Lms) -> str | None:
    """Give what login initiation tells the tool; None where there is no platform storage."""
    match lms.behaviour.storage:
        case "off":
            return None
        case "parent":
            return "_parent"
        case "forwarding" | "foreign":
            return FRAME


def frame_origin(lms: Lms) -> str:
    """Give the origin of the hidden frame: the LMS's own, unless it is told otherwise."""
    foreign = lms.behaviour.storage == "foreign"
    return lms.settings.foreign_origin if foreign else lms.settings.url


@blueprint.app_context_processor
def page_storage() -> dict[str, object]:
    """Tell every page that frames the tool who that is, and what it has of platform storage."""
    lms = current_lms()
    return {"storage": _page_storage(lms), "tool_origin": lms.settings.tool_origin}


def _page_storage(lms: Lms) -> Storage | None:
    target = storage_target(lms)
    if target is None:
        return None
    if target == FRAME:
        return _storage(lms, _CAPABILITIES, FRAME, frame_origin(lms) + PATH)
    return _storage(lms, f"{_CAPABILITIES} {_KEEPING}")


@blueprint.get(PATH)
def frame() -> ResponseReturnValue:
    """Give the hidden frame, which keeps and gives."""
    lms = current_lms()
    if storage_target(lms) != FRAME:
        abort(404, "There is no platform storage in a frame.")
    return render_template("storage.html", storage=_storage(lms, _KEEPING))


def _storage(lms: Lms, answers: str, frame_name: str = "", frame_url: str = "") -> Storage:
    settings = lms.settings
    prefix = f"lti|platform_storage|{settings.client_id}|"
    return Storage(answers, settings.tool_origin, prefix, frame_name, frame_url)
