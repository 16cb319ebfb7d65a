"""Looking on: a bar on a terminal, lines elsewhere, Ctrl-C, and nobody else who works."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from app.core import batches
from tests import world as worlds
from tests.journeys.batching import ACCOUNT, hurry
from tests.journeys.commanding import in_environment, on_terminal, rest
from tests.journeys.planning import HEAD, MITOSIS, plan, run
from tests.world import ROOT, World

COURSE = 32_000


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A service without any worker."""
    folder = tmp_path_factory.mktemp("watching")
    with worlds.world(folder, workers=1, WORKER="external") as made, in_environment(made):
        yield made


@pytest.fixture
def world(built: World) -> World:
    rest(built)
    return built


def _plan(folder: Path, first: int, count: int) -> Path:
    rows = (f"{MITOSIS},{first + number},Mine,,,\n" for number in range(count))
    return plan(folder, HEAD + "".join(rows))


def test_where_no_worker_is_whoever_looks_on_works_and_says_so(world: World, tmp_path: Path):
    done = run("embeds", "batch", _plan(tmp_path, COURSE, 3), "--json")
    assert (done.status, done.value["status"], done.value["made"]) == (0, "done", 3)
    begun, *rest_of_it = done.err.splitlines()
    assert begun == f"Batch {done.value['id']}: 3 embeds."
    assert rest_of_it == ["No worker is at it, so this process is. (`flask worker` starts one.)"]


def test_a_terminal_shows_how_far_it_is(world: World, tmp_path: Path):
    status, lines = on_terminal(
        world, "embeds", "batch", str(_plan(tmp_path, COURSE + 100, 2)), columns=120
    )
    assert status == 0
    assert lines[-1].startswith("Batch ")
    assert lines[-1].endswith(" is done: 2 made.")
    assert any("0 of 2" in line for line in lines), lines


def test_ctrl_c_ends_looking_on_and_loses_nothing(world: World, tmp_path: Path):
    file = _plan(tmp_path, COURSE + 200, 4)
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "embeds", "batch", str(file)],
        cwd=ROOT,
        env=world.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    number = process.stdout.readline().split()[1].strip(":")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert err == (
        f"You look on no more; batch {number} is still there, and a worker goes on with it. "
        f"`flask batches watch {number}` comes back to it (and works at it itself where there is "
        f"no worker), `flask batches cancel {number}` ends it.\n"
    )
    assert run("batches", "show", number, "--json").value["pending"] == 4
    done = run("batches", "watch", number, "--json").value
    assert (done["status"], done["made"]) == ("done", 4)


@pytest.mark.parametrize("again", [False, True])
def test_ctrl_c_while_it_works_itself_finishes_what_is_in_hand_or_ends_at_once(
    world: World, tmp_path: Path, again: bool
):
    world.tell_studio("next", operation="create_embed", hold=True, times=8)
    file = _plan(tmp_path, COURSE + 400 + 100 * again, 40)
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "embeds", "batch", str(file)],
        cwd=ROOT,
        env=world.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    number = process.stdout.readline().split()[1].strip(":")
    assert process.stderr.readline().startswith("No worker is at it")
    process.send_signal(signal.SIGINT)
    finishing = "Finishing what is in hand… (Ctrl-C once more ends at once.)\n"
    assert process.stderr.readline() == finishing
    if again:
        process.send_signal(signal.SIGINT)
    else:
        world.tell_studio("release")
    _, err = process.communicate(timeout=30)
    world.tell_studio("release")
    assert (process.returncode, err) == (
        1,
        f"You look on no more; batch {number} is still there, and nobody goes on with it until a "
        f"worker is there (`flask worker`), or `flask batches watch {number}` comes back to it. "
        f"`flask batches cancel {number}` ends it.\n",
    )
    assert run("batches", "show", number, "--json").value["pending"] > 20
    run("batches", "cancel", number)


def test_what_holds_a_batch_up_is_told_and_it_goes_on_by_itself(world: World, tmp_path: Path):
    world.tell_studio("throttle", share=1, status=503, retry_after=1)
    file = _plan(tmp_path, COURSE + 300, 3)
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "embeds", "batch", str(file)],
        cwd=ROOT,
        env=world.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    number = process.stdout.readline().split()[1].strip(":")
    said = list(_until(process.stderr, lambda line: line.startswith("Held up: ")))
    assert "Nothing is lost; it goes on by itself" in said[-1]
    shown = run("batches", "show", number)
    assert "Held up: " in shown.out
    assert run("batches", "show", number, "--json").value["trouble"]["error"] == "studio-held-back"
    world.tell_studio("throttle")
    rest(world)
    hurry(world, batches.get_batch(world.database, ACCOUNT, int(number)))
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out.splitlines()[-1].endswith("3 made.")) == (0, True), (out, err)


def _until(lines: Iterable[str], is_it: Callable[[str], bool]) -> Iterator[str]:
    """Give lines up to the one that is waited for, and that one."""
    for line in lines:
        yield line
        if is_it(line):
            return
