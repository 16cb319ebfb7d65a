"""Downloads from the small Studio's file host: broken off, changed, over, stalled, elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.core.downloads import TRIES, Download
from app.http import make_session
from app.studio.errors import StudioRejectedError
from app.studio.files import FileHosts
from app.studio.ranges import FileError
from sandbox.studio.files import SAMPLE
from tests.client.reaching import Reach
from tests.servers import serving

CELLS, FROM_YOUTUBE = 260854, 263962
WHOLE = SAMPLE.read_bytes()
HALF = len(WHOLE) // 2
LED_ASTRAY = "its host leads on to an address that must not be followed"


class Watcher:
    """What somebody who looks on would see."""

    def __init__(self) -> None:
        self.lengths: list[int] = []
        self.said: list[str] = []

    def at(self, done_bytes: int, size: int | None) -> None:
        assert size == len(WHOLE)
        self.lengths.append(done_bytes)

    def tell(self, text: str) -> None:
        self.said.append(text)


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "Cells.webm"


def download(reach: Reach, media_id: int = CELLS, **hosts: Any) -> Download:
    options = {"session": reach.http, "allow_insecure": True, **hosts}
    client = reach.client().patient()
    return Download(client, FileHosts(**options), media_id, first_pause_seconds=0.01)


def leave_half(reach: Reach, target: Path) -> None:
    """Have a download break off in the middle, and end there."""
    let_probe_pass(reach)
    reach.fail("download_file", cut=True)
    reach.fail("download_file", html=True)
    with pytest.raises(FileError):
        download(reach).save(target, Watcher())


def let_probe_pass(reach: Reach) -> None:
    """Let the request for one byte be answered well, whatever is planned after it."""
    reach.fail("download_file", delay_seconds=0.001)


def files_asked(reach: Reach, since: int = 0) -> list[int]:
    return [call["status"] for call in reach.calls("download_file")[since:]]


def test_a_file_is_fetched_whole_and_its_length_told(reach: Reach, target: Path, watcher: Watcher):
    assert download(reach).save(target, watcher) == len(WHOLE)
    assert target.read_bytes() == WHOLE
    assert [path.name for path in target.parent.iterdir()] == ["Cells.webm"]
    assert (watcher.lengths[0], watcher.lengths[-1], watcher.said) == (0, len(WHOLE), [])
    assert watcher.lengths == sorted(watcher.lengths)


def test_what_broke_off_goes_on_from_there(reach: Reach, target: Path, watcher: Watcher):
    let_probe_pass(reach)
    reach.fail("download_file", cut=True)
    before = len(files_asked(reach))
    assert download(reach).save(target, watcher) == len(WHOLE)
    assert target.read_bytes() == WHOLE
    assert watcher.said == ["The file did not come whole: the connection broke. Trying again."]
    assert HALF in watcher.lengths
    assert watcher.lengths == sorted(watcher.lengths)
    assert files_asked(reach, before) == [206, 200, 206, 206]


def test_a_later_run_goes_on_with_what_is_kept(reach: Reach, target: Path, watcher: Watcher):
    leave_half(reach, target)
    assert not target.exists()
    assert target.with_name("Cells.webm.part").stat().st_size == HALF
    download(reach).save(target, watcher)
    assert (watcher.lengths[0], target.read_bytes()) == (HALF, WHOLE)


def test_a_file_that_is_here_already_is_only_put_in_its_place(
    reach: Reach, target: Path, watcher: Watcher
):
    leave_half(reach, target)
    target.with_name("Cells.webm.part").write_bytes(WHOLE)
    before = len(files_asked(reach))
    download(reach).save(target, watcher)
    assert (watcher.lengths, files_asked(reach, before)) == ([len(WHOLE)], [206])
    assert target.read_bytes() == WHOLE


def _change(reach: Reach, _part: Path) -> None:
    reach.tell("files", version="another")


def _take_ranges_away(reach: Reach, _part: Path) -> None:
    reach.tell("files", ranges=False)


def _lose_the_note(_reach: Reach, part: Path) -> None:
    part.with_name(f"{part.name}.json").unlink()


def _grow(_reach: Reach, part: Path) -> None:
    part.write_bytes(WHOLE * 2)


@pytest.mark.parametrize("happens", [_change, _take_ranges_away, _lose_the_note, _grow])
def test_what_is_kept_counts_for_nothing_where_it_may_be_of_another_file(
    reach: Reach, target: Path, watcher: Watcher, happens: Callable[[Reach, Path], None]
):
    leave_half(reach, target)
    part = target.with_name("Cells.webm.part")
    happens(reach, part)
    try:
        download(reach).save(target, watcher)
    finally:
        reach.tell("files")
    assert (watcher.lengths[0], target.read_bytes()) == (0, WHOLE)
    told = "What is here already is not of this file as it is now: it begins anew."
    assert watcher.said == [told]


def test_the_same_place_for_another_quality_begins_anew(
    reach: Reach, target: Path, watcher: Watcher
):
    leave_half(reach, target)
    low = Download(reach.client(), FileHosts(reach.http, True), CELLS, "low")
    low.save(target, watcher)
    assert (watcher.lengths[0], len(watcher.said)) == (0, 1)


@pytest.mark.parametrize("begun", [0, HALF])
def test_a_file_that_changes_between_two_requests_begins_anew(
    reach: Reach, target: Path, begun: int
):
    class Changer(Watcher):
        def at(self, done_bytes: int, size: int | None) -> None:
            if not self.lengths:
                reach.tell("files", version="another")
            super().at(done_bytes, size)

    if begun:
        leave_half(reach, target)
    changer = Changer()
    try:
        download(reach).save(target, changer)
    finally:
        reach.tell("files")
    assert changer.said[0] == "The file changed meanwhile. Trying again."
    assert changer.lengths[:2] == [begun, 0]
    assert target.read_bytes() == WHOLE


def test_an_address_that_is_over_is_asked_for_anew(reach: Reach, target: Path, watcher: Watcher):
    let_probe_pass(reach)
    reach.fail("download_file", status=403)
    before = len(reach.calls("download"))
    download(reach).save(target, watcher)
    assert watcher.said == ["The file's host does not accept the address (403). Trying again."]
    assert (len(reach.calls("download")) - before, target.read_bytes()) == (2, WHOLE)


def test_a_host_that_stops_sending_is_given_up_and_asked_again(
    reach: Reach, target: Path, watcher: Watcher
):
    let_probe_pass(reach)
    reach.fail("download_file", drip_seconds=60)
    download(reach, stall_seconds=0.3).save(target, watcher)
    assert watcher.said == ["The file did not come whole: nothing came for 0.3 s. Trying again."]
    assert target.read_bytes() == WHOLE
    reach.tell("release")


def test_tries_that_bring_nothing_come_to_an_end(reach: Reach, target: Path, watcher: Watcher):
    leave_half(reach, target)
    reach.fail("download_file", status=503, times=TRIES)
    part = target.with_name("Cells.webm.part")
    with pytest.raises(FileError) as raised:
        download(reach).save(target, watcher)
    assert str(raised.value) == (
        "The file's host cannot serve at the moment (503). "
        f"What came is kept in {part}: the same command goes on with it."
    )
    assert (len(watcher.said), part.stat().st_size) == (TRIES - 1, HALF)


def test_a_download_that_gets_on_is_never_given_up(reach: Reach, target: Path, watcher: Watcher):
    for _ in range(TRIES + 2):
        let_probe_pass(reach)
        reach.fail("download_file", cut=True)
    download(reach).save(target, watcher)
    assert (len(watcher.said), target.read_bytes()) == (TRIES + 2, WHOLE)


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"html": True}, "The file's host sends no media but text/html."),
        ({"body": {"a": 1}}, "The file's host sends no media but application/json."),
        ({"status": 418}, "The file's host answers with status 418."),
        (
            {"redirect": "ftp://files.example/x?signature=secret"},
            f"The file cannot be fetched: {LED_ASTRAY}.",
        ),
    ],
)
def test_what_is_no_file_is_told_at_once_and_leaves_nothing(
    reach: Reach, target: Path, watcher: Watcher, how: dict[str, Any], told: str
):
    reach.fail("download_file", **how)
    with pytest.raises(FileError) as raised:
        download(reach).save(target, watcher)
    assert (str(raised.value), watcher.said) == (told, [])
    assert list(target.parent.iterdir()) == []


def test_what_studio_does_not_give_away_is_not_tried_again(reach: Reach, watcher: Watcher):
    before = len(reach.calls("download"))
    with pytest.raises(StudioRejectedError, match="does not give this video away"):
        download(reach, FROM_YOUTUBE).look(watcher)
    assert len(reach.calls("download")) - before == 1


@contextmanager
def other_host(answer: Callable[[dict[str, Any]], tuple[str, list[tuple[str, str]], bytes]]):
    """A host of files that is not Studio; gives its URL, and the headers that it gets."""
    seen: list[dict[str, Any]] = []

    def application(environ: dict[str, Any], start: Any) -> Iterator[bytes]:
        seen.append(environ)
        status, headers, body = answer(environ)
        start(status, headers)
        yield body

    urls: list[str] = []

    def create(url: str) -> Any:
        urls.append(url)
        return application

    with serving("127.0.0.3", create):
        yield urls[0], seen


def test_the_file_may_be_elsewhere_and_no_token_goes_there(
    reach: Reach, target: Path, watcher: Watcher
):
    def whole(_environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
        return "200 OK", [("Content-Type", "video/webm"), ("Content-Length", "56647")], WHOLE

    with other_host(whole) as (url, seen):
        for _ in range(2):
            reach.fail("download_file", redirect=f"{url}/there?signature=x")
        download(reach).save(target, watcher)
    assert target.read_bytes() == WHOLE
    assert {(one["PATH_INFO"], one["QUERY_STRING"]) for one in seen} == {("/there", "signature=x")}
    assert [one.get("HTTP_AUTHORIZATION") for one in seen] == [None, None]
    assert {one["HTTP_ACCEPT_ENCODING"] for one in seen} == {"identity"}


def test_a_host_that_leads_on_for_ever_is_left(reach: Reach, watcher: Watcher):
    def on(environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
        return "302 Found", [("Location", environ["PATH_INFO"] + "x")], b""

    with other_host(on) as (url, seen):
        reach.fail("download_file", redirect=f"{url}/x")
        with pytest.raises(FileError, match="leads from one address to the next"):
            download(reach).look(watcher)
    assert len(seen) == 5


def test_a_private_address_is_refused_before_a_byte_is_sent(reach: Reach, watcher: Watcher):
    before = len(files_asked(reach))
    with make_session(allow_private=False) as guarded, pytest.raises(FileError) as raised:
        download(reach, session=guarded).look(watcher)
    told = "The file cannot be fetched: the host has a private address, which is refused."
    assert (str(raised.value), watcher.said) == (told, [])
    assert len(files_asked(reach)) == before


def test_a_host_that_leads_on_without_https_is_refused(reach: Reach):
    reach.fail("download_file", redirect=f"{reach.url}/thumbnails/1.svg")
    url = reach.client().get_download_url(CELLS)
    with pytest.raises(FileError, match=LED_ASTRAY):
        FileHosts(reach.http, allow_insecure=False).look_at(url)
