"""An embed that Studio may have made unheard is looked for before it is made again."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from app.core.embeds import EmbedKey
from app.studio import errors
from tests.client.reaching import Reach, launch

CELLS, EVERYWHERE = 260854, 260861


def _key(reach: Reach, course_id: int) -> EmbedKey:
    return EmbedKey(reach.account_id, CELLS, course_id, "embed", downloadable=False)


def _count_made(reach: Reach, key: EmbedKey) -> int:
    """How many embeds of this course Studio has."""
    return len(reach.studio.embeds.list_by_course(CELLS).get(key.course_id, []))


@pytest.mark.parametrize("status", [500, 502, 504])
def test_an_embed_that_was_made_behind_a_5xx_is_found(reach: Reach, status: int):
    key = _key(reach, 7000 + status)
    reach.fail("create_embed", status=status, after=True)
    assert launch(reach, key).startswith(f"{reach.url}/lti/launch?")
    assert _count_made(reach, key) == 1


@pytest.mark.parametrize("times", [1, 2])
def test_one_that_was_not_made_behind_a_5xx_is_made_once(reach: Reach, times: int):
    key, before = _key(reach, 7000 + times), len(reach.calls("create_embed"))
    reach.fail("create_embed", status=502, times=times)
    assert launch(reach, key)
    assert (_count_made(reach, key), len(reach.calls("create_embed")) - before) == (1, times + 1)


def test_three_tries_are_the_end(reach: Reach):
    key, before = _key(reach, 7003), len(reach.calls("create_embed"))
    reach.fail("create_embed", status=500, times=3)
    with pytest.raises(errors.StudioUnavailableError):
        launch(reach, key)
    assert len(reach.calls("create_embed")) - before == 3
    assert launch(reach, key)


@pytest.mark.parametrize(
    "look", [{"status": 503, "times": 3}, {"status": 429, "times": 3}], ids=str
)
def test_where_the_look_fails_the_next_launch_looks_first(reach: Reach, look: dict[str, Any]):
    key = _key(reach, 7100 + look["status"])
    reach.fail("create_embed", status=504, after=True)
    reach.fail("perspectives", retry_after=0, **look)
    with pytest.raises(errors.StudioUnavailableError):
        launch(reach, key)
    assert launch(reach, key)
    assert _count_made(reach, key) == 1


def test_a_studio_that_asks_for_time_is_not_looked_at_before(reach: Reach):
    key, before = _key(reach, 7004), len(reach.calls("perspectives"))
    reach.fail("create_embed", status=500, retry_after=9, after=True)
    with pytest.raises(errors.StudioUnavailableError):
        launch(reach, key)
    assert len(reach.calls("perspectives")) == before
    assert launch(reach, key)
    assert _count_made(reach, key) == 1


def test_where_studio_does_not_tell_it_is_made_and_the_log_says_so(reach: Reach):
    key, before = _key(reach, 7005), len(reach.calls("create_embed"))
    reach.fail("create_embed", status=504)
    reach.fail("perspectives", status=403)
    with capture_logs() as logs:
        assert launch(reach, key)
    assert len(reach.calls("create_embed")) - before == 2
    told = {"event": "embed-not-looked-for", "media": CELLS, "course": 7005}
    assert [told.items() <= line.items() for line in logs] == [True]


def test_among_ten_thousand_courses_it_is_found(reach: Reach):
    for course_id in range(100_000, 110_000):
        reach.studio.embeds.make(EVERYWHERE, course_id, "embed", downloadable=False)
    key = EmbedKey(reach.account_id, EVERYWHERE, 109_999, "embed", downloadable=False)
    before = len(reach.calls("create_embed"))
    reach.fail("create_embed", status=504)
    assert launch(reach, key).startswith(f"{reach.url}/lti/launch?")
    assert len(reach.calls("create_embed")) - before == 1
