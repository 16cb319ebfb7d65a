"""Where the embeds of a course stand, by the plans that asked for them."""

from datetime import UTC, datetime

import sqlalchemy as sa

from app.core.batch_making import NewItem, create_batch
from app.core.embeds import EmbedKey
from app.core.places import Place, find_places
from app.db import Database
from app.models import batch_item, studio_account


def _account(db: Database, number: int) -> None:
    with db.writing() as connection:
        row = {"id": number, "url": f"https://{number}.example"}
        connection.execute(sa.insert(studio_account).values(row))


def _succeed(db: Database, batch_id: int, *numbers: int) -> None:
    mine = sa.and_(batch_item.c.batch_id == batch_id, batch_item.c.number.in_(numbers))
    done = {"status": "succeeded", "made": True, "done_at": datetime.now(UTC)}
    with db.writing() as connection:
        connection.execute(sa.update(batch_item).where(mine).values(done))


def _place(
    media_id: int, title: str | None = None, start_at: int | None = None, **columns: str
) -> Place:
    key = EmbedKey(1, media_id, 101, "embed", downloadable=False)
    return Place(key, title, start_at, columns)


def test_places_are_those_of_an_account_and_course_in_the_order_of_the_plan(db: Database):
    for number in (1, 2):
        _account(db, number)
    plan = [
        NewItem(9, 101, title="First", more={"row": 2, "module": "Week 1"}),
        NewItem(8, 101, more={"row": 3, "module": "", "note": "kept"}),
        NewItem(7, 102, more={"module": "Elsewhere"}),
        NewItem(6, 101, more={"module": "Not done"}),
        NewItem(7, 101, start_at=0),
        NewItem(9, 101, title="Once more", more={"module": "Week 3"}),
    ]
    of, _ = create_batch(db, 1, plan)
    for number in (6, 5, 3, 2, 1):
        _succeed(db, of.id, number)
    foreign, _ = create_batch(db, 2, [NewItem(7, 101, more={"module": "Theirs"})])
    _succeed(db, foreign.id, 1)
    assert find_places(db, 1, 101) == [
        _place(9, "First", module="Week 1"),
        _place(8, module="", note="kept"),
        _place(7, start_at=0),
        _place(9, "Once more", module="Week 3"),
    ]


def test_of_each_embed_the_last_batch_counts_that_gave_it_a_module_or_a_start(db: Database):
    _account(db, 1)

    def run(*plan: NewItem) -> None:
        of, _ = create_batch(db, 1, plan)
        _succeed(db, of.id, *range(1, len(plan) + 1))

    modules = [{"module": name} for name in ("Week 1", "Week 2")]
    run(NewItem(7, 101, more=modules[0]), NewItem(8, 101, more=modules[0]), NewItem(9, 101))
    run(NewItem(7, 101, start_at=90, more=modules[1]), NewItem(7, 101), NewItem(8, 101, start_at=5))
    run(NewItem(9, 101, title="Later"), NewItem(7, 101, title="Nowhere"))
    assert find_places(db, 1, 101) == [
        _place(7, start_at=90, module="Week 2"),
        _place(7),
        _place(8, start_at=5),
        _place(9, "Later"),
    ]
