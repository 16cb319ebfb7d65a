"""Which embeds count as made for an item of a batch, where others make them, too."""

from app.core import batches, embeds
from app.core.batch_making import NewItem, create_batch
from app.core.batch_work import work_off
from app.core.batches import Batch
from tests.client.reaching import Reach

MEDIA, COURSE = 260854, 8100


def _begin(reach: Reach) -> Batch:
    return create_batch(reach.db, reach.account_id, [NewItem(MEDIA, COURSE)])[0]


def _run(reach: Reach, of: Batch) -> list[bool | None]:
    work_off(reach.db, reach.account_id, reach.client().patient(), 1, lambda: False)
    return [item.made for item in batches.list_items(reach.db, of)]


def test_what_a_teacher_made_anew_counts_as_made_for_no_batch(reach: Reach):
    first = _begin(reach)
    assert _run(reach, first) == [True]
    (item,) = batches.list_items(reach.db, first)
    assert item.embed is not None
    second = _begin(reach)
    embeds.remake_embed(reach.db, reach.client(), item.key, item.embed.made_at)
    assert _run(reach, second) == [False]
