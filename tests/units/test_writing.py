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


def test_what_another_writes_at_the_moment_is_left_to_it(target: Path):
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    part.write_text("another's")
    with pytest.raises(FileNotWrittenError):
        write(target)
    assert (part.read_text(), target.read_text()) == ("another's", "before")


def test_a_name_that_cannot_be_is_refused_before_anything_is_asked(tmp_path: Path):
    with pytest.raises(FileNotWrittenError, match="File name too long"):
        ask_to_replace(tmp_path / ("x" * 300), force=False)
