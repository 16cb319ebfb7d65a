"""Search: what may be asked for, and how the database is asked. All that is asked must fit."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from sandbox.studio.media import Source

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DIGITS = re.compile(r"\d{1,18}", re.ASCII)


def _day(text: Any) -> Any:
    if not _DAY.fullmatch(text):
        raise ValueError("must be YYYY-MM-DD")
    return text


def _digits(text: Any) -> Any:
    if not _DIGITS.fullmatch(str(text)):
        raise ValueError("must be a whole number")
    return text


Day = Annotated[date, BeforeValidator(_day)]
Number = Annotated[int, BeforeValidator(_digits)]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]


class Paging(BaseModel):
    """Which page is wanted. What else is asked is refused rather than ignored."""

    model_config = ConfigDict(extra="forbid")

    page: Annotated[Number, Field(ge=1)] = 1
    per_page: Annotated[Number, Field(ge=1, le=50)] = 20

    @property
    def offset(self) -> int:
        """How many come before this page."""
        return (self.page - 1) * self.per_page

    def meta(self, total_count: int) -> dict[str, int]:
        """Give the page's place among all pages."""
        return {
            "current_page": self.page,
            "last_page": max(1, -(-total_count // self.per_page)),
            "total_count": total_count,
        }


class Search(Paging):
    """The filters of the reference page; days are inclusive, and those of UTC."""

    title: str = ""
    min_size: Number | None = None
    max_size: Number | None = None
    start_date: Day | None = None
    end_date: Day | None = None
    last_viewed_start_date: Day | None = None
    last_viewed_end_date: Day | None = None
    last_viewed_by_student_start_date: Day | None = None
    last_viewed_by_student_end_date: Day | None = None
    owner: Email | None = None
    tag: Annotated[str, Field(min_length=1)] | None = None
    source: Source | None = None

    def conditions(self) -> tuple[list[str], dict[str, object]]:
        """Give the conditions in SQL, with their values; `owner` is not among them."""
        given = [name for name in _CONDITIONS if getattr(self, name) not in (None, "")]
        values = {name: _as_kept(name, getattr(self, name)) for name in given}
        return [_CONDITIONS[name] for name in given], values


class UserSearch(Paging):
    """The parameters of a search for people."""

    role: Literal["admin", "teacher", "student"] | None = None
    email: Email | None = None


_CONDITIONS = {
    "title": "instr(folded_title, :title) > 0",
    "min_size": "size_bytes >= :min_size",
    "max_size": "size_bytes <= :max_size",
    "start_date": "substr(created_at, 1, 10) >= :start_date",
    "end_date": "substr(created_at, 1, 10) <= :end_date",
    "last_viewed_start_date": "last_viewed >= :last_viewed_start_date",
    "last_viewed_end_date": "last_viewed <= :last_viewed_end_date",
    "last_viewed_by_student_start_date": (
        "last_viewed_by_student >= :last_viewed_by_student_start_date"
    ),
    "last_viewed_by_student_end_date": (
        "last_viewed_by_student <= :last_viewed_by_student_end_date"
    ),
    "tag": "id IN (SELECT media_id FROM tag WHERE folded_name = :tag)",
    "source": "source = :source",
}
"""By the parameter's name; a person's address is not in the database, so `owner` is not here."""


def _as_kept(name: str, value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return str(value).casefold() if name in ("title", "tag") else value
