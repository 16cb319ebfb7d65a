"""Durations, sizes, times, people and titles, as tables show them."""

import pytest

from app.cli.media import words
from app.studio.shapes import Media, User


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "-"), (0, "0:00"), (6.008, "0:06"), (59.6, "1:00"), (3599.4, "59:59"),
     (3600, "1:00:00"), (3723, "1:02:03"), (360000, "100:00:00")],
)  # fmt: skip
def test_a_duration_is_minutes_and_seconds_and_hours_where_there_are_any(
    seconds: float | None, text: str
):
    assert words.duration(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(None, "-"), (999, "999 bytes"), (48215334, "48.2 MB"), (10**10, "10.0 GB")],
)
def test_a_size_is_in_the_unit_that_fits(number: int | None, text: str):
    assert words.size(number) == text


@pytest.mark.parametrize(
    ("moment", "day", "minute"),
    [
        (None, "-", "-"),
        ("2026-03-01", "2026-03-01", "2026-03-01"),
        ("2026-03-01T23:30:00Z", "2026-03-01", "2026-03-01 23:30 UTC"),
        ("2026-03-01T23:30:00-05:00", "2026-03-02", "2026-03-02 04:30 UTC"),
        ("2026-03-01T23:30:00", "2026-03-01", "2026-03-01 23:30 UTC"),
    ],
)
def test_times_are_of_utc_and_a_day_alone_has_none(moment: str | None, day: str, minute: str):
    assert (words.day(moment), words.minute(moment)) == (day, minute)


@pytest.mark.parametrize(
    ("user", "name", "person"),
    [
        (None, "-", "-"),
        (User(), "-", "-"),
        (User(email="a@b.example"), "a@b.example", "a@b.example"),
        (User(display_name="Ada"), "Ada", "Ada"),
        (User(full_name="Ada A", display_name="Ada", email="a@b.example"), "Ada A",
         "Ada A <a@b.example>"),
    ],
)  # fmt: skip
def test_a_person_is_who_is_known_of_them(user: User | None, name: str, person: str):
    assert (words.name(user), words.person(user)) == (name, person)


def test_a_media_is_named_by_its_title_if_it_has_one():
    assert words.media(Media(id=5, title="Cells")) == "media 5, “Cells”"
    assert words.media(Media(id=5)) == "media 5"


@pytest.mark.parametrize(
    ("count", "text"),
    [(1, "1"), (2, "1 and 2"), (3, "1, 2 and 3"), (6, "1, 2, 3, 4, 5 and 6"),
     (7, "1, 2, 3, 4, 5 and 2 more")],
)  # fmt: skip
def test_of_many_names_five_are_said(count: int, text: str):
    assert words.listed([str(number + 1) for number in range(count)]) == text
