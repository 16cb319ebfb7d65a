"""The catalogs hold exactly the texts of the source, in every language; nothing else is shown."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from gettext import GNUTranslations
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from app.pages.languages import LANGUAGES
from tests.rules.source import ROOT, Source, read_sources

TRANSLATED = sorted({*LANGUAGES} - {"en"})
PROGRAMMERS = frozenset({"api.html", "problem.html"})
ATTRIBUTES = frozenset({"storage.html"})
KEPT = re.compile(
    r"%\(\w+\)[sd]|\{\w+\}|</?\w[^>]*>|`[^`]*`|\$[A-Z]\w+(?:\.\w+)*|[A-Z]+(?:_[A-Z]+)+"
)
SHOWN = frozenset({"alt", "aria-label", "placeholder", "title"})
each_language = pytest.mark.parametrize("language", TRANSLATED)


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> set[Any]:
    """The texts of the source, as `make translations` finds them; a plural is a pair."""
    found = tmp_path_factory.mktemp("texts") / "messages.pot"
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-o", str(found)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    with found.open("rb") as file:
        return texts(read_po(file))


def path(language: str, kind: str) -> Path:
    return ROOT / "app" / "translations" / language / "LC_MESSAGES" / f"messages.{kind}"


def read_catalog(language: str) -> Catalog:
    with path(language, "po").open("rb") as file:
        return read_po(file, locale=language)


def texts(catalog: Catalog) -> set[Any]:
    return {message.id for message in catalog if message.id}


def each_text(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Each text with its translation; of a plural, each form: the first is that of one."""
    for message in catalog:
        if not isinstance(message.id, str):
            one, many = message.id
            yield from ((many if at else one, form) for at, form in enumerate(message.string))
        elif message.id:
            yield message.id, message.string


def faults(catalog: Catalog) -> list[str]:
    """Texts that are not translated, not surely, or with other placeholders and commands."""
    unsure = [str(message.id) for message in catalog if message.id and message.fuzzy]
    return unsure + [
        text
        for text, told in each_text(catalog)
        if not told or Counter(KEPT.findall(text)) != Counter(KEPT.findall(told))
    ]


class _Reader(HTMLParser):
    """What a reader sees of a template: texts, and attributes that are shown or read out."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.in_code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.in_code = tag in ("code", "pre")
        self.seen += [value or "" for name, value in attrs if name in SHOWN]

    def handle_endtag(self, _tag: str) -> None:
        self.in_code = False

    def handle_data(self, data: str) -> None:
        self.seen += [] if self.in_code else [data]


def shown(node: nodes.Node) -> str:
    """What an expression or a text of a template shows as it stands there; a dot for the rest."""
    match node:
        case nodes.TemplateData():
            return node.data
        case nodes.Const():
            return str(node.value)
        case nodes.Or() | nodes.And() | nodes.Add():
            return shown(node.left) + shown(node.right)
        case nodes.CondExpr():
            return shown(node.expr1) + (shown(node.expr2) if node.expr2 else "")
        case nodes.Concat():
            return "".join(map(shown, node.nodes))
    return "·"


def unsaid(template: str) -> list[str]:
    """The words in a template that no gettext sees; names and programs' words may be there."""
    parsed = Environment(extensions=["jinja2.ext.i18n"]).parse(template)
    outputs = parsed.find_all(nodes.Output)
    reader = _Reader()
    reader.feed("".join(shown(node) for output in outputs for node in output.nodes))
    reader.close()
    words = (text.replace("Studio Embed", "").strip(" ·\n") for text in reader.seen)
    return [text for text in words if re.search(r"[^\W\d_]", text)]


def unreadable(source: Source) -> list[str]:
    """Each `say` whose text no catalog can hold, because it is made up as it runs."""
    calls = (node for node in ast.walk(source.tree) if isinstance(node, ast.Call))
    said = (call for call in calls if ast.unparse(call.func) in ("say", "texts.say"))
    return [ast.unparse(call) for call in said if not isinstance(call.args[0], ast.Constant)]


@each_language
def test_a_catalog_has_the_texts_of_the_source_and_no_others(language: str, wanted: set[Any]):
    catalog = read_catalog(language)
    assert texts(catalog) == wanted, "make translations"
    assert [*catalog.obsolete] == []


@each_language
def test_every_text_is_translated_with_the_same_placeholders(language: str):
    assert faults(read_catalog(language)) == []


@each_language
def test_the_compiled_catalog_is_what_the_readable_one_says(language: str):
    with path(language, "mo").open("rb") as file:
        compiled = sorted(each_text(read_mo(file)))
    catalog = read_catalog(language)
    assert compiled == sorted(each_text(catalog)), "make translations"
    with path(language, "mo").open("rb") as file:
        assert GNUTranslations(file).info()["plural-forms"] == catalog.plural_forms


def test_templates_show_no_text_that_is_not_said():
    folder = ROOT / "app" / "templates"
    found = {file.name: unsaid(file.read_text()) for file in folder.glob("*.html")}
    assert {name for name in found if found[name]} == PROGRAMMERS | ATTRIBUTES


def test_every_said_text_is_a_literal():
    assert [told for source in read_sources("app") for told in unreadable(source)] == []


def test_a_fault_of_a_catalog_is_seen():
    catalog = Catalog("de")
    catalog.add("Fine, {name}", "Gut, {name}")
    catalog.add("Missing", "")
    catalog.add("Unsure", "Unsicher", flags=["fuzzy"])
    catalog.add("Lost {name}", "Verloren")
    catalog.add("Run `flask x`", "`flask y` ausführen")
    catalog.add(("%(num)d one", "%(num)d many"), ("%(num)d ein", "viele"))
    assert sorted(faults(catalog)) == [
        "%(num)d many",
        "Lost {name}",
        "Missing",
        "Run `flask x`",
        "Unsure",
    ]


def test_a_text_outside_gettext_is_seen():
    assert unsaid('<p title="A tip">{{ _("x") }}</p>Some words') == ["A tip", "Some words"]
    said = "{% trans n=n %}There {{ n }}{% endtrans %}<code>flask x</code> · Studio Embed {{ x }}s"
    assert unsaid(said) == ["s"]
    assert unsaid('{{ title or "This course" }}<i class="{{ "on" if x }}"></i>') == ["This course"]


def test_a_text_that_is_made_up_is_seen():
    source = Source("app.x", 'say(f"There is {x}.")\nsay("Fine {x}", x=x)\nsay(TEXT)')
    assert unreadable(source) == ["say(f'There is {x}.')", "say(TEXT)"]
