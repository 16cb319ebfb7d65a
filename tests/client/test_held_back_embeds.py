"""A program that is held back holds no launch back that waited for the same embed."""

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.core import embeds, returned
from app.core.embeds import EmbedKey
from app.errors import ServiceError
from app.models import embed, studio_pace
from app.studio import errors
from app.studio.client import StudioClient
from app.studio.pace import Pace
from tests.client.reaching import Reach, launch


def test_a_launch_that_waited_for_a_program_that_is_held_back_makes_the_embed(reach: Reach):
    key = EmbedKey(reach.account_id, 260854, 101, "embed", downloadable=False)
    since = datetime.now(UTC)

    def ensure(studio: StudioClient) -> embeds.Embed:
        return embeds.ensure_embed(
            reach.db,
            studio,
            key,
            lambda _studio: None,
            made_by="launch",
            since=since,
            wait_seconds=0,
        )

    reach.fail("show", status=500, times=6)
    for _ in range(2):
        with pytest.raises(errors.StudioUnavailableError):
            reach.client().get_media(key.media_id)
    with pytest.raises(errors.StudioHeldBackError):
        ensure(reach.client().patient())
    assert ensure(reach.client()).launch_url.startswith(f"{reach.url}/lti/launch?")
    with reach.db.reading() as connection:
        assert connection.execute(sa.select(studio_pace.c.open_until)).scalar_one() is None


def test_whoever_waited_for_a_real_attempt_gets_its_error_still(reach: Reach):
    key = EmbedKey(reach.account_id, 260854, 102, "embed", downloadable=False)
    since = datetime.now(UTC)
    before = len(reach.calls("create_embed"))
    reach.fail("create_embed", status=422)
    for _ in range(2):
        with pytest.raises(ServiceError) as caught:
            embeds.ensure_embed(
                reach.db,
                reach.client(),
                key,
                lambda _studio: None,
                made_by="launch",
                since=since,
                wait_seconds=0,
            )
        assert (caught.value.slug, caught.value.status) == ("studio-rejected", 422)
    assert len(reach.calls("create_embed")) - before == 1


def test_an_error_that_a_wrong_clock_wrote_keeps_no_embed_from_being_made(reach: Reach):
    key = EmbedKey(reach.account_id, 260854, 106, "embed", downloadable=False)
    reach.fail("create_embed", status=422)
    with pytest.raises(errors.StudioRejectedError):
        launch(reach, key)
    with reach.db.writing() as connection:
        ahead = datetime.now(UTC) + timedelta(days=1)
        connection.execute(sa.update(embed).where(embed.c.course_id == 106).values(failed_at=ahead))
    assert launch(reach, key)


def test_a_program_does_not_take_over_what_a_launch_met_while_it_waited_for_its_turn(reach: Reach):
    key = EmbedKey(reach.account_id, 260854, 107, "embed", downloadable=False)
    slot_us = _use_up(reach, 1.0, 3)
    with ThreadPoolExecutor(1) as threads:
        program = threads.submit(_program, reach, key, 1.0)
        _await_queue(reach, slot_us, program)
        reach.fail("create_embed", status=422)
        with pytest.raises(errors.StudioRejectedError):
            launch(reach, key)
        assert not program.done()
        assert program.result().startswith(f"{reach.url}/lti/launch?")


def _program(reach: Reach, key: EmbedKey, rate: float) -> str:
    """Have the embed made as the API and commands do."""
    client = reach.client(rate).patient()
    found, _made = returned.ensure_embed(reach.db, lambda: nullcontext(client), key, 5, "api")
    return found.launch_url


def _next_slot_us(reach: Reach) -> int:
    with reach.db.reading() as connection:
        return int(connection.execute(sa.select(studio_pace.c.next_slot_us)).scalar_one())


def _use_up(reach: Reach, rate: float, calls: int) -> int:
    """Take the coming slots; gives when the next begins."""
    pace = Pace(reach.db, reach.account_id, rate)
    for _ in range(calls):
        pace.take(datetime.now(UTC))
    return _next_slot_us(reach)


def _await_queue(reach: Reach, slot_us: int, program: Future[str]) -> None:
    """Go on when the program has taken the slot and waits for it."""
    while _next_slot_us(reach) == slot_us and not program.done():
        continue


def test_a_launch_does_not_wait_for_a_program_that_waits_for_its_turn(reach: Reach):
    key = EmbedKey(reach.account_id, 260854, 103, "embed", downloadable=False)
    slot_us, before = _use_up(reach, 1.0, 3), len(reach.calls("create_embed"))
    with ThreadPoolExecutor(1) as threads:
        program = threads.submit(_program, reach, key, 1.0)
        _await_queue(reach, slot_us, program)
        launch_url = launch(reach, key)
        assert not program.done()
        assert program.result() == launch_url
    assert len(reach.calls("create_embed")) - before == 1


def test_a_program_uses_as_many_turns_as_it_makes_calls(reach: Reach):
    key = EmbedKey(reach.account_id, 260854, 104, "embed", downloadable=False)
    slot_us, before = _use_up(reach, 10.0, 10), len(reach.calls())
    with ThreadPoolExecutor(1) as threads:
        program = threads.submit(_program, reach, key, 10.0)
        _await_queue(reach, slot_us, program)
        _use_up(reach, 10.0, 50)
        assert program.result()
    calls = reach.calls()[before:]
    assert _next_slot_us(reach) - slot_us == (50 + len(calls)) * 100_000
    assert min(call["at"] for call in calls) * 1_000_000 >= slot_us


def test_a_program_whose_turn_comes_too_late_is_told_so_and_calls_nothing(reach: Reach):
    key = EmbedKey(reach.account_id, 260854, 105, "embed", downloadable=False)
    _use_up(reach, 1.0, 100)
    before = len(reach.calls())
    with pytest.raises(errors.StudioHeldBackError):
        _program(reach, key, 1.0)
    assert len(reach.calls()) == before
