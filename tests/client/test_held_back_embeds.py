"""A program that is held back holds no launch back that waited for the same embed."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.core import embeds
from app.core.embeds import EmbedKey
from app.errors import ServiceError
from app.models import studio_pace
from app.studio import errors
from app.studio.client import StudioClient
from tests.client.reaching import Reach


def test_a_launch_that_waited_for_a_program_that_is_held_back_makes_the_embed(reach: Reach):
    key = EmbedKey(reach.account_id, 260854, 101, "embed", downloadable=False)
    since = datetime.now(UTC)

    def ensure(studio: StudioClient) -> embeds.Embed:
        return embeds.ensure_embed(
            reach.db, studio, key, lambda _studio: None, since=since, wait_seconds=0
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
                reach.db, reach.client(), key, lambda _studio: None, since=since, wait_seconds=0
            )
        assert (caught.value.slug, caught.value.status) == ("studio-rejected", 422)
    assert len(reach.calls("create_embed")) - before == 1
