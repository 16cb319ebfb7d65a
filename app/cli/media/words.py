"""What Studio says, in words for a table: durations, sizes, times, people, titles."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.filesize import decimal

from app.studio.shapes import Media, User
from app.texts import clock

NOTHING = "-"


def duration(seconds: float | None) -> str:
    """Give `2:03`, or `1:02:03`."""
    return NOTHING if seconds is None else clock(seconds)


def size(number: int | None) -> str:
    """Give `56.6 MB`."""
    return NOTHING if number is None else decimal(number)


def day(moment: str | None) -> str:
    """Give the day, in UTC, of a time as Studio writes it."""
    return NOTHING if moment is None else _utc(moment).strftime("%Y-%m-%d")


def minute(moment: str | None) -> str:
    """Give day and time, in UTC; where Studio gives a day alone, the day."""
    if moment is None or "T" not in moment:
        return day(moment)
    return _utc(moment).strftime("%Y-%m-%d %H:%M UTC")


def name(user: User | None) -> str:
    """Give a person's name, or else the e-mail address."""
    return NOTHING if user is None else user.full_name or user.display_name or user.email or NOTHING


def person(user: User | None) -> str:
    """Give `Ada Admin <ada@school.example>`, as much of it as is known."""
    named = name(user)
    return named if user is None or user.email in (None, named) else f"{named} <{user.email}>"


def media(one: Media) -> str:
    """Give `media 5, “Title”`, for a sentence."""
    return f"media {one.id}, “{one.title}”" if one.title else f"media {one.id}"


def listed(names: Sequence[str]) -> str:
    """Give `a, b and c`; of many, the first five and how many more."""
    shown = [*names[:5], f"{len(names) - 5} more"] if len(names) > 6 else names
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def _utc(moment: str) -> datetime:
    read = datetime.fromisoformat(moment)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
