"""Commands of `flask`: in this process, for time's sake, and on their own where that matters."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from app import create_app
from app.models import studio_pace
from tests.world import ROOT, World

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
SECONDS = 60


def our_commands(app: Flask) -> dict[str, click.Command]:
    """Our commands and groups, by name."""
    context = click.Context(app.cli)
    found = {name: app.cli.get_command(context, name) for name in app.cli.list_commands(context)}
    return {name: command for name, command in found.items() if command is not None}


@contextmanager
def in_environment(world: World) -> Iterator[World]:
    """Give this process the service's environment too."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in world.environment.items():
            patch.setenv(name, value)
        yield world


def rest(world: World) -> None:
    """Let Studio be as if it had never been in trouble."""
    world.tell_studio("release")
    with world.database.writing() as connection:
        connection.execute(sa.delete(studio_pace))


def ask_studio(world: World, path: str, **options: Any) -> Any:
    """What Studio itself answers."""
    base = f"{world.studio.settings.url}/_sandbox/tokens"
    token = world.http.get(base).json()["access_token"]
    url = f"{world.studio.settings.url}/api/public/v1/{path}"
    answer = world.http.get(url, headers={"Authorization": f"Bearer {token}"}, **options)
    answer.raise_for_status()
    return answer.json()


def say(*arguments: str) -> str:
    """What a command prints that succeeds."""
    done = _run(*arguments)
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    return str(done.stdout)


def say_json(*arguments: str) -> Any:
    return json.loads(say(*arguments, "--json"))


def refuse(*arguments: str, status: int = 1) -> str:
    """What a command says that fails, without the lines of the log, in this process."""
    done = _run(*arguments)
    assert (done.exit_code, done.stdout) == (status, ""), done.output
    lines = [line for line in done.stderr.splitlines(keepends=True) if line[:1] != "{"]
    return "".join(line for line in lines if "stamina.retry_scheduled" not in line)


def _run(*arguments: str) -> Result:
    app = create_app()
    try:
        return app.test_cli_runner().invoke(args=arguments, prog_name="flask")
    finally:
        app.extensions["outside"].db.dispose()


def fail(world: World, *arguments: str, status: int = 1) -> str:
    """What a command says that fails, as a process of its own."""
    done = world.flask(*arguments, check=False)
    assert (done.returncode, done.stdout) == (status, ""), done.stderr
    assert "Traceback" not in done.stderr
    if status == 1:
        assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr


def on_terminal(
    world: World, *arguments: str, answer: str = "", columns: int = 80
) -> tuple[int, list[str]]:
    """Run a command on a terminal of its own, and type an answer; gives what one reads there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", *arguments],
        cwd=ROOT,
        env={**world.environment, "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    read = b"".join(_read(ours, answer.encode()))
    os.close(ours)
    text = CONTROL.sub("", read.decode()).replace("\r\n", "\n").replace("\r", "\n")
    return process.wait(SECONDS), [line.rstrip() for line in text.splitlines() if line.strip()]


def _read(terminal: int, answer: bytes) -> Iterator[bytes]:
    """Give what stands on a terminal until nobody has it open; a question gets the answer."""
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # Linux's way to say that it is closed on the other side
            return
        yield piece
        if answer and piece.endswith(b"]: "):
            os.write(terminal, answer)
            answer = b""
