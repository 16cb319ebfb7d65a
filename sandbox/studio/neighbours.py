"""What the vendor documents beside the Media API, as far as a picker and checks want it.

Pages Ping, Collection, Courses, Tags and User of
https://developerdocs.instructure.com/services/studio/api-reference
"""

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from sandbox.studio.collection import Collection
from sandbox.studio.lookup import PREFIX, media_or_422, number_or_422, read_query
from sandbox.studio.operations import ApiError, bearer_required, operation
from sandbox.studio.perspectives import perspectives_in
from sandbox.studio.search import Paging, UserSearch
from sandbox.studio.state import current_studio

blueprint = Blueprint("neighbours", __name__, url_prefix=PREFIX)


@blueprint.get("/ping")
@operation("ping")
@bearer_required
def ping() -> ResponseReturnValue:
    """Answer, so that a caller sees that its token is good."""
    return Response("pong", mimetype="text/plain")


@blueprint.get("/media/<media_id>/tags")
@operation("tags")
@bearer_required
def tags(media_id: str) -> ResponseReturnValue:
    """List the media's tags."""
    return jsonify(tags=current_studio().catalogue.list_tags(media_or_422(media_id, "access").id))


@blueprint.get("/collections")
@operation("collections")
@bearer_required
def collections() -> ResponseReturnValue:
    """List the collections that the caller may look into."""
    studio, paging = current_studio(), read_query(Paging, request.args)
    found = studio.collections.list_open_to(studio.caller)
    page = found[paging.offset : paging.offset + paging.per_page]
    return jsonify(collections=[one.as_json() for one in page], meta=paging.meta(len(found)))


@blueprint.get("/collections/<collection_id>/media")
@operation("collection_media")
@bearer_required
def collection_media(collection_id: str) -> ResponseReturnValue:
    """List what is in a collection."""
    studio, number = current_studio(), number_or_422("collection_id", collection_id)
    paging = read_query(Paging, request.args)
    collection = studio.collections.find(number)
    if collection is None:
        raise ApiError(404, "The collection was not found.")
    if not collection.is_open_to(studio.caller):
        raise ApiError(403, "You are not allowed to look into this collection.")
    if collection.course_id is not None:
        found, count = studio.catalogue.in_course(collection.course_id, paging)
    elif collection.type == "user":
        found, count = studio.catalogue.in_library(collection.owner.id, paging)
    else:
        found, count = studio.catalogue.in_collection(collection.id, paging)
    media = [one.as_json(studio.settings.url) for one in found]
    return jsonify(media=media, meta=paging.meta(count))


@blueprint.get("/courses/<course_id>")
@operation("course")
@bearer_required
def course(course_id: str) -> ResponseReturnValue:
    """Show a course's collection, by the course's number in the LMS."""
    return jsonify(course=_open_course(course_id).as_json())


@blueprint.get("/courses/<course_id>/perspectives")
@operation("course_perspectives")
@bearer_required
def course_perspectives(course_id: str) -> ResponseReturnValue:
    """List what is in a course."""
    number = _open_course(course_id).course_id
    return jsonify(perspectives=perspectives_in(number or 0, current_studio()))


@blueprint.get("/users/search")
@operation("user_search")
@bearer_required
def user_search() -> ResponseReturnValue:
    """Search people by role and address; who has left is not found."""
    studio, query = current_studio(), read_query(UserSearch, request.args)
    if not studio.caller.is_admin:
        raise ApiError(403, "Only admins may search for people.")
    found = [
        {**person.as_json(), "role_names": [person.role]}
        for person in studio.people.list_active()
        if query.role in (None, person.role)
        and (query.email or "").casefold() in ("", person.email.casefold())
    ]
    page = found[query.offset : query.offset + query.per_page]
    return jsonify(users=page, meta=query.meta(len(found)))


def _open_course(course_id: str) -> Collection:
    number, studio = number_or_422("course_id", course_id), current_studio()
    collection = studio.collections.of_courses().get(number)
    if collection is None:
        raise ApiError(404, "The course was not found.")
    if not collection.is_open_to(studio.caller):
        raise ApiError(403, "You are not allowed to look into this course.")
    return collection
