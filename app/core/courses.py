"""Which integer course id Studio wants for a launch, and whether embeds may be made under it.

1. A course link that an admin made for (platform, context) counts before everything.
2. Else `canvas_course_id`, which teachers can write into a link; else an integer `context.id`.
3. The id is pinned to its (platform, context): by a deep-linking or navigation launch, whose
   custom parameters no link can change, else by the first launch of an instructor.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from app.core.memory import Memory, changing
from app.db import Database, insert_into
from app.errors import EmbedError
from app.inputs import read_positive
from app.models import course
from app.texts import say

_BY_CONTEXT = sa.select(course).where(
    course.c.platform_id == sa.bindparam("platform_id"),
    course.c.context_id == sa.bindparam("context_id"),
)


@dataclass(frozen=True)
class Pin:
    """What is known of a context: its course, and by whom: `admin`, `placement`, `instructor`."""

    course_id: int | None
    by: str | None


UNPINNED = Pin(None, None)


@dataclass(frozen=True)
class Course:
    """The course of a launch."""

    course_id: int
    pinned_id: int | None

    def check_may_make(self) -> None:
        """Raise `EmbedError` where the launch names another course than the pinned one."""
        if self.pinned_id not in (None, self.course_id):
            raise EmbedError(
                "course-changed",
                403,
                say(
                    "This launch names course {course_id}, but its course is known as {pinned_id}.",
                    course_id=self.course_id,
                    pinned_id=self.pinned_id,
                ),
                say(
                    "If the course really has another number now, ask an admin to set it right "
                    "with `flask courses link`."
                ),
            )


def resolve_course(
    memory: Memory,
    platform_id: int,
    context_id: str | None,
    canvas_course_id: str | None,
    *,
    by_placement: bool,
    by_instructor: bool,
) -> Course:
    """Decide the course of a launch, and pin it where this launch may.

    Raises `EmbedError` where no integer course id is to be had, saying what is missing.
    """
    pin = UNPINNED if context_id is None else memory.recall(_find_pin, platform_id, context_id)
    assert pin is not None
    if pin.course_id is not None and pin.by == "admin":
        return Course(pin.course_id, pin.course_id)
    asked = _read_id(context_id, canvas_course_id)
    if context_id is None:
        return Course(asked, None)
    if (by_placement and pin.by != "placement") or (by_instructor and pin.by is None):
        by = "placement" if by_placement else "instructor"
        _pin(memory.db, platform_id, context_id, asked, by)
        pin = _find_pin(memory.db, platform_id, context_id)
    return Course(asked, pin.course_id)


def find_pinned(memory: Memory, platform_id: int, context_id: str) -> int | None:
    """Find the course that a context is known as."""
    pin = memory.recall(_find_pin, platform_id, context_id)
    assert pin is not None
    return pin.course_id


def link_course(db: Database, platform_id: int, context_id: str, course_id: int) -> None:
    """Let an admin say which course a context is; it counts before everything a launch says."""
    values = {"course_id": course_id, "pinned_by": "admin", "pinned_at": datetime.now(UTC)}
    with changing(db) as connection:
        insert = insert_into(connection, course)
        insert = insert.values(platform_id=platform_id, context_id=context_id, **values)
        keys = ["platform_id", "context_id"]
        connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=values))


def _find_pin(db: Database, platform_id: int, context_id: str) -> Pin:
    asked = {"platform_id": platform_id, "context_id": context_id}
    with db.reading() as connection:
        row = connection.execute(_BY_CONTEXT, asked).one_or_none()
    return UNPINNED if row is None else Pin(row.course_id, row.pinned_by)


def _pin(db: Database, platform_id: int, context_id: str, course_id: int, pinned_by: str) -> None:
    """Pin, unless a firmer pin or an earlier one of the same kind is there."""
    values = {"course_id": course_id, "pinned_by": pinned_by, "pinned_at": datetime.now(UTC)}
    with changing(db) as connection:
        insert = insert_into(connection, course)
        insert = insert.values(platform_id=platform_id, context_id=context_id, **values)
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=["platform_id", "context_id"],
                set_=values,
                where=sa.and_(
                    course.c.pinned_by == "instructor", sa.literal(pinned_by == "placement")
                ),
            )
        )


def _read_id(context_id: str | None, canvas_course_id: str | None) -> int:
    if canvas_course_id is not None:
        if (found := read_positive(canvas_course_id)) is not None:
            return found
        raise EmbedError(
            "course-id-odd",
            400,
            say("This link names its course in a way that Studio cannot use."),
            say(
                "The custom parameter canvas_course_id must be a whole number above zero: "
                "ask an admin to set it to $Canvas.course.id."
                " It belongs in the tool's configuration."
            ),
        )
    if context_id is not None and (found := read_positive(context_id)) is not None:
        return found
    raise EmbedError(
        "course-id-missing",
        400,
        say("Your LMS did not say which course this is."),
        say(
            "Ask an admin to add the custom parameter canvas_course_id=$Canvas.course.id to the "
            "tool's configuration, or to link this course with `flask courses link`."
        ),
    )
