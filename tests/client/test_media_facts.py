"""What is asked of Studio about a media, and how old the answer is."""

from datetime import UTC, datetime

from app.core import media_facts
from tests.client.reaching import Reach

MEDIA = 260854


def test_what_was_asked_while_an_embed_was_made_is_not_held_against_it(reach: Reach):
    began = datetime.now(UTC)
    reach.fail("caption_files", delay_seconds=0.5)
    facts = media_facts.ask_facts(reach.db, reach.client(), reach.account_id, MEDIA)
    assert (facts.asked_at - began).total_seconds() < 0.4
