"""Source files as syntax trees, for the laws that are checked on them. Nothing is imported."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from werkzeug.routing import Rule

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Source:
    """One module: its dotted name, its text, and what that says."""

    module: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def room(self) -> str:
        """The part of the house: `lti`, `core`, …; of `app/settings.py` it is `settings`."""
        return self.module.split(".")[1] if "." in self.module else ""


def read_sources(folder: str) -> list[Source]:
    """Give every module under a folder of the project, migrations' versions excepted."""
    paths = sorted((ROOT / folder).rglob("*.py"))
    return [
        Source(_module(path), path.read_text()) for path in paths if path.parent.name != "versions"
    ]


def imported(source: Source, *, only_at_once: bool = False) -> set[str]:
    """Give the dotted names that a module imports; `only_at_once`: while it is being loaded."""
    names: set[str] = set()
    for node in _statements(source.tree) if only_at_once else ast.walk(source.tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source.module} imports relatively"
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def read_path(rule: Rule) -> str:
    """Give a route's path as documents write it: its numbers without how they are read."""
    return re.sub(r"<\w+:", "<", rule.rule)


def is_of(name: str, package: str) -> bool:
    """Whether a dotted name is a package, or something in it."""
    return name == package or name.startswith(package + ".")


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _statements(tree: ast.AST) -> list[ast.AST]:
    """Give what runs when a module is loaded: everything outside functions and type checks."""
    found: list[ast.AST] = []
    for node in ast.iter_child_nodes(tree):
        checking = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        if not checking and not isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
        ):
            found += [node, *_statements(node)]
    return found
