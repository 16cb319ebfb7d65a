"""An access token is refreshed ahead of its end, by whoever finds it about to end."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.models import studio_account
from tests.client.reaching import Reach


def _let_it_end_in(reach: Reach, seconds: int) -> None:
    ends = datetime.now(UTC) + timedelta(seconds=seconds)
    with reach.db.writing() as connection:
        connection.execute(sa.update(studio_account).values(access_expires_at=ends))


@pytest.mark.parametrize(("seconds", "refreshes"), [(40, 0), (20, 1), (-3600, 1)])
def test_a_token_that_is_about_to_end_is_refreshed_before_the_call(
    reach: Reach, seconds: int, refreshes: int
):
    reach.client().ping()
    before = len(reach.calls())
    _let_it_end_in(reach, seconds)
    reach.client().ping()
    assert [(call["operation"], call["status"]) for call in reach.calls()[before:]] == [
        *[("token", 200)] * refreshes,
        ("ping", 200),
    ]
