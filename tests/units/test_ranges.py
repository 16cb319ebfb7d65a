"""How a file's headers are read, and from where on a download goes on."""

from dataclasses import replace

import pytest

from app.studio.ranges import FileError, RemoteFile, ask_from, check_answer, find_start, read_file

URL = "https://files.example/1?signature=secret"
WHOLE = RemoteFile(URL, 1000, '"v1"', "video/mp4", None)
ONE_BYTE = {"content-type": "video/mp4", "content-range": "bytes 0-0/1000", "etag": '"v1"'}
REST = {"content-type": "video/mp4", "content-range": "bytes 400-999/1000", "etag": '"v1"'}
ALL = {"content-type": "video/mp4", "content-length": "1000", "etag": '"v1"'}


def failure(call: object, *arguments: object) -> tuple[str, bool]:
    assert callable(call)
    with pytest.raises(FileError) as raised:
        call(*arguments)
    assert "secret" not in str(raised.value)
    return raised.value.title, raised.value.again


@pytest.mark.parametrize(
    ("status", "headers", "changes"),
    [
        (206, ONE_BYTE, {}),
        (206, {**ONE_BYTE, "content-disposition": 'inline; filename="a b"'}, {"name": "a b"}),
        (206, {**ONE_BYTE, "content-type": "Video/MP4; codecs=x"}, {}),
        (206, {**ONE_BYTE, "etag": 'W/"v1"'}, {"version": None}),
        (206, {**ONE_BYTE, "content-range": "bytes 0-0/*"}, {"size": None}),
        (206, {"content-type": "video/mp4"}, {"size": None, "version": None}),
        (200, ALL, {"version": None}),
        (200, {**ALL, "content-length": "many"}, {"size": None, "version": None}),
        (416, {"content-range": "bytes */0"}, {"size": 0, "version": None, "mime_type": ""}),
    ],
)
def test_the_first_byte_tells_which_file_there_is(
    status: int, headers: dict[str, str], changes: dict[str, object]
):
    assert read_file(URL, status, headers) == replace(WHOLE, **changes)


@pytest.mark.parametrize(
    ("status", "headers", "told", "again"),
    [
        (401, {}, "does not accept the address (401)", True),
        (403, {}, "does not accept the address (403)", True),
        (404, {}, "does not accept the address (404)", True),
        (410, {}, "does not accept the address (410)", True),
        (429, {}, "cannot serve at the moment (429)", True),
        (502, {}, "cannot serve at the moment (502)", True),
        (204, {}, "answers with status 204", False),
        (200, {"content-type": "text/html; charset=utf-8"}, "no media but text/html", False),
        (200, {"content-type": "application/json"}, "no media but application/json", False),
        (200, {"content-encoding": "gzip"}, "packed, unasked", False),
    ],
)
def test_what_is_no_media_is_refused_and_what_may_pass_is_tried_again(
    status: int, headers: dict[str, str], told: str, again: bool
):
    for call in ((read_file, URL), (check_answer, WHOLE, 0)):
        said, tried = failure(*call, status, headers)
        assert (told in said, tried) == (True, again), said


@pytest.mark.parametrize(
    ("file", "kept_bytes", "start"),
    [
        (WHOLE, 0, 0),
        (WHOLE, 400, 400),
        (WHOLE, 1000, 1000),
        (WHOLE, 1001, 0),
        (replace(WHOLE, version=None), 400, 0),
        (replace(WHOLE, size=None), 400, 0),
    ],
)
def test_what_is_here_is_gone_on_with_if_it_can_be_of_that_file(
    file: RemoteFile, kept_bytes: int, start: int
):
    assert find_start(file, kept_bytes) == start


def test_the_rest_is_asked_for_only_of_the_same_version():
    assert ask_from(WHOLE, 400) == {"Range": "bytes=400-", "If-Range": '"v1"'}
    assert ask_from(WHOLE, 0) == {}


def test_the_rest_is_taken_and_so_is_a_whole_file_where_it_was_asked_for():
    check_answer(WHOLE, 400, 206, REST)
    check_answer(WHOLE, 0, 200, ALL)
    check_answer(replace(WHOLE, version=None), 0, 200, {**ALL, "etag": '"other"'})


@pytest.mark.parametrize(
    ("start", "status", "headers"),
    [
        (400, 200, ALL),
        (400, 206, {**REST, "etag": '"v2"'}),
        (400, 206, {**REST, "content-range": "bytes 399-999/1000"}),
        (400, 206, {"etag": '"v1"'}),
        (0, 200, {**ALL, "etag": '"v2"'}),
        (400, 416, {"content-range": "bytes */300"}),
    ],
)
def test_another_file_or_another_place_in_it_is_never_added(
    start: int, status: int, headers: dict[str, str]
):
    said = failure(check_answer, WHOLE, start, status, headers)
    assert said == ("The file changed meanwhile.", True)
