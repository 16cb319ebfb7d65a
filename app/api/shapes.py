"""Bodies, queries and answers of the API, from which its description is made.

What Studio answers is handed on as `studio.shapes` read it, with whatever else it said.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from app.api import examples
from app.inputs import LARGEST_ID, read_positive
from app.studio.arguments import LARGEST_PAGE, MOST_PER_PAGE
from app.studio.protocol import Meta
from app.studio.search import MediaSearch
from app.studio.shapes import Course, Grant, Media, Permission, Perspective, Source, User


def _number(text: Any) -> Any:
    """Take digits only, where pydantic would take `1.0` too."""
    if isinstance(text, str) and (number := read_positive(text)) is None:
        raise ValueError("must be a whole number above zero")
    return number if isinstance(text, str) else text


def _whole(value: Any) -> Any:
    """Take 5.0 as 5: JSON knows no difference, and JSON Schema makes none."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = BeforeValidator(_whole)
Id = Annotated[int, Field(ge=1, le=LARGEST_ID), Whole]
Number = Annotated[int, Field(ge=1, le=LARGEST_ID), BeforeValidator(_number)]
PageNumber = Annotated[int, Field(ge=1, le=LARGEST_PAGE), BeforeValidator(_number)]
PerPage = Annotated[int, Field(ge=1, le=MOST_PER_PAGE), BeforeValidator(_number)]
EmbedType = Literal["embed", "bare_embed"]
MOST_FIELDS = 200
MEDIA = "the media's number in Studio"
COURSE = "the course's number in the LMS"
TITLED = "Studio's, or the one under which it was first made"
TYPES = "`embed` with media tabs, `bare_embed` the player only"


def few(value: Any) -> Any:
    """Refuse an object of very many fields before each of them is a fault of its own."""
    if isinstance(value, dict) and len(value) > MOST_FIELDS:
        raise ValueError(f"must not have more than {MOST_FIELDS} fields")
    return value


class Wish(BaseModel):
    """A body: strict, and with nothing that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    _few = model_validator(mode="before")(few)


class StudioEmbedWish(Wish):
    """The body of Studio's own `create_embed`."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.STUDIO_EMBED_WISH]})

    course_id: Id = Field(description=COURSE)
    embed_type: EmbedType = Field(description=TYPES)
    downloadable: bool = Field(False, description="whether people may download the media")


class EmbedWish(Wish):
    """A media that shall be in a course."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.EMBED_WISH]})

    media_id: Id = Field(description=MEDIA)
    course_id: Id = Field(description=COURSE)
    embed_type: EmbedType = Field("embed", description=TYPES)
    downloadable: bool = Field(False, description="whether people may download the media")


def _only(name: str, other: str) -> dict[str, Any]:
    """Give the schema of what has the one, and not the other."""
    kinds: dict[str, Any] = {name: {"type": "integer"}, other: {"type": "null"}}
    return {"required": [name], "properties": kinds}


class GrantWish(Grant):
    """A permission for one person (`user_id`) or one group (`group_id`)."""

    model_config = ConfigDict(
        strict=True,
        json_schema_extra={"oneOf": [_only("user_id", "group_id"), _only("group_id", "user_id")]},
    )

    user_id: Id | None = None
    group_id: Id | None = None

    _few = model_validator(mode="before")(few)


class PermissionsWish(Wish):
    """Permissions to add to a media."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.PERMISSIONS_WISH]})

    permissions: Annotated[list[GrantWish], Field(min_length=1, max_length=100)]


class Paging(BaseModel):
    """Which page of a list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    page: PageNumber = Field(1, description="which page")
    per_page: PerPage = Field(20, description="how many on a page")


def meta_of(query: Paging, count: int) -> Meta:
    """Say where a page stands among `count` in all."""
    return Meta(
        current_page=query.page, last_page=max(1, -(-count // query.per_page)), total_count=count
    )


class EmbedsQuery(Paging):
    """Filters of embeds; all that are given have to fit."""

    course_id: Number | None = Field(None, description="only those in this course")
    media_id: Number | None = Field(None, description="only those of this media")
    embed_type: EmbedType | None = Field(None, description="only those of this type")


class MediaQuery(MediaSearch, Paging):
    """Studio's filters of media, and which page."""


class DownloadQuery(BaseModel):
    """Which version of a media."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    quality: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = Field(
        None, description="Studio says whether it knows it; without it the best version"
    )


class UnarchiveQuery(BaseModel):
    """Where an unarchived media goes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    collection_id: Number | None = Field(None, description="move it into this collection")


class UsersQuery(BaseModel):
    """Whom to list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_permission: Literal["access", "view", "edit"] = Field(
        "access", description="those who may do at least this: `edit` includes `view`"
    )


class Answer(BaseModel):
    """What the API answers."""

    model_config = ConfigDict(frozen=True)


class EmbedAnswer(Answer):
    """An embed, and what goes into a course page."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.EMBED]})

    id: int
    media_id: int
    course_id: int
    embed_type: EmbedType
    downloadable: bool
    title: str = Field(description=TITLED)
    launch_url: str = Field(description="works only as an LTI launch with the proper parameters")
    html: str = Field(
        description="the iframe that Canvas itself writes, for a page of this course; its address "
        "is relative, so it works only in pages of that course's Canvas"
    )
    content_item: dict[str, Any] = Field(description="an LTI resource link, as deep linking has it")
    created_at: datetime


class EmbedsAnswer(Answer):
    """A page of embeds, newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.EMBEDS]})

    embeds: list[EmbedAnswer]
    meta: Meta


class LaunchUrlAnswer(Answer):
    """What Studio's own `create_embed` answers."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.LAUNCH_URL]})

    launch_url: str


class MediaAnswer(Answer):
    """One media."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ONE_MEDIA]})

    media: Media


class MediaPageAnswer(Answer):
    """A page of media. `meta` is Studio's, where it says one."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.MEDIA_PAGE]})

    media: list[Media]
    meta: Meta | None = None


class CoursesAnswer(Answer):
    """The courses that have a media."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.COURSES]})

    courses: list[Course]


class PermissionsAnswer(Answer):
    """With whom a media is shared directly."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.PERMISSIONS]})

    permissions: list[Permission]


class PerspectivesAnswer(Answer):
    """Where a media is."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.PERSPECTIVES]})

    perspectives: list[Perspective]


class SourcesAnswer(Answer):
    """The files of a media."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.SOURCES]})

    sources: list[Source]


class UsersAnswer(Answer):
    """Who has access to a media; twice, as Studio's own scripts and its path name the list."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.USERS]})

    users: list[User]
    user_permissions: list[User]
