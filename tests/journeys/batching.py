"""What the tests of batches share: batches that are begun, and waited for."""

import time
from collections.abc import Callable, Iterable

from app.core import batch_making, batches
from app.core.batch_making import NewItem
from app.core.batches import Batch, Item
from tests.world import World

ACCOUNT = 1
MEDIA = 260854
SECONDS = 40


def begin(world: World, items: Iterable[NewItem]) -> Batch:
    made, _ = batch_making.create_batch(world.database, ACCOUNT, items)
    return made


def wanted(courses: Iterable[int], *, title: str | None = "A title") -> list[NewItem]:
    return [NewItem(MEDIA, course_id, title=title) for course_id in courses]


def look(world: World, batch: Batch) -> Batch:
    return batches.get_batch(world.database, ACCOUNT, batch.id)


def items(world: World, batch: Batch) -> list[Item]:
    return list(batches.list_items(world.database, batch))


def wait_for(
    world: World, batch: Batch, is_so: Callable[[Batch], bool], seconds: float = SECONDS
) -> Batch:
    """The batch as soon as it is so."""
    give_up = time.monotonic() + seconds
    while not is_so(found := look(world, batch)):
        assert time.monotonic() < give_up, (found, world.logs()[-3000:])
    return found


def wait_until_done(world: World, batch: Batch, seconds: float = SECONDS) -> Batch:
    return wait_for(world, batch, lambda found: found.status == "done", seconds)
