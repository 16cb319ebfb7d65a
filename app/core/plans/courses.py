"""The numbers of courses by their SIS ids, from a file.

Either its columns are `sis_course_id` and `course_id`, or it is the courses file of a Canvas
provisioning report, where `course_id` is the SIS id and `canvas_course_id` the number.
"""

from collections.abc import Mapping

from app.core.plans.faults import Fault, Faults, UnreadableError
from app.core.plans.sources import Source
from app.core.plans.table import Table
from app.inputs import read_positive

KNOWN = frozenset({"sis_course_id", "course_id", "canvas_course_id"})
_PAIRS = (("course_id", "canvas_course_id"), ("sis_course_id", "course_id"))


def read_courses(source: Source, faults: Faults) -> Mapping[str, int]:
    """Read the numbers of courses; what is wrong with a row is added to `faults`.

    Raises `UnreadableError`: what stands beyond it would only be missed in rows of the plan.
    """
    numbers: dict[str, int] = {}
    table = Table(source, KNOWN)
    sis, course = _find_columns(table)
    for row in table.rows():
        sis_id, text = row.cells[sis].strip(), row.cells[course].strip()
        number = read_positive(text)
        if not sis_id:  # Canvas lists courses that have none, too
            continue
        if number is None:
            told = f"“{text}” is no number of a course."
            faults.add([table.fault(row.number, course, told, "Write a whole number.")])
        elif numbers.setdefault(sis_id, number) != number:
            told = f"{sis_id} is course {numbers[sis_id]} in a row above, and {number} here."
            faults.add([table.fault(row.number, course, told, "Remove the wrong row.")])
    return numbers


def _find_columns(table: Table) -> tuple[str, str]:
    for sis, course in _PAIRS:
        if sis in table.columns and course in table.columns:
            return sis, course
    raise UnreadableError(
        Fault(
            table.name,
            1,
            None,
            "The columns for SIS ids and numbers of courses are not there.",
            "Name them sis_course_id and course_id, or take Canvas's provisioning report.",
        )
    )
