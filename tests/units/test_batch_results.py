"""What is read out of a batch's items afterwards, for cartridges and for counts."""

from datetime import UTC, datetime

import sqlalchemy as sa

from app.core import batch_results
from app.core.batch_making import NewItem, create_batch
from app.core.batch_results import ANYWHERE, Place
from app.db import Database
from app.models import batch_item, studio_account


def _account(db: Database, number: int) -> None:
    with db.writing() as connection:
        row = {"id": number, "url": f"https://{number}.example"}
        connection.execute(sa.insert(studio_account).values(row))


def _succeed(db: Database, batch_id: int, number: int, embed_id: int, *, made: bool) -> None:
    mine = sa.and_(batch_item.c.batch_id == batch_id, batch_item.c.number == number)
    done = {"status": "succeeded", "embed_id": embed_id, "made": made, "done_at": datetime.now(UTC)}
    with db.writing() as connection:
        connection.execute(sa.update(batch_item).where(mine).values(done))


def test_the_places_of_an_embed_are_what_a_plan_said_last(db: Database):
    for number in (1, 2):
        _account(db, number)
    plan = [
        NewItem(7, 101, more={"row": 2, "module": "Week 1"}),
        NewItem(8, 101, more={"row": 3, "module": ""}),
        NewItem(9, 101),
        NewItem(7, 102, more={"module": "Elsewhere"}),
        NewItem(6, 101, more={"module": "Not done"}),
    ]
    first, _ = create_batch(db, 1, plan)
    for number, embed_id in ((1, 70), (2, 80), (3, 90), (4, 71)):
        _succeed(db, first.id, number, embed_id, made=number < 3)
    foreign, _ = create_batch(db, 2, [NewItem(7, 101, more={"module": "Theirs"})])
    _succeed(db, foreign.id, 1, 99, made=True)
    assert batch_results.find_places(db, 1, 101) == {70: [Place("Week 1", None)]}
    assert batch_results.count_made(db, first) == 2
    more = {"module": "Week 2"}
    twice = [NewItem(7, 101, start_at=90, more=more), NewItem(7, 101), NewItem(8, 101, start_at=5)]
    later, _ = create_batch(db, 1, twice)
    for number, embed_id in ((1, 70), (2, 70), (3, 80)):
        _succeed(db, later.id, number, embed_id, made=False)
    plain, _ = create_batch(db, 1, [NewItem(7, 101)])
    _succeed(db, plain.id, 1, 70, made=False)
    assert batch_results.find_places(db, 1, 101) == {
        70: [Place("Week 2", 90), ANYWHERE],
        80: [Place("", 5)],
    }
