"""Batches are worked off beside gunicorn: each item once, with its embed or its error."""

import itertools
from collections import Counter
from typing import Any

import sqlalchemy as sa

from app.core import batches
from app.core.batch_making import NewItem
from app.crypto import Vault
from app.models import studio_account
from tests.journeys.batching import (
    ACCOUNT,
    MEDIA,
    begin,
    hurry,
    items,
    wait_for,
    wait_until_done,
    wanted,
)
from tests.journeys.commanding import rest
from tests.world import World

UNKNOWN = 999_999_999
_courses = itertools.count(20_000, 100)


def _new_courses(count: int) -> range:
    first = next(_courses)
    return range(first, first + count)


def _calls_since(world: World, before: Counter[str]) -> Counter[str]:
    return _calls(world) - before


def _calls(world: World) -> Counter[str]:
    answer = world.http.get(f"{world.studio.settings.url}/_sandbox/calls")
    return Counter(call["operation"] for call in answer.json() if call["operation"] != "token")


def _standing(found: batches.Batch) -> tuple[Any, ...]:
    return found.status, found.pending, found.succeeded, found.failed, found.cancelled


def test_a_batch_is_worked_off_and_asks_for_nothing_but_its_embeds(world: World):
    before = _calls(world)
    done = wait_until_done(world, begin(world, wanted(_new_courses(12), title="Mine")))
    assert (*_standing(done), done.trouble) == ("done", 0, 12, 0, 0, None)
    assert _calls_since(world, before) == {"create_embed": 12}
    found = [(item.embed, item.made, item.failure) for item in items(world, done)]
    assert [(embed.title, embed.made_by) for embed, *_ in found if embed] == [
        ("Mine", "batch")
    ] * 12
    assert [rest for _, *rest in found] == [[True, None]] * 12
    assert done.started_at is not None
    assert done.finished_at is not None
    assert f'"batch": {done.id}, "items": 12, "event": "batch-done"' in world.logs()


def test_a_title_that_nobody_gave_is_asked_for_once_a_media(world: World):
    before = _calls(world)
    done = wait_until_done(world, begin(world, wanted(_new_courses(6), title=None)))
    assert _calls_since(world, before) == {"show": 1, "create_embed": 6}
    titles = {item.embed and item.embed.title for item in items(world, done)}
    assert titles == {world.studio.catalogue.find(MEDIA).title}


def test_a_media_that_is_not_there_is_asked_for_once(world: World):
    before = _calls(world)
    rows = [NewItem(UNKNOWN, course) for course in _new_courses(6)]
    done = wait_until_done(world, begin(world, rows))
    assert (_standing(done), _calls_since(world, before)) == (("done", 0, 0, 6, 0), {"show": 1})


def test_what_is_embedded_already_costs_no_call(world: World):
    courses = _new_courses(4)
    first = wait_until_done(world, begin(world, wanted(courses)))
    before = _calls(world)
    again = wait_until_done(world, begin(world, wanted(courses)))
    assert _calls_since(world, before) == {}
    embeds = [[item.embed for item in items(world, done)] for done in (first, again)]
    assert embeds[0] == embeds[1]
    assert [item.made for item in items(world, again)] == [False] * 4


def test_a_row_that_comes_twice_is_embedded_once(world: World):
    (course,) = _new_courses(1)
    before = _calls(world)
    made = begin(world, [*wanted([course, course]), *wanted([course])])
    wait_for(world, made, lambda found: found.succeeded > 0)
    hurry(world, made)
    done = wait_until_done(world, made)
    assert _standing(done) == ("done", 0, 3, 0, 0)
    assert _calls_since(world, before) == {"create_embed": 1}


def test_a_link_to_what_a_batch_made_needs_no_mark(world: World):
    (course,) = _new_courses(1)
    item = NewItem(260861, course, "bare_embed", downloadable=True, title="For all")
    wait_until_done(world, begin(world, [item]))
    link = {"media_id": "260861", "embed_type": "bare_embed", "downloadable": "true"}
    assert world.launch(link, course_id=103).status_code == 302


def test_what_studio_refuses_fails_in_words_and_can_be_tried_again(world: World):
    courses = _new_courses(4)
    rows = [*wanted(courses), NewItem(UNKNOWN, courses[0])]
    world.tell_studio("next", operation="create_embed", status=403)
    done = wait_until_done(world, begin(world, rows))
    assert _standing(done) == ("done", 0, 3, 2, 0)
    failed = [item.failure for item in items(world, done) if item.failure]
    assert sorted(failure.slug for failure in failed) == ["media-not-found", "studio-forbidden"]
    assert all(failure.title and failure.hint for failure in failed)
    again, count = batches.retry_failed(world.database, ACCOUNT, done.id)
    assert (again.pending, count) == (2, 2)
    assert _standing(wait_until_done(world, again)) == ("done", 0, 4, 1, 0)
    assert f'"batch": {done.id}, "item": 5, "code": "media-not-found"' in world.logs()


def test_a_studio_that_fails_for_a_moment_fails_no_item(world: World):
    world.tell_studio("next", operation="create_embed", status=503, times=3)
    made = begin(world, wanted(_new_courses(1)))
    wait_for(world, made, lambda _: items(world, made)[0].failure is not None)
    (item,) = items(world, made)
    assert (item.status, item.failure and item.failure.slug) == ("pending", "studio-unavailable")
    rest(world)
    hurry(world, made)
    assert _standing(wait_until_done(world, made)) == ("done", 0, 1, 0, 0)
    assert items(world, made)[0].failure is None


def test_an_embed_that_studio_made_unheard_is_found_and_not_made_again(world: World):
    before = _calls(world)
    world.tell_studio("next", operation="create_embed", after=True, reset=True)
    done = wait_until_done(world, begin(world, wanted(_new_courses(5))))
    assert _standing(done) == ("done", 0, 5, 0, 0)
    assert _calls_since(world, before) == {"create_embed": 5, "perspectives": 1}
    rest(world)


def test_an_open_circuit_holds_the_batch_up_and_fails_nothing(world: World):
    world.tell_studio("next", operation="create_embed", status=503, times=24)
    made = begin(world, wanted(_new_courses(20)))
    held = wait_for(world, made, lambda found: found.trouble is not None)
    assert (held.trouble and held.trouble.slug, held.failed) == ("studio-held-back", 0)
    assert held.status == "running"
    assert held.resumes_at is not None
    _mend(world)
    hurry(world, made)
    wait_for(world, made, lambda found: found.trouble is None)
    hurry(world, made)
    assert _standing(wait_until_done(world, made)) == ("done", 0, 20, 0, 0)


def test_a_dead_refresh_token_pauses_the_batch_until_somebody_connects(world: World):
    world.tell_studio("tokens", revoke=True)
    made = begin(world, wanted(_new_courses(8)))
    held = wait_for(world, made, lambda found: found.trouble is not None)
    assert _standing(held) == ("running", 8, 0, 0, 0)
    assert held.trouble
    assert held.trouble.slug == "studio-authorization"
    _mend(world)
    hurry(world, made)
    done = wait_until_done(world, made)
    assert (*_standing(done), done.trouble) == ("done", 0, 8, 0, 0, None)


def _mend(world: World) -> None:
    """Let Studio be as at its start, and the account have the tokens of then."""
    world.tell_studio("reset")
    rest(world)
    settings = world.studio.settings
    vault = Vault((world.environment["SECRET_KEY"],))
    tokens = {
        "refresh_token": vault.encrypt(settings.refresh_token),
        "access_token": None,
        "access_expires_at": None,
        "disconnected_at": None,
    }
    with world.database.writing() as connection:
        connection.execute(sa.update(studio_account).values(tokens))


def test_a_batch_that_is_cancelled_stops_and_tells_the_truth(world: World):
    before = _calls(world)["create_embed"]
    made = begin(world, wanted(_new_courses(60)))
    wait_for(world, made, lambda found: found.succeeded >= 3)
    ended = batches.cancel_batch(world.database, ACCOUNT, made.id)
    assert (ended.status, ended.pending) == ("cancelled", 0)
    following = wait_until_done(world, begin(world, wanted(_new_courses(2))))
    assert following.succeeded == 2
    found = batches.get_batch(world.database, ACCOUNT, made.id)
    assert found.status == "cancelled"
    assert (found.succeeded + found.cancelled, found.failed, found.pending) == (60, 0, 0)
    assert found.cancelled > 40
    assert _calls(world)["create_embed"] - before == found.succeeded + 2


def test_batches_are_worked_off_one_after_the_other(world: World):
    first, second = (begin(world, wanted(_new_courses(10))) for _ in range(2))
    done = wait_until_done(world, second)
    earlier = batches.get_batch(world.database, ACCOUNT, first.id)
    assert earlier.finished_at is not None
    assert done.finished_at is not None
    assert earlier.finished_at <= done.finished_at
