"""The Media API's operations that a tool for embedding needs; the others are in `upkeep`.

Reference: https://developerdocs.instructure.com/services/studio/api-reference/media
"""

from typing import Annotated, Literal

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.studio.lookup import PREFIX, media_for_lookup, media_or_422, readable
from sandbox.studio.operations import ApiError, bearer_required, operation
from sandbox.studio.people import PERMISSIONS
from sandbox.studio.perspectives import courses_of, perspectives_of
from sandbox.studio.search import read_search, search_page
from sandbox.studio.state import current_studio

blueprint = Blueprint("api", __name__, url_prefix=PREFIX)


class EmbedOrder(BaseModel):
    """The body of `create_embed`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    course_id: Annotated[int, Field(gt=0)]
    embed_type: Literal["embed", "bare_embed"]
    downloadable: bool = False


@blueprint.get("/media/search")
@operation("search")
@bearer_required
def search() -> ResponseReturnValue:
    """Search by title and owner, page by page."""
    studio = current_studio()
    query = read_search(request.args)
    return jsonify(search_page(studio.catalogue.list_unarchived(), query, studio.settings.url))


@blueprint.get("/media/<media_id>")
@operation("show")
@bearer_required
def show(media_id: str) -> ResponseReturnValue:
    """Show one media."""
    return jsonify(media=media_for_lookup(media_id).as_json(current_studio().settings.url))


@blueprint.get("/media/<media_id>/users")
@operation("users")
@bearer_required
def users(media_id: str) -> ResponseReturnValue:
    """List who may use the media."""
    media = media_or_422(media_id)
    min_permission = request.args.get("min_permission", "access")
    if min_permission not in PERMISSIONS:
        raise ApiError(422, f"min_permission must be one of {', '.join(PERMISSIONS)}.")
    return jsonify(users=[share.as_json() for share in media.users(min_permission)])


@blueprint.get("/media/<media_id>/perspectives")
@operation("perspectives")
@bearer_required
def perspectives(media_id: str) -> ResponseReturnValue:
    """List where the media is, with the embeds made there."""
    media = media_or_422(media_id)
    return jsonify(perspectives=perspectives_of(media, current_studio().embeds))


@blueprint.get("/media/<media_id>/courses")
@operation("courses")
@bearer_required
def courses(media_id: str) -> ResponseReturnValue:
    """List the courses that have the media."""
    media = media_or_422(media_id)
    return jsonify(courses=courses_of(media, current_studio().embeds))


@blueprint.post("/media/<media_id>/create_embed")
@operation("create_embed")
@bearer_required
def create_embed(media_id: str) -> ResponseReturnValue:
    """Make a new embed of the media in a course, even if there is one already."""
    media = media_or_422(media_id)
    try:
        order = EmbedOrder.model_validate(request.get_json(silent=True))
    except ValidationError as error:
        raise ApiError(422, readable(error)) from error
    embed = current_studio().embeds.make(
        media.id, order.course_id, order.embed_type, order.downloadable
    )
    return jsonify(launch_url=embed.launch_url)
