"""The Media API's operations that no embedding needs, so that the small Studio offers them all."""

from dataclasses import replace
from typing import Annotated, Literal

from flask import Blueprint, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.studio.lookup import PREFIX, media_for_lookup, media_or_422, readable
from sandbox.studio.media import Media
from sandbox.studio.operations import ApiError, bearer_required, operation
from sandbox.studio.people import Person, Share
from sandbox.studio.state import current_studio

blueprint = Blueprint("upkeep", __name__, url_prefix=PREFIX)


class NewPermission(BaseModel):
    """One permission to add; the vendor's page lost its example, so the shape is a guess."""

    model_config = ConfigDict(extra="forbid", strict=True)

    user_id: Annotated[int, Field(gt=0)]
    permission: Literal["access", "view", "edit"]


class NewPermissions(BaseModel):
    """The body of `add_permissions`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    permissions: Annotated[list[NewPermission], Field(min_length=1)]


@blueprint.delete("/media/<media_id>")
@operation("delete")
@bearer_required
def delete(media_id: str) -> ResponseReturnValue:
    """Delete the media."""
    media = media_for_lookup(media_id)
    current_studio().catalogue.delete(media.id)
    return _shown(media)


@blueprint.put("/media/<media_id>/archive")
@operation("archive")
@bearer_required
def archive(media_id: str) -> ResponseReturnValue:
    """Archive the media (the method is not documented)."""
    media = media_for_lookup(media_id)
    current_studio().catalogue.archive(media.id)
    return _shown(media)


@blueprint.put("/media/<media_id>/unarchive")
@operation("unarchive")
@bearer_required
def unarchive(media_id: str) -> ResponseReturnValue:
    """Unarchive the media (the method is not documented)."""
    media = media_for_lookup(media_id)
    current_studio().catalogue.unarchive(media.id)
    return _shown(media)


@blueprint.get("/media/<media_id>/download")
@operation("download")
@bearer_required
def download(media_id: str) -> ResponseReturnValue:
    """Redirect to where the file would be; nothing is there, for the sandbox gives none away."""
    media = media_or_422(media_id)
    return redirect(f"{current_studio().settings.url}/downloads/{media.id}.webm")


@blueprint.get("/media/<media_id>/sources")
@operation("sources")
@bearer_required
def sources(media_id: str) -> ResponseReturnValue:
    """List the media's files."""
    media = media_for_lookup(media_id)
    url = f"{current_studio().settings.url}/downloads/{media.id}.webm"
    return jsonify(sources=[{"url": url, "mime_type": "video/webm", "size": media.size_bytes}])


@blueprint.get("/media/<media_id>/permissions")
@operation("permissions")
@bearer_required
def permissions(media_id: str) -> ResponseReturnValue:
    """List whom the media is shared with directly."""
    return _permissions(media_or_422(media_id))


@blueprint.post("/media/<media_id>/permissions")
@operation("add_permissions")
@bearer_required
def add_permissions(media_id: str) -> ResponseReturnValue:
    """Share the media with more people; 400 for someone unknown or already there."""
    media = media_or_422(media_id)
    try:
        wanted = NewPermissions.model_validate(request.get_json(silent=True)).permissions
    except ValidationError as error:
        raise ApiError(400, readable(error)) from error
    people = _people()
    for new in wanted:
        present = {share.person.id for share in media.users("access")}
        if new.user_id not in people or new.user_id in present:
            raise ApiError(400, "A permission was not found or exists already.")
        share = Share(people[new.user_id], new.permission)
        media = replace(media, shares=(*media.shares, share))
    current_studio().catalogue.replace(media)
    return _permissions(media)


def _shown(media: Media) -> ResponseReturnValue:
    return jsonify(media=media.as_json(current_studio().settings.url))


def _permissions(media: Media) -> ResponseReturnValue:
    return jsonify(permissions=[share.as_json() for share in media.shares])


def _people() -> dict[int, Person]:
    media = current_studio().catalogue.list_unarchived()
    return {share.person.id: share.person for one in media for share in one.users("access")}
