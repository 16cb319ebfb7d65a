"""`flask media download`: into a folder or a file, stopped, gone on with, over what is there."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.studio.files import SAMPLE
from tests import world as worlds
from tests.journeys.commanding import fail, in_environment, on_terminal, refuse, rest
from tests.world import ROOT, World

CELLS, LECTURE, UNTITLED, LONG, FROM_VIMEO = 260854, 260861, 263994, 264003, 263968
TITLE = "Cell Division_ Mitosis in Six Minutes.webm"
WHOLE = SAMPLE.read_bytes()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("download")
    with worlds.world(folder, workers=1) as made, in_environment(made):
        yield made


@pytest.fixture
def world(built: World) -> World:
    rest(built)
    built.tell_studio("files")
    return built


def order(folder: Path, media_id: int = CELLS) -> tuple[str, ...]:
    return ("media", "download", str(media_id), "--to", str(folder))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def hold_the_file(world: World) -> None:
    """Let the file come in drips; the two looks at its first byte pass."""
    world.tell_studio("next", operation="download_file", delay_seconds=0.001, times=2)
    world.tell_studio("next", operation="download_file", drip_seconds=12)


@contextlib.contextmanager
def started(world: World, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", *arguments],
        cwd=ROOT,
        env=world.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def told(world: World, *arguments: str) -> tuple[str, list[str]]:
    """What a command that succeeds says: its result, and how it went."""
    done = world.flask(*arguments)
    return done.stdout, done.stderr.splitlines()


def test_a_file_is_named_by_its_title_and_told(world: World, tmp_path: Path):
    said, went = told(world, *order(tmp_path))
    assert said == f"Saved {tmp_path / TITLE} (56.6 kB).\n"
    assert (went[-1], names(tmp_path)) == ("56.6 kB of 56.6 kB", [TITLE])
    assert (tmp_path / TITLE).read_bytes() == WHOLE


def test_json_tells_where_the_file_is(world: World, tmp_path: Path):
    target = tmp_path / "x.webm"
    done = world.flask(*order(target), "--quality", "low", "--json")
    assert done.stdout.split() == [
        "{", '"media_id":', f"{CELLS},", '"path":', f'"{target}",', '"size":', "56647", "}"
    ]  # fmt: skip
    assert world.calls("download")[-1]["query"] == "quality=low"


@pytest.mark.parametrize("media_id", [UNTITLED, LONG])
def test_every_title_makes_a_file_in_its_folder(world: World, tmp_path: Path, media_id: int):
    world.flask(*order(tmp_path, media_id))
    (name,) = names(tmp_path)
    assert (tmp_path / name).read_bytes() == WHOLE


def test_a_title_cannot_leave_the_folder(world: World, tmp_path: Path):
    folder = tmp_path / "in"
    folder.mkdir()
    world.tell_studio("next", operation="show", change={"media.title": "../../out/.bashrc\x1b[2J"})
    said, _ = told(world, *order(folder))
    assert names(tmp_path) == ["in"]
    assert said == f"Saved {folder / '_.._out_.bashrc [2J.webm'} (56.6 kB).\n"


def test_what_is_there_is_replaced_only_when_asked(world: World, tmp_path: Path):
    (tmp_path / TITLE).write_text("mine")
    question = f"{tmp_path / TITLE} is there already. Replace it?"
    said = fail(world, *order(tmp_path), status=2)
    assert said.endswith(f"Error: {question} There is no terminal to ask on: say --force.\n")
    status, lines = on_terminal(world, *order(tmp_path), answer="n\n", columns=300)
    assert (status, lines[-2:]) == (1, [f"{question} [y/N]: n", "Aborted!"])
    assert (tmp_path / TITLE).read_text() == "mine"
    status, lines = on_terminal(world, *order(tmp_path), answer="y\n", columns=300)
    assert (status, lines[-1]) == (0, f"Saved {tmp_path / TITLE} (56.6 kB).")
    assert names(tmp_path) == [TITLE]
    (tmp_path / TITLE).write_text("mine")
    world.flask(*order(tmp_path), "--force")
    assert (tmp_path / TITLE).read_bytes() == WHOLE


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_download_that_is_stopped_is_gone_on_with(
    world: World, tmp_path: Path, how: signal.Signals
):
    hold_the_file(world)
    with started(world, *order(tmp_path)) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        process.send_signal(how)
        process.wait(20)
        rest_said = process.stderr.read()
    part = tmp_path / f"{TITLE}.part"
    assert (first, names(tmp_path)) == ("5.7 kB of 56.6 kB\n", [part.name, f"{part.name}.json"])
    if how is signal.SIGINT:
        assert process.returncode == 1
        kept = f"Stopped. What came is kept in {part}: the same command goes on with it."
        assert rest_said.splitlines()[-1] == kept
    world.tell_studio("release")
    begun = part.stat().st_size
    before = len(world.calls("download_file"))
    world.flask(*order(tmp_path))
    assert (names(tmp_path), (tmp_path / TITLE).read_bytes()) == ([TITLE], WHOLE)
    assert 0 < begun < len(WHOLE)
    assert [call["status"] for call in world.calls("download_file")[before:]] == [206, 206, 206]


def test_a_download_that_breaks_off_goes_on_by_itself_and_says_so(world: World, tmp_path: Path):
    world.tell_studio("next", operation="download_file", delay_seconds=0.001, times=2)
    world.tell_studio("next", operation="download_file", cut=True)
    _, went = told(world, *order(tmp_path))
    assert "The file did not come whole: the connection broke. Trying again." in went
    assert (tmp_path / TITLE).read_bytes() == WHOLE


def test_a_terminal_shows_a_bar_with_size_rate_and_time_left(world: World, tmp_path: Path):
    world.tell_studio("next", operation="download_file", delay_seconds=0.001, times=2)
    world.tell_studio("next", operation="download_file", drip_seconds=1)
    status, lines = on_terminal(world, *order(tmp_path), columns=300)
    assert (status, lines[-1]) == (0, f"Saved {tmp_path / TITLE} (56.6 kB).")
    assert any("/56.6 kB" in line and "/s" in line and "0:00:0" in line for line in lines), lines


def test_a_disk_that_takes_no_more_is_one_sentence_and_what_came_is_kept(tmp_path: Path):
    folder = tmp_path / "to"
    folder.mkdir()
    target = folder / "x.webm"
    # On SQLite the limit would count for the database's file as well.
    with worlds.world(tmp_path, "postgresql", workers=1) as world:
        done = subprocess.run(
            ["prlimit", "--fsize=30000", sys.executable, "-m", "flask", *order(target)],
            cwd=ROOT,
            env=world.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        kept = names(folder)
        world.flask(*order(target))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == (
        f"Error: {target}.part cannot be written: File too large. "
        f"What came is kept in {target}.part: the same command goes on with it."
    )
    assert kept == ["x.webm.part", "x.webm.part.json"]
    assert target.read_bytes() == WHOLE


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            (str(FROM_VIMEO),),
            "Studio does not give this video away. It comes from elsewhere, such as YouTube or "
            "Vimeo, or this is no quality that Studio knows. download: Studio answered 422.",
        ),
        (
            (str(CELLS), "--quality", "highest"),
            "Studio has no such video, or not in this quality. Please try another quality. "
            "download: Studio answered 404.",
        ),
    ],
)
def test_what_studio_does_not_give_is_told(
    world: World, tmp_path: Path, arguments: tuple[str, ...], said: str
):
    assert refuse("media", "download", *arguments, "--to", str(tmp_path)) == f"Error: {said}\n"
    assert names(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_told(world: World):
    assert refuse(*order(Path("/proc/x.webm"))) == (
        "Error: /proc/x.webm.part cannot be written: No such file or directory.\n"
    )


def test_no_address_of_a_file_is_told(world: World, tmp_path: Path):
    astray = "ftp://files.example/x?signature=secret"
    world.tell_studio("next", operation="download_file", redirect=astray)
    assert fail(world, *order(tmp_path)) == (
        "Error: The file cannot be fetched: "
        "its host leads on to an address that must not be followed.\n"
    )
