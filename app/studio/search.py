"""What `GET /media/search` can be asked for; several filters at once all have to fit."""

import contextlib
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from app.inputs import LARGEST_ID, printable
from app.studio.arguments import EMAIL, explain

LONGEST_TEXT = 255
LINE = r"^\s*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f\u2028\u2029]*\s*$"
"""Something stands there, and no control character within: for those who read the schema."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _day(value: Any) -> Any:
    """Take a date, or its text as Studio writes it; neither a time nor a count of seconds."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    with contextlib.suppress(ValueError):
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    raise ValueError("must be a date such as 2026-03-01")


def _line(text: str) -> str:
    if not (line := text.strip()):
        raise ValueError("must not be blank")
    if line != printable(line):
        raise ValueError("must be a text on one line")
    return line


def _email(text: str) -> str:
    if not EMAIL.fullmatch(text):
        raise ValueError("must be an e-mail address")
    return text


Size = Annotated[int, Field(ge=0, le=LARGEST_ID)]
Day = Annotated[date, BeforeValidator(_day)]
Text = Annotated[
    str, Field(max_length=LONGEST_TEXT, json_schema_extra={"pattern": LINE}), AfterValidator(_line)
]
Email = Annotated[str, AfterValidator(_email), Field(json_schema_extra={"format": "email"})]
Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class MediaSearch(BaseModel):
    """The filters of a search; one that is None does not count.

    Dates are inclusive, sizes are bytes. The reference page lost the list of sources, so any
    word is one, and Studio says whether it knows it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Text | None = Field(None, description="a part of the title")
    min_size: Size | None = Field(None, description="bytes, at the least")
    max_size: Size | None = Field(None, description="bytes, at the most")
    start_date: Day | None = Field(None, description="created on this day or later")
    end_date: Day | None = Field(None, description="created on this day or earlier")
    last_viewed_start_date: Day | None = Field(None, description="last viewed then or later")
    last_viewed_end_date: Day | None = Field(None, description="last viewed then or earlier")
    last_viewed_by_student_start_date: Day | None = Field(
        None, description="last viewed by a student then or later"
    )
    last_viewed_by_student_end_date: Day | None = Field(
        None, description="last viewed by a student then or earlier"
    )
    owner: Email | None = Field(None, description="the owner's e-mail address")
    tag: Text | None = Field(None, description="the whole name of a tag")
    source: Word | None = Field(None, description="where the media came from")

    @field_validator("end_date", "last_viewed_end_date", "last_viewed_by_student_end_date")
    @classmethod
    def _not_before_its_start(cls, value: date | None, info: ValidationInfo) -> date | None:
        start = info.data.get(str(info.field_name).replace("end_date", "start_date"))
        if value is not None and start is not None and value < start:
            raise ValueError("must not be before the start date")
        return value

    def query(self) -> dict[str, str]:
        """Give the filters as Studio's query parameters."""
        return {name: str(value) for name, value in self if value is not None}


def read_search(values: Mapping[str, object]) -> MediaSearch:
    """Read filters that a person or a program wrote, by Studio's names.

    Raises `StudioArgumentError`, which names every field that is wrong.
    """
    try:
        return MediaSearch.model_validate(dict(values))
    except ValidationError as error:
        raise explain(error) from None
