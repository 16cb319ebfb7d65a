"""The Media API's operations that change a media, or with whom it is shared."""

from typing import Annotated, Literal, Self

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sandbox.studio.lookup import PREFIX, find_number, media_for_lookup, media_or_422, readable
from sandbox.studio.media import Media
from sandbox.studio.operations import ApiError, bearer_required, operation
from sandbox.studio.people import Group, Person, Share
from sandbox.studio.perspectives import shown
from sandbox.studio.state import current_studio

blueprint = Blueprint("upkeep", __name__, url_prefix=PREFIX)

_NOT_ADDED = "One or more permissions were not found, or exist already."


class NewPermission(BaseModel):
    """One permission to add; the vendor's page lost its example, so the shape is a guess."""

    model_config = ConfigDict(extra="forbid", strict=True)

    user_id: Annotated[int, Field(gt=0)] | None = None
    group_id: Annotated[int, Field(gt=0)] | None = None
    permission: Literal["access", "view", "edit"]

    @model_validator(mode="after")
    def _is_for_one(self) -> Self:
        if (self.user_id is None) == (self.group_id is None):
            raise ValueError("say user_id or group_id")
        return self

    def find_holder(self) -> Person | Group | None:
        """Give the one who is meant, or None."""
        people = current_studio().people
        if self.group_id is not None:
            return people.find_group(self.group_id)
        return people.find(self.user_id or 0)


class NewPermissions(BaseModel):
    """The body of `add_permissions`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    permissions: Annotated[list[NewPermission], Field(min_length=1)]


@blueprint.delete("/media/<media_id>")
@operation("delete")
@bearer_required
def delete(media_id: str) -> ResponseReturnValue:
    """Delete the media."""
    media = media_for_lookup(media_id, "own")
    answer = shown(media, current_studio())
    current_studio().catalogue.delete(media.id)
    return jsonify(media=answer)


@blueprint.put("/media/<media_id>/archive")
@operation("archive")
@bearer_required
def archive(media_id: str) -> ResponseReturnValue:
    """Archive the media (the method is not documented)."""
    media = media_for_lookup(media_id, "own")
    current_studio().catalogue.archive(media.id)
    return _shown_again(media)


@blueprint.put("/media/<media_id>/unarchive")
@operation("unarchive")
@bearer_required
def unarchive(media_id: str) -> ResponseReturnValue:
    """Unarchive the media (the method is not documented), into a collection if one is named."""
    media = media_for_lookup(media_id, "own")
    current_studio().catalogue.unarchive(media.id, _find_collection_id())
    return _shown_again(media)


@blueprint.get("/media/<media_id>/permissions")
@operation("permissions")
@bearer_required
def permissions(media_id: str) -> ResponseReturnValue:
    """List whom the media is shared with directly."""
    return _permissions(media_or_422(media_id, "view"))


@blueprint.post("/media/<media_id>/permissions")
@operation("add_permissions")
@bearer_required
def add_permissions(media_id: str) -> ResponseReturnValue:
    """Share the media with more people; 400, and nothing done, if that goes wrong for one."""
    media = media_or_422(media_id, "edit")
    try:
        wanted = NewPermissions.model_validate(request.get_json(silent=True)).permissions
    except ValidationError as error:
        raise ApiError(400, readable(error)) from error
    shares = []
    for new in wanted:
        holder = new.find_holder()
        if holder is None or holder.id == media.owner.id:
            raise ApiError(400, _NOT_ADDED)
        shares.append(Share(holder, new.permission))
    if not current_studio().catalogue.add_shares(media.id, shares):
        raise ApiError(400, _NOT_ADDED)
    return _permissions(media)


def _find_collection_id() -> int | None:
    """Give where the media is to go; None where nothing is said."""
    said = request.args.get("collection_id")
    if said is None:
        return None
    studio = current_studio()
    collection = studio.collections.find(find_number(said) or 0)
    if collection is None or collection.course_id is not None:
        raise ApiError(404, "The collection was not found.")
    if not collection.is_open_to(studio.caller):
        raise ApiError(403, "You are not allowed to put media into this collection.")
    return collection.id


def _shown_again(media: Media) -> ResponseReturnValue:
    now = current_studio().catalogue.find(media.id)
    return jsonify(media=shown(now or media, current_studio()))


def _permissions(media: Media) -> ResponseReturnValue:
    shares = current_studio().catalogue.list_shares(media.id)
    return jsonify(permissions=[share.as_json() for share in shares])
