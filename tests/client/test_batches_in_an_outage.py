"""A Studio that serves nobody: no item of a batch is to blame, and one call at a time looks again.

A Studio that fails for one media only has its item fail in the end, and holds up no other.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from app.core import batch_items, batches
from app.core.batch_making import NewItem, create_batch
from app.core.batch_work import work_off
from app.core.batches import Batch, Item
from app.models import batch, batch_item, studio_pace
from app.studio.errors import StudioLostError
from tests.client.reaching import Reach

MEDIA = 260854


@pytest.fixture(autouse=True)
def _nothing_pending(reach: Reach) -> None:
    with reach.db.writing() as connection:
        connection.execute(sa.delete(batch))


def _begin(reach: Reach, first_course: int, count: int, title: str | None = "A title") -> Batch:
    courses = range(first_course, first_course + count)
    wanted = [NewItem(MEDIA, course_id, title=title) for course_id in courses]
    return create_batch(reach.db, reach.account_id, wanted)[0]


def _run(reach: Reach, threads: int = 1) -> None:
    """Work everything off that is left, as if the time that it has to wait were over."""
    now = datetime.now(UTC)
    with reach.db.writing() as connection:
        connection.execute(sa.update(batch_item).values(due_at=now))
        connection.execute(sa.update(batch).values(resumes_at=None))
        over = sa.update(studio_pace).where(studio_pace.c.open_until.is_not(None))
        connection.execute(over.values(open_until=now))
    studio = reach.client().patient()
    work_off(reach.db, reach.account_id, studio, threads, lambda: False)


def _look(reach: Reach, of: Batch) -> tuple[Batch, list[Item]]:
    return batches.get_batch(reach.db, reach.account_id, of.id), list(
        batches.list_items(reach.db, of)
    )


def _tries(reach: Reach, of: Batch) -> list[int]:
    query = sa.select(batch_item.c.tries).where(batch_item.c.batch_id == of.id)
    with reach.db.reading() as connection:
        return list(connection.execute(query.order_by(batch_item.c.number)).scalars())


def _recover(reach: Reach) -> None:
    reach.tell("throttle")
    while True:
        with suppress(StudioLostError):
            reach.client().get_media(MEDIA)
            return


OUTAGES: dict[str, Callable[[Reach], Any]] = {
    "503": lambda reach: reach.tell("throttle", share=1, status=503, retry_after=None),
    "503 with Retry-After": lambda reach: reach.tell(
        "throttle", share=1, status=503, retry_after=15
    ),
    "500": lambda reach: reach.tell("throttle", share=1, status=500, retry_after=None),
    "broken connections": lambda reach: reach.fail("*", reset=True, times=30),
}


@pytest.mark.parametrize("kind", OUTAGES)
def test_while_studio_is_down_nothing_fails_and_one_call_tries_it_out(reach: Reach, kind: str):
    OUTAGES[kind](reach)
    of = _begin(reach, 7000 + 10 * list(OUTAGES).index(kind), 1)
    for _ in range(5):
        _run(reach)
    before = len(reach.calls())
    for _ in range(5):
        _run(reach)
    assert len(reach.calls()) - before == 5
    now, (item,) = _look(reach, of)
    assert (item.status, now.status) == ("pending", "running")
    assert now.trouble is not None
    assert now.trouble.slug == "studio-held-back"
    assert now.resumes_at is not None
    assert max(_tries(reach, of)) < 5
    before = _tries(reach, of)
    _run(reach)
    assert _tries(reach, of) == before
    _recover(reach)
    _run(reach)
    now, (item,) = _look(reach, of)
    assert (item.status, now.status, now.trouble) == ("succeeded", "done", None)


def test_of_several_in_hand_none_is_blamed(reach: Reach):
    OUTAGES["503"](reach)
    of = _begin(reach, 7100, 12)
    for _ in range(8):
        _run(reach, threads=6)
    now, _ = _look(reach, of)
    assert (now.pending, now.failed) == (12, 0)
    assert max(_tries(reach, of)) <= 1


def test_the_item_that_met_trouble_lets_others_try_first(reach: Reach):
    OUTAGES["503"](reach)
    of, later = _begin(reach, 7200, 1), _begin(reach, 7210, 1)
    for _ in range(3):
        _run(reach)
    now, _ = _look(reach, of)
    assert now.resumes_at is not None
    at_once = batch_items.list_due(reach.db, reach.account_id, now.resumes_at, 9)
    assert [item.batch_id for item in at_once] == [later.id]


def test_one_media_that_studio_cannot_embed_fails_and_holds_up_no_other(reach: Reach):
    broken = _begin(reach, 7300, 1)
    for _ in range(5):
        reach.fail("create_embed", status=500, times=3)
        _run(reach)
    now, (item,) = _look(reach, broken)
    assert (item.status, now.status) == ("failed", "done")
    assert item.failure is not None
    assert item.failure.slug == "studio-unavailable"
