"""Batches are worked off beside gunicorn: each item once, with its embed or its error."""

from tests.journeys.batching import begin, items, wait_until_done, wanted
from tests.world import World


def test_a_batch_is_worked_off_by_the_service_alone(world: World):
    before = len(world.calls("create_embed"))
    done = wait_until_done(world, begin(world, wanted(range(2001, 2013))))
    assert (done.succeeded, done.failed, done.pending, done.trouble) == (12, 0, 0, None)
    assert len(world.calls("create_embed")) - before == 12
    found = items(world, done)
    assert [item.embed and item.embed.key for item in found] == [item.key for item in found]
    assert [item.made for item in found] == [True] * 12
