"""The sandbox's own switches under `/_sandbox`: make it fail, look at it, set it back.

Security: open to everyone who can reach it. That is why this is a sandbox.
"""

from typing import Annotated, Literal, TypeVar

from flask import Blueprint, Response, jsonify, make_response, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.studio.faults import Fault
from sandbox.studio.lookup import readable
from sandbox.studio.serving import Serving
from sandbox.studio.state import current_studio
from sandbox.studio.throttle import Limits

blueprint = Blueprint("control", __name__, url_prefix="/_sandbox")

Body = TypeVar("Body", bound=BaseModel)


class TokenOrder(BaseModel):
    """The body of `POST /_sandbox/tokens`: either order, or both."""

    model_config = ConfigDict(extra="forbid", strict=True)

    expire: Literal[True] | None = None
    revoke: Literal[True] | None = None


class CallerOrder(BaseModel):
    """The body of `POST /_sandbox/caller`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    email: str


class HeldQuery(BaseModel):
    """The query of `GET /_sandbox/held`."""

    at_least: Annotated[int, Field(ge=0)] = 0
    seconds: Annotated[float, Field(ge=0, le=30)] = 10.0


@blueprint.errorhandler(ValidationError)
def wrong_input(error: ValidationError) -> ResponseReturnValue:
    """Say what is wrong with an order."""
    return jsonify(error=readable(error)), 400


@blueprint.post("/next")
def plan_fault() -> ResponseReturnValue:
    """Make coming answers fail; gives how many failures wait."""
    return jsonify(waiting=current_studio().faults.plan(_body(Fault)))


@blueprint.post("/throttle")
def set_limits() -> ResponseReturnValue:
    """Refuse a share of all calls, or those beyond a pace; `{}` refuses none."""
    current_studio().throttle.set(_body(Limits))
    return limits()


@blueprint.get("/throttle")
def limits() -> ResponseReturnValue:
    """Give the limits, and how many calls were served and refused since they were set."""
    throttle = current_studio().throttle
    return jsonify(limits=throttle.limits.model_dump(), **throttle.counts())


@blueprint.post("/files")
def set_serving() -> ResponseReturnValue:
    """Say how files are served; `{}` is as at start."""
    studio = current_studio()
    studio.serving = _body(Serving)
    return jsonify(studio.serving.model_dump())


@blueprint.post("/caller")
def set_caller() -> ResponseReturnValue:
    """Let the access token speak for this person; at start it speaks for an admin."""
    studio = current_studio()
    person = studio.people.find_by_email(_body(CallerOrder).email)
    if person is None:
        return jsonify(error="There is no such person."), 404
    studio.caller = person
    return jsonify(caller=person.as_json())


@blueprint.get("/held")
def held() -> ResponseReturnValue:
    """Wait until `at_least` so many answers are held or delayed; gives how many are."""
    query = HeldQuery.model_validate(request.args.to_dict())
    return jsonify(held=current_studio().gate.wait_for_waiting(query.at_least, query.seconds))


@blueprint.post("/release")
def release() -> ResponseReturnValue:
    """Let go all held and delayed answers; gives how many there were."""
    return jsonify(released=current_studio().gate.release())


@blueprint.get("/calls")
def calls() -> ResponseReturnValue:
    """List API and token calls, and those for files."""
    return jsonify(current_studio().journal.calls())


@blueprint.get("/launches")
def launches() -> ResponseReturnValue:
    """List verified launches."""
    return jsonify(current_studio().journal.launches())


@blueprint.get("/refusals")
def refusals() -> ResponseReturnValue:
    """List refused launches."""
    return jsonify(current_studio().journal.refusals())


@blueprint.get("/tokens")
def tokens() -> ResponseReturnValue:
    """Give the tokens that are valid now."""
    return jsonify(current_studio().tokens.current())


@blueprint.post("/tokens")
def kill_tokens() -> ResponseReturnValue:
    """Kill the access token (`expire`), or both (`revoke`)."""
    order = _body(TokenOrder)
    if not (order.expire or order.revoke):
        return jsonify(error="say expire or revoke"), 400
    current_studio().tokens.expire()
    if order.revoke:
        current_studio().tokens.revoke()
    return jsonify(current_studio().tokens.current())


@blueprint.delete("/media/<int:media_id>")
def delete_media(media_id: int) -> ResponseReturnValue:
    """Make a media disappear, as its owner might."""
    media = current_studio().catalogue.delete(media_id)
    if media is None:
        return jsonify(error="There is no such media."), 404
    return jsonify(media=media.as_json(current_studio().settings.url))


@blueprint.post("/reset")
def reset() -> Response:
    """Make everything as at start."""
    current_studio().reset()
    return make_response(jsonify(reset=True))


def _body(model: type[Body]) -> Body:
    return model.model_validate(request.get_json(silent=True))
