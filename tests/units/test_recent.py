"""What is kept for a while is given again, and neither too long nor too much of it."""

import pytest

from app.core.recent import Recent


class Clock:
    """A time that is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_answer_is_given_again_until_its_time_is_over():
    clock, asked = Clock(), []
    recent: Recent[str] = Recent(60, 10, clock)

    def ask() -> str:
        asked.append(clock.now)
        return f"at {clock.now}"

    given = []
    for now in (0, 59, 60, 119, 200):
        clock.now = now
        given.append(recent.recall("x", ask))
    assert given == ["at 0", "at 0", "at 60", "at 60", "at 200"]
    assert asked == [0, 60, 200]


def test_a_no_is_an_answer_too():
    recent: Recent[bool] = Recent(60, 10)
    recent.keep("x", False)
    assert (recent.find("x"), recent.find("y")) == (False, None)


def test_what_was_kept_first_goes_first():
    recent: Recent[int] = Recent(60, 2)
    for number in (1, 2, 1, 3):
        recent.keep(number, number)
    assert [recent.find(number) for number in (1, 2, 3)] == [1, None, 3]


def test_what_is_forgotten_is_asked_again():
    recent: Recent[int] = Recent(60, 2)
    recent.keep("x", 1)
    recent.forget("x")
    recent.forget("y")
    assert recent.recall("x", lambda: 2) == 2


def test_what_failed_is_not_kept():
    recent: Recent[int] = Recent(60, 2)

    def fail() -> int:
        raise OSError

    with pytest.raises(OSError):
        recent.recall("x", fail)
    assert recent.recall("x", lambda: 5) == 5
