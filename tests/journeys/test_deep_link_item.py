"""What a school wants to be returned where an LMS takes both: `STUDIO_DEEP_LINK_ITEM`."""

from pathlib import Path

from tests import world as worlds
from tests.journeys.answering import open_picker, read_items

MITOSIS = 260854


def test_a_school_that_wants_links_gets_them_in_the_editor_too(tmp_path: Path):
    with worlds.world(tmp_path, workers=1, STUDIO_DEEP_LINK_ITEM="link") as world:
        (item,) = read_items(world, open_picker(world).pick(MITOSIS).insert())
        (html,) = read_items(
            world, open_picker(world, accept_types=["html"]).pick(MITOSIS).insert()
        )
    assert (item["type"], html["type"]) == ("ltiResourceLink", "html")
