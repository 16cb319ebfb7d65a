"""Looking on: a bar on a terminal, lines elsewhere, Ctrl-C, and nobody else who works."""

import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from app import locks
from app.cli.batches.group import describe
from app.cli.batches.standing_in import StandIn
from app.core import batches
from app.core.batch_making import NewItem, create_batch
from app.core.batches import Batch
from app.models import batch_item, studio_account
from app.outside import Outside
from app.settings import read_settings
from tests import world as worlds
from tests.journeys.batching import ACCOUNT, SECONDS, hurry, wait_for, wait_until_it_looked
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


def _begin(world: World, *arguments: str, **settings: str) -> subprocess.Popen[str]:
    """Begin a command as a process of its own, which can be interrupted."""
    return subprocess.Popen(
        [sys.executable, "-m", "flask", *arguments],
        cwd=ROOT,
        env={**world.environment, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


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
    process = _begin(world, "embeds", "batch", str(file))
    assert process.stdout is not None
    number = process.stdout.readline().split()[1].strip(":")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert err == (
        f"You look on no more; batch {number} is still there, and a worker goes on with it if "
        f"there is one (`flask worker` starts one). `flask batches watch {number}` comes back "
        f"to it (and works at it itself where there is no worker), `flask batches "
        f"cancel {number}` ends it.\n"
    )
    assert run("batches", "show", number, "--json").value["pending"] == 4
    done = run("batches", "watch", number, "--json").value
    assert (done["status"], done["made"]) == ("done", 4)


def test_ctrl_c_says_that_a_worker_goes_on_where_one_is_seen(world: World, tmp_path: Path):
    number = run("embeds", "batch", _plan(tmp_path, COURSE + 600, 2), "--no-wait").out.split()[1]
    holder = locks.acquire(world.database, f"batches-{ACCOUNT}", 60)
    assert holder is not None
    process = _begin(world, "batches", "retry", number.strip(":"))
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    cancelled = run("batches", "cancel", number.strip(":")).out
    locks.release(world.database, f"batches-{ACCOUNT}", holder)
    assert "and a worker goes on with it. `flask batches watch" in err
    assert cancelled.splitlines()[-1].startswith("What is in hand is still finished, and what of")


def test_a_database_that_is_away_for_a_moment_is_said_once_and_asked_again(
    world: World, tmp_path: Path
):
    begun = run("embeds", "batch", _plan(tmp_path, COURSE + 700, 2), "--no-wait")
    number = begun.out.split()[1].strip(":")
    with world.database.writing() as connection:
        connection.execute(sa.text("ALTER TABLE lock RENAME TO lock_away"))
    process = _begin(world, "batches", "watch", number)
    assert process.stderr is not None
    away = process.stderr.readline()
    wait_until_it_looked(process.pid, times=3)
    with world.database.writing() as connection:
        connection.execute(sa.text("ALTER TABLE lock_away RENAME TO lock"))
    out, err = process.communicate(timeout=60)
    assert away == "The database does not answer (OperationalError). It is asked again.\n"
    told = "".join(line for line in err.splitlines(keepends=True) if line[:1] != "{")
    assert "No worker is at it, so this process is. (`flask worker` starts one.)\n" in told
    assert "The database" not in told
    assert (process.returncode, out) == (0, f"Batch {number} is done: 2 made.\n")


def test_that_this_process_works_is_said_once(world: World, tmp_path: Path):
    world.tell_studio("next", operation="create_embed", status=403)
    number = run("embeds", "batch", _plan(tmp_path, COURSE + 800, 1), "--no-wait").out.split()[1]
    outside = Outside.from_settings(read_settings())
    said: list[str] = []
    stand_in = StandIn(outside, outside.default_account())
    try:
        _look_until_done(world, stand_in, int(number.strip(":")), said)
        run("batches", "retry", number.strip(":"), "--no-wait")
        _look_until_done(world, stand_in, int(number.strip(":")), said)
    finally:
        stand_in.finish()
        outside.db.dispose()
    assert len(said) == 1


def _look_until_done(world: World, stand_in: StandIn, number: int, said: list[str]) -> None:
    batch = batches.get_batch(world.database, ACCOUNT, number)

    def is_done(found: Batch) -> bool:
        stand_in.look(said.append)
        return found.status == "done"

    wait_for(world, batch, is_done)


def test_a_batch_of_another_account_is_found_by_its_number_alone(world: World):
    with world.database.writing() as connection:
        added = sa.insert(studio_account).values(url="https://other.studio.test")
        other = connection.execute(added.returning(studio_account.c.id)).scalar_one()
    made, _ = create_batch(world.database, other, [NewItem(MITOSIS, COURSE)])
    number = str(made.id)
    assert run("batches", "show", number, "--json").value["pending"] == 1
    cancelled = run("batches", "cancel", number, "--json")
    assert (cancelled.status, cancelled.value["cancelled"]) == (0, 1)
    retried = run("batches", "retry", number, "--no-wait")
    assert (retried.status, retried.out.splitlines()[0]) == (
        1,
        f"0 of batch {number} are tried again. What was cancelled is begun by the same plan with "
        "--again.",
    )
    assert run("batches", "watch", number, "--json").value["status"] == "cancelled"
    assert len(run("embeds", "export", number, "--format", "jsonl").out.splitlines()) == 1
    default = run("batches", "show", number, "--studio", str(ACCOUNT))
    assert (default.status, f"There is no batch {number}." in default.err) == (1, True)


def test_what_was_made_is_of_the_same_moment_as_what_succeeded(world: World, tmp_path: Path):
    begun = run("embeds", "batch", _plan(tmp_path, COURSE + 1000, 1), "--no-wait", "--json").value
    early = batches.get_batch(world.database, ACCOUNT, begun["id"])
    assert run("batches", "watch", str(early.id), "--json").value["made"] == 1
    outside = Outside.from_settings(read_settings())
    told = describe(outside, early)
    outside.db.dispose()
    assert (told["succeeded"], told["made"]) == (0, 0)


@pytest.mark.parametrize("again", [False, True])
def test_ctrl_c_while_it_works_itself_finishes_what_is_in_hand_or_ends_at_once(
    world: World, tmp_path: Path, again: bool
):
    file = _plan(tmp_path, COURSE + 400 + 100 * again, 40)
    process, number = _begin_in_hand(world, file, 5)
    assert process.stderr is not None
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
    cancelled = run("batches", "cancel", number).out
    assert again or "in hand" not in cancelled


def test_ctrl_c_says_what_came_of_a_batch_where_what_is_in_hand_was_the_rest(
    world: World, tmp_path: Path
):
    process, number = _begin_in_hand(world, _plan(tmp_path, COURSE + 1100, 2), 2)
    assert process.stderr is not None
    process.send_signal(signal.SIGINT)
    assert process.stderr.readline().startswith("Finishing what is in hand")
    world.tell_studio("release")
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, f"Batch {number} is done: 2 made.\n")
    assert "You look on no more" not in err


def test_ctrl_c_says_what_came_of_a_batch_that_somebody_cancelled(world: World, tmp_path: Path):
    process, number = _begin_in_hand(world, _plan(tmp_path, COURSE + 1200, 7), 5)
    assert run("batches", "cancel", number).status == 0
    process.send_signal(signal.SIGINT)
    world.tell_studio("release")
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out.startswith(f"Batch {number} is cancelled: ")) == (1, True)
    assert "You look on no more" not in err


def _begin_in_hand(world: World, file: Path, count: int) -> tuple[subprocess.Popen[str], str]:
    """Begin a batch whose command has so many items in hand, which Studio holds; and its number."""
    world.tell_studio("next", operation="create_embed", hold=True, times=count)
    process = _begin(world, "embeds", "batch", str(file))
    assert process.stdout is not None
    assert process.stderr is not None
    number = process.stdout.readline().split()[1].strip(":")
    list(_until(process.stderr, lambda line: line.startswith("No worker is at it")))
    world.await_held(count)
    return process, number


@pytest.mark.parametrize("retried", [False, True])
def test_ctrl_c_while_workers_are_called_says_what_was_begun(
    world: World, tmp_path: Path, retried: bool
):
    file = _plan(tmp_path, COURSE + 1300, 2)
    order, begun = ("embeds", "batch", str(file)), "Batch "
    if retried:
        number = run(*order, "--no-wait", "--again", "--json").value["id"]
        order, begun = ("batches", "retry", str(number)), "2 of batch "
        mine = sa.update(batch_item).where(batch_item.c.batch_id == number)
        with world.database.writing() as connection:
            connection.execute(mine.values(status="failed"))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        redis = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        process = _begin(world, *order, REDIS_URL=redis)
        silent.settimeout(SECONDS)
        call, _ = silent.accept()
        with call:
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
    assert (process.returncode, out.startswith(begun)) == (1, True), (out, err)
    assert "You look on no more; batch " in err


def test_what_holds_a_batch_up_is_told_and_it_goes_on_by_itself(world: World, tmp_path: Path):
    world.tell_studio("throttle", share=1, status=503, retry_after=1)
    file = _plan(tmp_path, COURSE + 300, 3)
    process = _begin(world, "embeds", "batch", str(file))
    assert process.stdout is not None
    assert process.stderr is not None
    number = process.stdout.readline().split()[1].strip(":")
    said = list(_until(process.stderr, lambda line: line.startswith("Held up: ")))
    assert "Nothing is lost; it goes on by itself" in said[-1]
    wait_until_it_looked(process.pid, times=3)
    shown = run("batches", "show", number)
    assert "Held up: " in shown.out
    assert run("batches", "show", number, "--json").value["trouble"]["error"] == "studio-held-back"
    world.tell_studio("throttle")
    rest(world)
    hurry(world, batches.get_batch(world.database, ACCOUNT, int(number)))
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out.splitlines()[-1].endswith("3 made.")) == (0, True), (out, err)
    assert "Held up" not in err  # it was said once


def _until(lines: Iterable[str], is_it: Callable[[str], bool]) -> Iterator[str]:
    """Give lines up to the one that is waited for, and that one."""
    for line in lines:
        yield line
        if is_it(line):
            return
