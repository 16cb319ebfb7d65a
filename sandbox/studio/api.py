"""The Media API's operations that a tool for embedding needs.

The others are in `upkeep` and `files`, those of neighbouring pages in `neighbours`.
Reference: https://developerdocs.instructure.com/services/studio/api-reference/media
"""

from typing import Annotated, Literal

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.studio.lookup import PREFIX, media_for_lookup, media_or_422, read_query, readable
from sandbox.studio.operations import ApiError, bearer_required, operation
from sandbox.studio.people import PERMISSIONS, includes
from sandbox.studio.perspectives import courses_of, perspectives_of, shown
from sandbox.studio.search import Search
from sandbox.studio.state import current_studio

blueprint = Blueprint("api", __name__, url_prefix=PREFIX)


class EmbedOrder(BaseModel):
    """The body of `create_embed`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    course_id: Annotated[int, Field(gt=0, lt=2**62)]
    embed_type: Literal["embed", "bare_embed"]
    downloadable: bool = False


@blueprint.get("/media/search")
@operation("search")
@bearer_required
def search() -> ResponseReturnValue:
    """Search by all filters that are given, page by page."""
    studio = current_studio()
    query = read_query(Search, request.args)
    found, count = studio.catalogue.search(query, studio.caller)
    media = [one.as_json(studio.settings.url) for one in found]
    return jsonify(media=media, meta=query.meta(count))


@blueprint.get("/media/<media_id>")
@operation("show")
@bearer_required
def show(media_id: str) -> ResponseReturnValue:
    """Show one media, with its collection."""
    return jsonify(media=shown(media_for_lookup(media_id, "access"), current_studio()))


@blueprint.get("/media/<media_id>/users")
@operation("users")
@bearer_required
def users(media_id: str) -> ResponseReturnValue:
    """List who may use the media.

    The vendor's own script reads `user_permissions`; `users` is what the path promises.
    """
    media = media_or_422(media_id, "view")
    least = request.args.get("min_permission", "access")
    if least not in PERMISSIONS:
        raise ApiError(422, f"min_permission must be one of {', '.join(PERMISSIONS)}.")
    found = [
        {**person.as_json(), "permission": permission}
        for person, permission in current_studio().catalogue.list_users(media)
        if includes(permission, least)
    ]
    return jsonify(users=found, user_permissions=found)


@blueprint.get("/media/<media_id>/perspectives")
@operation("perspectives")
@bearer_required
def perspectives(media_id: str) -> ResponseReturnValue:
    """List where the media is, with the embeds made there."""
    media = media_or_422(media_id, "access")
    return jsonify(perspectives=perspectives_of(media, current_studio()))


@blueprint.get("/media/<media_id>/courses")
@operation("courses")
@bearer_required
def courses(media_id: str) -> ResponseReturnValue:
    """List the courses that have the media."""
    return jsonify(courses=courses_of(media_or_422(media_id, "access"), current_studio()))


@blueprint.post("/media/<media_id>/create_embed")
@operation("create_embed")
@bearer_required
def create_embed(media_id: str) -> ResponseReturnValue:
    """Make a new embed of the media in a course, even if there is one already."""
    media = media_or_422(media_id, "view")
    try:
        order = EmbedOrder.model_validate(request.get_json(silent=True))
    except ValidationError as error:
        raise ApiError(422, readable(error)) from error
    embed = current_studio().embeds.make(
        media.id, order.course_id, order.embed_type, order.downloadable
    )
    return jsonify(launch_url=embed.launch_url)
