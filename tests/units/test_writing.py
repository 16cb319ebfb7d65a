"""What a command writes is whole, or as it was before."""

import errno
import os
from pathlib import Path

import pytest

from app.cli.writing import ask_to_replace, whole_file
from app.core.part_files import FileNotWrittenError


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "term.imscc"
    path.write_text("before")
    return path


def write(target: Path, content: bytes = b"after") -> None:
    with whole_file(target) as file:
        file.write(content)


def test_a_file_takes_the_place_of_the_other_when_it_is_whole(target: Path):
    with whole_file(target) as file:
        file.write(b"after")
        file.flush()
        assert target.read_text() == "before"
    assert target.read_text() == "after"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize(
    "end", [KeyboardInterrupt(), OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))]
)
def test_whatever_ends_the_writing_leaves_what_was_there(target: Path, end: BaseException):
    with (
        pytest.raises((KeyboardInterrupt, FileNotWrittenError)) as raised,
        whole_file(target) as file,
    ):
        file.write(b"half")
        raise end
    if isinstance(end, OSError):
        assert str(raised.value.title) == f"{target} cannot be written: No space left on device."
    assert target.read_text() == "before"
    assert list(target.parent.iterdir()) == [target]


def test_what_is_no_file_is_written_as_it_is(tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write(pipe)
        assert os.read(reader, 100) == b"after"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_a_link_goes_on_leading_to_what_is_written(target: Path):
    link = target.with_name("link")
    link.symlink_to(target)
    write(link)
    assert (link.is_symlink(), target.read_text()) == (True, "after")


@pytest.mark.parametrize("flags", [os.O_TRUNC, os.O_APPEND])
def test_a_file_that_is_open_already_is_written_where_it_stands(target: Path, flags: int):
    opened = os.open(target, os.O_WRONLY | flags)
    link = target.with_name("stdout")
    link.symlink_to(f"/proc/self/fd/{opened}")
    try:
        os.write(opened, b" first ")
        write(link)
        write(Path(f"/dev/fd/{opened}"), b" last")
        os.write(opened, b"!")
    finally:
        os.close(opened)
    before = "before" if flags == os.O_APPEND else ""
    assert target.read_text() == f"{before} first after last!"


def test_of_two_who_write_one_file_each_writes_a_whole_one(target: Path):
    with whole_file(target) as first, whole_file(target) as second:
        first.write(b"first")
        second.write(b"second")
    assert target.read_text() == "first"
    assert list(target.parent.iterdir()) == [target]


def test_a_name_may_be_as_long_as_names_may_be(tmp_path: Path):
    target = tmp_path / ("x" * 255)
    write(target)
    assert target.read_text() == "after"


def test_a_name_that_cannot_be_is_refused_before_anything_is_asked(tmp_path: Path):
    with pytest.raises(FileNotWrittenError, match="File name too long"):
        ask_to_replace(tmp_path / ("x" * 300), force=False)
