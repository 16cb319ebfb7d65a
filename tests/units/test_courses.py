"""Which course id Studio wants, and who pins it to a context."""

import pytest

from app.core.courses import Course, link_course, resolve_course
from app.core.memory import Memory
from app.core.platforms import Registration, save_platform
from app.db import Database
from app.errors import EmbedError
from app.inputs import read_positive

CONTEXT = "f3a1"


@pytest.fixture
def platform_id(db: Database) -> int:
    registration = Registration(
        client_id="1", auth_login_url="https://lms.example/a", key_set_url="https://lms.example/k"
    )
    with db.writing() as connection:
        return save_platform(connection, "https://lms.example", registration)


@pytest.fixture
def resolve(db: Database, platform_id: int):
    """Resolve the course of a student's resource launch, where nothing else is said."""

    def of(
        canvas_course_id: str | None = None,
        context_id: str | None = CONTEXT,
        *,
        by_placement: bool = False,
        by_instructor: bool = False,
    ) -> Course:
        return resolve_course(
            Memory(db),
            platform_id,
            context_id,
            canvas_course_id,
            by_placement=by_placement,
            by_instructor=by_instructor,
        )

    return of


def _slug(resolve, *arguments: str | None) -> tuple[str, int]:
    with pytest.raises(EmbedError) as caught:
        resolve(*arguments)
    return caught.value.slug, caught.value.status


def _may_make(course: Course) -> bool:
    try:
        course.check_may_make()
    except EmbedError as error:
        assert (error.slug, error.status) == ("course-changed", 403)
        assert str(course.course_id) in error.title
        return False
    return True


@pytest.mark.parametrize(
    ("canvas_course_id", "context_id", "expected"),
    [
        ("17", CONTEXT, 17),
        ("17", "18", 17),
        ("17", None, 17),
        (None, "18", 18),
        ("9223372036854775807", CONTEXT, 2**63 - 1),
        ("007", CONTEXT, 7),
    ],
)
def test_the_course_is_what_canvas_says_else_an_integer_context(
    resolve, canvas_course_id: str | None, context_id: str | None, expected: int
):
    assert resolve(canvas_course_id, context_id) == Course(expected, None)


@pytest.mark.parametrize(
    "odd", ["0", "-1", "+1", "1.5", "abc", "1 2", "٣", "²", "0x1f", "9223372036854775808", "9" * 40]
)
def test_an_odd_canvas_course_id_is_an_error_and_nothing_is_fallen_back_to(resolve, odd: str):
    assert _slug(resolve, odd, "18") == ("course-id-odd", 400)
    assert read_positive(odd) is None


@pytest.mark.parametrize("context_id", [None, CONTEXT, "0", "-5", "٣"])
def test_no_course_id_anywhere_is_told(resolve, context_id: str | None):
    assert _slug(resolve, None, context_id) == ("course-id-missing", 400)


def test_an_admins_link_counts_before_everything(db: Database, platform_id: int, resolve):
    link_course(db, platform_id, CONTEXT, 77)
    expected = Course(77, 77)
    assert resolve("17") == resolve("abc") == resolve(None) == expected
    assert resolve("17", by_placement=True) == resolve("17", by_instructor=True) == expected
    assert resolve("17", "another") == Course(17, None)


def test_an_admins_link_can_be_changed_and_replaces_a_pin(db, platform_id: int, resolve):
    resolve("17", by_placement=True)
    link_course(db, platform_id, CONTEXT, 77)
    link_course(db, platform_id, CONTEXT, 78)
    assert resolve("17") == Course(78, 78)


def test_a_students_launch_pins_nothing(resolve):
    assert resolve("17") == Course(17, None)
    assert _may_make(resolve("18"))


@pytest.mark.parametrize("who", ["by_placement", "by_instructor"])
def test_the_first_who_may_pins_and_another_id_makes_nothing(resolve, who: str):
    assert resolve("17", **{who: True}) == Course(17, 17)
    assert _may_make(resolve("17"))
    assert resolve("18", by_instructor=True) == Course(18, 17)
    assert not _may_make(resolve("18", by_instructor=True))
    assert not _may_make(resolve("18"))


def test_a_placement_overrides_an_instructors_pin_once(resolve):
    resolve("17", by_instructor=True)
    assert resolve("18", by_placement=True) == Course(18, 18)
    assert resolve("19", by_placement=True) == Course(19, 18)
    assert resolve("17", by_instructor=True) == Course(17, 18)


def test_a_placement_is_not_overridden_by_one_who_also_teaches(resolve):
    resolve("17", by_placement=True)
    assert resolve("18", by_placement=True, by_instructor=True) == Course(18, 17)


def test_a_pin_is_of_one_context(resolve):
    resolve("17", by_placement=True)
    assert resolve("18", "another", by_instructor=True) == Course(18, 18)


def test_without_a_context_nothing_is_pinned(resolve):
    assert resolve("17", None, by_placement=True) == Course(17, None)
    assert resolve("18", None, by_placement=True) == Course(18, None)


def test_an_odd_id_pins_nothing(resolve):
    with pytest.raises(EmbedError):
        resolve("abc", by_placement=True)
    assert resolve("17") == Course(17, None)
