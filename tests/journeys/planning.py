"""What is shared by tests of plans: files, commands that may fail, and what Studio was asked."""

import csv
import io
import json
from pathlib import Path
from typing import Any, NamedTuple

from app import create_app
from tests.world import World

MITOSIS, SAFETY, NONE = 260854, 261007, 5
HEAD = "media_id,course_id,title,start_at,module,note\n"


class Said(NamedTuple):
    """What a command said, without the lines of the log."""

    status: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        return json.loads(self.out)


def run(*arguments: str | Path, given: str | bytes | None = None) -> Said:
    """Run a command in this process."""
    app = create_app()
    try:
        runner = app.test_cli_runner()
        done = runner.invoke(args=[str(one) for one in arguments], input=given, prog_name="flask")
    finally:
        app.extensions["outside"].db.dispose()
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    err = "".join(line for line in done.stderr.splitlines(keepends=True) if line[:1] != "{")
    return Said(done.exit_code, done.stdout, err)


def plan(folder: Path, text: str, name: str = "term.csv") -> Path:
    """Write a plan."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def made(world: World) -> int:
    """How often Studio was asked to make an embed."""
    return len(world.calls("create_embed"))


def read_csv(text: str) -> list[dict[str, str]]:
    """The rows of an export."""
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))
