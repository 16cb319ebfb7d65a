"""What came of a file is kept with a note of which file it is, and written by one at a time."""

import multiprocessing
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.core.part_files import FileNotWrittenError, Note, PartFile

NOTE = Note("https://studio.example/media/1/best", 8, '"v1"')


@pytest.fixture
def part(tmp_path: Path) -> PartFile:
    return PartFile(tmp_path / "Lecture.mp4")


def write(part: PartFile, *pieces: bytes, note: Note = NOTE, start: int = 0) -> list[int]:
    with part.mine() as file:
        part.begin(file, note, start)
        return list(part.add(file, pieces, start))


def names(part: PartFile) -> list[str]:
    return sorted(path.name for path in part.target.parent.iterdir())


def test_pieces_are_added_and_told_and_the_whole_file_gets_its_place(part: PartFile):
    assert write(part, b"abc", b"de") == [3, 5]
    assert names(part) == ["Lecture.mp4.part", "Lecture.mp4.part.json"]
    assert part.read_note() == NOTE
    assert write(part, b"fgh", start=5) == [8]
    part.finish(replace=False)
    assert (names(part), part.target.read_bytes()) == (["Lecture.mp4"], b"abcdefgh")


def test_what_is_of_no_use_is_cut_off_before_more_is_added(part: PartFile):
    write(part, b"abcdef")
    write(part, b"X", start=2)
    assert part.path.read_bytes() == b"abX"
    write(part, b"new", note=Note("another", None, None))
    assert (part.path.read_bytes(), part.read_note()) == (b"new", Note("another", None, None))


@pytest.mark.parametrize("text", ["", "{", "[]", "5", '{"what": 1}', '{"size": 8}'])
def test_a_note_that_cannot_be_read_is_none(part: PartFile, text: str):
    assert part.read_note() is None
    write(part, b"abc")
    part.path.with_suffix(".part.json").write_text(text)
    assert part.read_note() is None


def test_a_part_in_which_nothing_is_goes_away(part: PartFile):
    assert write(part) == []
    assert (names(part), part.going_on()) == ([], "")


def test_what_is_kept_is_told_with_how_to_go_on(part: PartFile):
    write(part, b"abc")
    told = f"What came is kept in {part.path}: the same command goes on with it."
    assert part.going_on() == told


def _hold(part: PartFile, held: object, end: object) -> None:
    with part.mine():
        held.set()  # type: ignore[attr-defined]
        end.wait(20)  # type: ignore[attr-defined]


def test_one_process_writes_at_a_time(part: PartFile):
    context = multiprocessing.get_context("spawn")
    held, end = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(part, held, end))
    other.start()
    try:
        assert held.wait(20)
        with pytest.raises(FileNotWrittenError) as raised, part.mine():
            raise AssertionError("two write")
        told = f"Another download is writing {part.path}. Wait for it, or say another --to."
        assert str(raised.value) == told
    finally:
        end.set()
        other.join(20)
    write(part, b"abc")


def test_a_file_that_came_about_meanwhile_is_not_replaced_unasked(part: PartFile):
    write(part, b"new")
    part.target.write_bytes(b"old")
    with pytest.raises(FileNotWrittenError) as raised:
        part.finish(replace=False)
    assert str(raised.value) == f"{part.target} came about meanwhile. The file is {part.path}."
    assert part.target.read_bytes() == b"old"
    part.finish(replace=True)
    assert (names(part), part.target.read_bytes()) == (["Lecture.mp4"], b"new")


@contextmanager
def full_after(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_takes_no_more_is_one_sentence_and_what_came_stays(part: PartFile):
    with full_after(100_000), pytest.raises(FileNotWrittenError) as raised:
        write(part, *[b"x" * 30_000] * 5)
    assert str(raised.value) == f"{part.path} cannot be written: File too large."
    assert part.path.read_bytes() == b"x" * 100_000
    assert part.read_note() == NOTE


@pytest.mark.parametrize("name", ["Lecture.mp4.part", "Lecture.mp4.part.json"])
def test_no_link_is_followed_out_of_the_folder(part: PartFile, name: str):
    elsewhere = part.target.with_name("mine.txt")
    elsewhere.write_text("mine")
    part.path.with_name(name).symlink_to(elsewhere)
    with pytest.raises(FileNotWrittenError, match="Too many levels of symbolic links"):
        write(part, b"abc")
    assert elsewhere.read_text() == "mine"


def test_a_folder_that_is_not_there_is_named():
    with pytest.raises(FileNotWrittenError) as raised:
        write(PartFile(Path("/nowhere/x.mp4")), b"abc")
    said = "/nowhere/x.mp4.part cannot be written: No such file or directory."
    assert str(raised.value) == said
