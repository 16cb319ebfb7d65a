"""The things of Studio's API, typed.

Only what makes a thing what it is must be there; whatever else Studio leaves out is None, and
what it says beyond the fields here is kept aside (`model_extra`, and in every dump). Times keep
Studio's own text, so that they can be handed on as they came.
"""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.inputs import LARGEST_ID, printable


def _moment(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("no date or time in ISO 8601") from None
    return text


Title = Annotated[str, AfterValidator(printable)]
Moment = Annotated[str, AfterValidator(_moment)]


class Shape(BaseModel):
    """Frozen and strict: a number in quotes is no number."""

    model_config = ConfigDict(frozen=True, strict=True, extra="allow")

    def as_json(self) -> dict[str, Any]:
        """Give the thing as Studio wrote it: no field that it left out, every one beyond ours."""
        return self.model_dump(mode="json", exclude_unset=True)


class User(Shape):
    """A person; in the list of those who have access to a media, with what they may do."""

    id: int | None = None
    full_name: Title | None = None
    display_name: Title | None = None
    email: str | None = None
    permission: str | None = None


class Collection(Shape):
    """Where media are kept: a person's own library (`type` is `user`), a course's, others."""

    id: int
    name: Title | None = None
    type: str | None = None
    permission: str | None = None
    owner: User | None = None
    created_at: Moment | None = None
    course_id: int | None = None


class Media(Shape):
    """A video or a sound. `duration` is seconds, `size` bytes."""

    id: int
    title: Title | None = None
    description: str | None = None
    duration: float | None = None
    created_at: Moment | None = None
    last_viewed: Moment | None = None
    last_viewed_by_student: Moment | None = None
    thumbnail_url: str | None = None
    transcoding_status: str | None = None
    owner: User | None = None
    size: int | None = None
    source: str | None = None
    embed_id: str | None = None
    lti_launch_id: str | None = None
    collection: Collection | None = None


class Course(Shape):
    """A course that has media. Studio names its number `course_id` or, in some lists, `id`."""

    id: int | None = None
    course_id: int | None = None
    name: Title | None = None

    @model_validator(mode="after")
    def _has_a_number(self) -> Self:
        if self.id is None and self.course_id is None:
            raise ValueError("neither id nor course_id is there")
        return self

    @property
    def number(self) -> int:
        """The course's number in the LMS, as far as Studio says it."""
        number = self.id if self.course_id is None else self.course_id
        assert number is not None
        return number


class Perspective(Shape):
    """A media's place in one collection, with what was made of it there."""

    id: int | str | None = None
    uuid: str | None = None
    media_id: int | None = None
    title: Title | None = None
    collection: Collection | None = None


class Source(Shape):
    """One file of a media."""

    url: str | None = None
    definition: str | None = None
    mime_type: str | None = None
    size: int | None = None


class CaptionFile(Shape):
    """The captions of a media in one language; `url` is relative to Studio's origin."""

    id: int | None = None
    srclang: str | None = None
    status: str | None = None
    url: str | None = None


class Permission(Shape):
    """What one person, or one group, may do with a media because it was shared with them."""

    id: int | None = None
    type: str | None = None
    permission: str
    email: str | None = None
    full_name: Title | None = None
    name: Title | None = None


class Grant(BaseModel):
    """A permission to add, for one person or for one group."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user_id: Annotated[int, Field(ge=1, le=LARGEST_ID)] | None = None
    group_id: Annotated[int, Field(ge=1, le=LARGEST_ID)] | None = None
    permission: Literal["access", "view", "edit"]

    @model_validator(mode="after")
    def _for_one(self) -> Self:
        if (self.user_id is None) == (self.group_id is None):
            raise ValueError("either user_id or group_id must be there")
        return self

    def body(self) -> dict[str, Any]:
        """Give it as Studio is told."""
        return self.model_dump(exclude_none=True)
