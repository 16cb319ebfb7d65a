"""What tests of the small LMS share: one that is served for a module, as at first for each test."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.lms_visitor import small_lms


@pytest.fixture(scope="module")
def served() -> Iterator[Any]:
    with small_lms() as lms:
        yield lms


@pytest.fixture
def lms(served: Any) -> Iterator[Any]:
    served.state.reset()
    yield served
    served.state.reset()
