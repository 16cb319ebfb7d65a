"""`docs/reference.md` and the code name the same things: routes, settings, commands, codes."""

import ast
import re
from collections.abc import Iterator

import click
import pytest
from flask import Flask
from prometheus_client.metrics import MetricWrapperBase

from app import create_app, metrics
from app.settings import Settings
from tests.journeys.commanding import our_commands
from tests.rules.source import ROOT, Source, read_path, read_sources
from tests.world import bare_environment

TABLE = re.compile(r"^\| ([^|]+) \|.*\n\|[-|]+\n((?:\|.*\n)+)", re.MULTILINE)
ROW = re.compile(r"^\| `([^`|]+)` \|", re.MULTILINE)
ROUTE = re.compile(r"[A-Z]+(,[A-Z]+)* /\S*")
SETTING = re.compile(r"[A-Z][A-Z0-9_]+")
SLUG = re.compile(r"[a-z]+(-[a-z]+)*")
METRIC = re.compile(r"^\| `(studio_embed_[a-z_]+)` \| ([^|]+) \|", re.MULTILINE)
COMMAND = re.compile(r"\bflask ([a-z]+(?:-[a-z]+)*(?: [a-z]+(?:-[a-z]+)*)?)\b")


def rows(text: str, kind: re.Pattern[str]) -> set[str]:
    """The first cells in backticks of a document's table rows, of one kind."""
    return {cell for cell in ROW.findall(text) if kind.fullmatch(cell)}


def first_cells(text: str) -> Iterator[tuple[str, str]]:
    """Each row's first cell, with the head of its column."""
    for head, body in TABLE.findall(text):
        yield from ((head, line.split(" | ")[0]) for line in body.splitlines())


def routes(app: Flask) -> set[str]:
    """The routes of the service, as the document writes them."""
    return {
        f"{','.join(sorted((rule.methods or set()) - {'HEAD', 'OPTIONS'}))} {read_path(rule)}"
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
    }


def commands(app: Flask) -> set[str]:
    """Our commands, as `group command`, or `command` where it stands in no group."""
    found = set()
    for name, command in our_commands(app).items():
        if isinstance(command, click.Group):
            found |= {f"{name} {inner}" for inner in command.commands}
        else:
            found.add(name)
    return found


def groups(app: Flask) -> set[str]:
    """The names of our groups, which a document may mention alone."""
    return {name for name, found in our_commands(app).items() if isinstance(found, click.Group)}


def slugs(source: Source) -> set[str]:
    """The codes with which a module makes errors: by a call, or in a tuple with its texts."""
    found = set()
    for node in ast.walk(source.tree):
        first: ast.expr | None = None
        if isinstance(node, ast.Call) and node.args:
            name = ast.unparse(node.func)
            first = node.args[0] if name.endswith("Error") and "Pydantic" not in name else None
        elif isinstance(node, ast.Tuple) and len(node.elts) == 3:
            first = node.elts[0] if " " in (_text(node.elts[1]) or "") else None
        if (text := _text(first)) is not None and SLUG.fullmatch(text):
            found.add(text)
    return found


def _text(node: ast.expr | None) -> str | None:
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "say":
        node = node.args[0]
    given = node.value if isinstance(node, ast.Constant) else None
    return given if isinstance(given, str) else None


@pytest.fixture(scope="module")
def document() -> str:
    return (ROOT / "docs" / "reference.md").read_text()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The service itself, on a database of its own."""
    folder = tmp_path_factory.mktemp("reference")
    environment = bare_environment(
        DATABASE_URL=f"sqlite:///{folder / 'service.sqlite3'}", SECRET_KEY="a-secret-of-tests" * 3
    )
    with pytest.MonkeyPatch.context() as patch:
        for name in (name.upper() for name in Settings.model_fields):
            patch.delenv(name, raising=False)
        for name, value in environment.items():
            patch.setenv(name, value)
        yield create_app()


def test_every_route_is_in_the_reference_and_the_reverse(document: str, app: Flask):
    written = {
        f"{','.join(sorted(methods.split(',')))} {path}"
        for methods, path in (row.split(" ") for row in rows(document, ROUTE))
    }
    assert written == routes(app)


def test_every_setting_is_in_the_reference_and_the_reverse(document: str):
    assert rows(document, SETTING) == {name.upper() for name in Settings.model_fields}


def figures() -> set[tuple[str, str]]:
    """The names of our figures, each with its labels as the document writes them."""
    found = set()
    for figure in vars(metrics).values():
        if isinstance(figure, MetricWrapperBase):
            (described,) = figure.describe()
            name = f"{described.name}_total" if described.type == "counter" else described.name
            found.add((name, ", ".join(f"`{label}`" for label in figure._labelnames)))
    return found


def test_every_metric_is_in_the_reference_with_its_labels_and_the_reverse(document: str):
    assert set(METRIC.findall(document)) == figures()
    assert len(figures()) > 5


def test_every_metric_that_an_alert_watches_is_there():
    told = (ROOT / "docs" / "operating.md").read_text()
    watched = set(re.findall(r"studio_embed_\w+(?=[{\[])", told))
    names = {name.removesuffix("_bucket") for name in watched}
    assert names <= {name for name, _ in figures()}
    assert len(names) > 4


def test_every_command_has_one_row_in_the_table_of_commands_and_the_reverse(
    document: str, app: Flask
):
    told = [(head, name) for head, cell in first_cells(document) for name in COMMAND.findall(cell)]
    assert sorted(told) == sorted(("command", name) for name in commands(app))


def test_every_command_that_the_reference_names_is_there(document: str, app: Flask):
    assert set(COMMAND.findall(document)) - groups(app) <= commands(app)


def test_every_code_on_a_page_is_in_the_reference_and_the_reverse(document: str):
    used = set().union(*(slugs(source) for source in read_sources("app")))
    assert rows(document, SLUG) == used


def test_what_is_missing_in_a_document_is_seen():
    text = "| `GET /x` | y |\n| `SOME_NAME` | z |\n| `a-code` | t |\nthe `NOT_THIS` one\n"
    assert rows(text, ROUTE) == {"GET /x"}
    assert rows(text, SETTING) == {"SOME_NAME"}
    assert rows(text, SLUG) == {"a-code"}
    text = "| a | b |\n|---|---|\n| `flask x y` | `flask z` |\n\n| c |\n|---|\n| d |\n"
    assert list(first_cells(text)) == [("a", "| `flask x y`"), ("c", "| d |")]
    said = "Run `flask keys rotate`, `flask doctor --json` or `flask api-keys list X`."
    assert COMMAND.findall(said) == ["keys rotate", "doctor", "api-keys list"]


def test_a_code_is_found_where_an_error_is_made():
    text = (
        'raise LaunchError("one-code", 400)\nf("no-code")\nX = {404: ("two-code", "A title.", "H")}'
        '\nX = ("three-code", say("A title."), say("H"))'
    )
    assert slugs(Source("app.x", text)) == {"one-code", "two-code", "three-code"}


def mentions(text: str, name: str) -> bool:
    """Whether a text names a folder beside the project."""
    return f"/{name}/" in text or f"../{name}" in text


def test_nothing_in_the_project_leans_on_what_lies_beside_it():
    name = "".join(("sha", "red"))
    places = (ROOT / folder for folder in ("app", "sandbox", "tests", "config", "docs", "bench"))
    files = [
        path
        for place in places
        for path in place.rglob("*")
        if path.suffix in {".py", ".md", ".html", ".json", ".toml", ".css", ".js"}
    ]
    assert [path for path in files if mentions(path.read_text(), name)] == []
    assert mentions("see ../" + name, name)
