"""What is counted among a batch's items afterwards."""

from datetime import UTC, datetime

import sqlalchemy as sa

from app.core import batch_results
from app.core.batch_making import NewItem, create_batch
from app.db import Database
from app.models import batch_item, studio_account


def _account(db: Database, number: int) -> None:
    with db.writing() as connection:
        row = {"id": number, "url": f"https://{number}.example"}
        connection.execute(sa.insert(studio_account).values(row))


def _succeed(db: Database, batch_id: int, *numbers: int, made: bool = False) -> None:
    mine = sa.and_(batch_item.c.batch_id == batch_id, batch_item.c.number.in_(numbers))
    done = {"status": "succeeded", "made": made, "done_at": datetime.now(UTC)}
    with db.writing() as connection:
        connection.execute(sa.update(batch_item).where(mine).values(done))


def test_embeds_that_were_made_for_a_batch_are_counted(db: Database):
    _account(db, 1)
    of, _ = create_batch(db, 1, [NewItem(7, 101), NewItem(8, 101), NewItem(9, 101)])
    _succeed(db, of.id, 1, 2, made=True)
    _succeed(db, of.id, 3)
    assert batch_results.count_made(db, of) == 2
