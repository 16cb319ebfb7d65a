"""The laws of the house (`docs/`, who may import whom), over the syntax trees."""

import ast
from collections.abc import Callable
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.rules.source import Source, imported, is_of, read_sources

DOORS = frozenset({"lti", "api", "pages", "cli"})
GROUND = frozenset(
    {
        "around",
        "beside",
        "calls",
        "crypto",
        "db",
        "errors",
        "http",
        "inputs",
        "locks",
        "logs",
        "metrics",
        "migrating",
        "models",
        "settings",
        "texts",
        "utc",
    }
)
COMPOSITION = frozenset({"outside", "prepare", "work"})
LONGEST_FILE, LONGEST_FUNCTION = 300, 40

Law = Callable[[Source], list[str]]


def may_import(room: str) -> frozenset[str]:
    """The rooms of `app` that a room may import from."""
    below = frozenset({"core", "studio"}) | GROUND
    if room in DOORS:
        return below | COMPOSITION | {room}
    if room in COMPOSITION:
        return below | COMPOSITION
    if room == "core":
        return below
    if room == "studio":
        return GROUND | {"studio"}
    return GROUND


def importing_upwards(source: Source) -> list[str]:
    """Each import of `app` that leads to another door, or to a floor above."""
    if source.module in ("app", "app.doors"):
        return []
    rooms = may_import(source.room)
    names = (name for name in imported(source) if is_of(name, "app"))
    return [name for name in names if name == "app" or name.split(".")[1] not in rooms]


def importing(package: str, allowed: Callable[[Source], bool]) -> Law:
    """The law that only some modules import a package."""
    return lambda source: (
        [] if allowed(source) else [name for name in imported(source) if is_of(name, package)]
    )


def reading_the_environment(source: Source) -> list[str]:
    """Each look at the environment outside `app/settings.py`."""
    if source.module == "app.settings":
        return []
    names = {"environ", "environb", "getenv"}
    attributes = (node.attr for node in ast.walk(source.tree) if isinstance(node, ast.Attribute))
    found = [f"os.{name}" for name in attributes if name in names]
    return found + [name for name in imported(source) if name in {f"os.{one}" for one in names}]


def too_long_file(source: Source) -> list[str]:
    """How long the file is, if it is too long."""
    lines = len(source.text.splitlines())
    return [f"{lines} lines"] if lines > LONGEST_FILE else []


def too_long_functions(source: Source) -> list[str]:
    """Each function that is too long."""
    found = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            length = node.end_lineno - node.lineno + 1
            found += [f"{node.name}: {length} lines"] if length > LONGEST_FUNCTION else []
    return found


def find_cycle(sources: list[Source]) -> list[str]:
    """A cycle of modules that import one another while they are loaded; empty if there is none."""
    modules = {source.module for source in sources}
    graph = {}
    for source in sources:
        names = imported(source, only_at_once=True)
        targets = {name if name in modules else name.rpartition(".")[0] for name in names}
        graph[source.module] = (targets & modules) - {source.module}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


LAWS: dict[str, tuple[Law, Source]] = {
    "doors, core, studio, ground": (
        importing_upwards,
        Source("app.core.x", "from app.lti import claims"),
    ),
    "no door knows another": (importing_upwards, Source("app.lti.x", "import app.cli.terminal")),
    "the ground knows nothing above": (
        importing_upwards,
        Source("app.locks", "def f():\n    from app.core import keys"),
    ),
    "flask in doors only": (
        importing(
            "flask", lambda source: source.room in DOORS or source.module in ("app", "app.doors")
        ),
        Source("app.core.x", "from flask import g"),
    ),
    "pylti1p3 in one guarded file": (
        importing("pylti1p3", lambda source: source.module == "app.lti.pylti"),
        Source("app.lti.launch", "from pylti1p3.grade import Grade"),
    ),
    "requests where calls are made": (
        importing("requests", lambda source: source.room in ("http", "studio", "outside")),
        Source("app.core.x", "import requests"),
    ),
    "huey where batches are woken and worked off": (
        importing("huey", lambda source: source.module in {"app.work", "app.calls"}),
        Source("app.core.x", "from huey import SqliteHuey"),
    ),
    "alembic where migrations run": (
        importing(
            "alembic",
            lambda source: (
                source.room in ("migrating", "migrations") or source.module == "app.cli.database"
            ),
        ),
        Source("app.db", "from alembic import command"),
    ),
    "the environment in settings only": (
        reading_the_environment,
        Source("app.core.x", "import os\nHOME = os.environ['HOME']"),
    ),
    "getenv neither": (reading_the_environment, Source("app.core.x", "from os import getenv")),
    "app knows no sandbox": (
        importing("sandbox", lambda _source: False),
        Source("app.x", "from sandbox.lms import create_lms"),
    ),
    "app knows no tests": (
        importing("tests", lambda _source: False),
        Source("app.x", "import tests.world"),
    ),
    "files are short": (too_long_file, Source("app.x", "x = 1\n" * (LONGEST_FILE + 1))),
    "functions are short": (
        too_long_functions,
        Source("app.x", "def f():\n" + "    x = 1\n" * LONGEST_FUNCTION),
    ),
}


@pytest.mark.parametrize("law", LAWS)
def test_the_house_keeps_its_law(law: str):
    check, _ = LAWS[law]
    broken = {source.module: faults for source in read_sources("app") if (faults := check(source))}
    assert broken == {}


@pytest.mark.parametrize("law", LAWS)
def test_the_law_can_be_broken(law: str):
    check, bad = LAWS[law]
    assert check(bad) != []


@pytest.mark.parametrize("law", ["files are short", "functions are short"])
def test_the_sandbox_is_as_short(law: str):
    check, _ = LAWS[law]
    long = {
        source.module: faults for source in read_sources("sandbox") if (faults := check(source))
    }
    assert long == {}


def test_the_sandbox_knows_nothing_of_the_app():
    apart = importing("app", lambda _source: False)
    assert [source.module for source in read_sources("sandbox") if apart(source)] == []
    assert apart(Source("sandbox.x", "from app.settings import Settings")) == [
        "app.settings.Settings"
    ]


def test_no_modules_import_one_another_in_a_circle():
    assert find_cycle(read_sources("app")) == []
    assert find_cycle(read_sources("sandbox")) == []


def test_a_circle_is_found_even_a_long_one():
    sources = [
        Source("app.a", "from app import b"),
        Source("app.b", "from app.c import f"),
        Source("app.c", "import app.a"),
    ]
    assert sorted(set(find_cycle(sources))) == ["app.a", "app.b", "app.c"]


def test_an_import_inside_a_function_makes_no_circle():
    sources = [
        Source("app.a", "from app import b"),
        Source("app.b", "def f():\n    from app import a"),
    ]
    assert find_cycle(sources) == []


def test_every_room_is_known_to_the_law():
    known = DOORS | GROUND | COMPOSITION | {"core", "studio", "migrations", "doors", ""}
    assert {source.room for source in read_sources("app")} - known == set()
