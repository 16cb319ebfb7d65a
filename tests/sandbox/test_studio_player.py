"""The small Studio's media file opens to the player of its launch alone."""

from collections.abc import Iterator

import pytest

from tests.sandbox.studio_visitor import Caller, cookie_of, signed, small_studio, video_of


@pytest.fixture
def studio() -> Iterator[Caller]:
    with small_studio() as caller:
        yield caller


def test_the_media_file_opens_only_with_the_cookie_of_its_launch(studio: Caller) -> None:
    first, second = studio.launch_url(), studio.launch_url()
    pages = [studio.launch(url, signed(url)) for url in (first, second)]
    path = video_of(pages[0])
    studio.session.cookies.clear()

    assert studio.send("GET", path).status_code == 403
    assert studio.send("GET", path, headers=cookie_of(pages[1])).status_code == 403
    good = studio.send("GET", path, headers=cookie_of(pages[0]))
    assert (good.status_code, good.headers["Content-Type"]) == (200, "video/webm")
    assert good.content[:4] == b"\x1a\x45\xdf\xa3"
    assert len(good.content) < 200_000

    part = studio.send("GET", path, headers={**cookie_of(pages[0]), "Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, good.content[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(good.content)}"


def test_the_media_file_is_not_among_the_open_files(studio: Caller) -> None:
    assert studio.send("GET", "/static/studio.css").status_code == 200
    for path in ("/static/sample.webm", "/static/../sample.webm", "/static/%2e%2e/sample.webm"):
        assert studio.send("GET", path).status_code == 404
