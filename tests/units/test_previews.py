"""Which file of a media a preview plays."""

import pytest

from app.lti.preview import find_played
from app.studio.shapes import Source

HERE = "https://files.example"


def source(name: str, mime_type: str | None = "video/mp4", url: str | None = HERE) -> Source:
    return Source(definition=name, mime_type=mime_type, url=url and f"{url}/{name}")


@pytest.mark.parametrize(
    ("sources", "played"),
    [
        ((), None),
        ((source("low"), source("high"), source("medium")), "medium"),
        ((source("a", "video/webm"), source("b")), "b"),
        ((source("a", "application/x-mpegURL"), source("b", None), source("c", url=None)), None),
        ((source("a", url="http://files.example"), source("b", "VIDEO/MP4")), "b"),
        ((source("a", url="javascript:alert(1)//"), source("b", url="ftp://x")), None),
    ],
    ids=str,
)
def test_the_file_is_one_that_plays_at_an_address_that_may_be_loaded(
    sources: tuple[Source, ...], played: str | None
):
    found = find_played(sources, allow_insecure=False)
    assert (found.definition if found else None) == played


def test_in_tests_an_address_may_be_insecure():
    insecure = (source("a", url="http://files.example"),)
    assert find_played(insecure, allow_insecure=True) == insecure[0]
