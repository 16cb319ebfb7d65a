"""The sandbox's own switches under `/_sandbox`: make links and copies, look, make it misbehave.

Security: open to everyone who can reach it. That is why this is a sandbox.
"""

from dataclasses import asdict
from typing import Annotated, TypeVar

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.lms.behaviour import Behaviour
from sandbox.lms.content import ResourceLink, framed
from sandbox.lms.faults import describe
from sandbox.lms.pages import course_or_404
from sandbox.lms.state import current_lms

blueprint = Blueprint("control", __name__, url_prefix="/_sandbox")

Body = TypeVar("Body", bound=BaseModel)


class LinkOrder(BaseModel):
    """The body of `POST /_sandbox/links`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    course_id: int
    page: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Annotated[str, Field(min_length=1)]
    custom: dict[str, str] = {}


class KeysOrder(BaseModel):
    """The body of `POST /_sandbox/keys`: what is absent goes back to normal."""

    model_config = ConfigDict(extra="forbid", strict=True)

    rotate: bool = False
    key_set_status: Annotated[int, Field(ge=200, le=599)] | None = None
    key_set_hold: bool | None = None


@blueprint.errorhandler(ValidationError)
def wrong_input(error: ValidationError) -> ResponseReturnValue:
    """Say what is wrong with an order."""
    return jsonify(error=describe(error)), 400


@blueprint.post("/links")
def make_link() -> ResponseReturnValue:
    """Put a link to the tool on a page, which is made if it is not there."""
    lms = current_lms()
    order = _body(LinkOrder)
    if lms.find_course(order.course_id) is None:
        return jsonify(error=f"course_id: there is no course {order.course_id}"), 400
    link = ResourceLink(order.title, order.custom)
    block = framed(link)
    lms.change_course(order.course_id, lambda course: course.with_blocks(order.page, block))
    page_url = f"{lms.settings.url}/courses/{order.course_id}/pages/{order.page}"
    return jsonify(lookup_uuid=link.lookup_uuid, page_url=page_url), 201


@blueprint.get("/courses/<int:course_id>")
def show_course(course_id: int) -> ResponseReturnValue:
    """Give a course with all that was put into it."""
    return jsonify(asdict(course_or_404(course_id)))


@blueprint.post("/courses/<int:course_id>/copy")
def copy_course(course_id: int) -> ResponseReturnValue:
    """Copy a course as the button does."""
    course_or_404(course_id)
    return jsonify(course_id=current_lms().copy_course(course_id).id), 201


@blueprint.get("/log")
def log() -> ResponseReturnValue:
    """List what happened."""
    return jsonify(current_lms().log())


@blueprint.post("/keys")
def set_keys() -> ResponseReturnValue:
    """Rotate the keys; make the key set's address fail or wait, or set it right again."""
    lms = current_lms()
    order = _body(KeysOrder)
    if order.rotate:
        lms.keys.rotate()
    lms.key_set.set(status=order.key_set_status, hold=bool(order.key_set_hold))
    return jsonify(kid=lms.keys.kid)


@blueprint.post("/behaviour")
def set_behaviour() -> ResponseReturnValue:
    """Make the LMS misbehave, or behave again; gives all that it does now."""
    lms = current_lms()
    lms.behaviour = _body(Behaviour)
    return jsonify(lms.behaviour.model_dump())


@blueprint.post("/reset")
def reset() -> ResponseReturnValue:
    """Make everything as at start, but for the keys."""
    current_lms().reset()
    return jsonify(reset=True)


def _body(model: type[Body]) -> Body:
    return model.model_validate(request.get_json(silent=True))
