"""Style sheets know no left and no right, so that a page may run from right to left."""

import re

from tests.rules.source import ROOT

SIDED = re.compile(
    r"(?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-)?\b(?:left|right)\b[\w-]*\s*:"
    r"|border-(?:top|bottom)-(?:left|right)-radius\s*:"
    r"|\b(?:float|clear|text-align|caption-side)\s*:\s*(?:left|right)\b"
    r"|\b(?:margin|padding|inset|border-(?:width|style|color))\s*:"
    r"\s*[^\s;}]+\s+(?P<right>[^\s;}]+)\s+[^\s;}]+\s+(?!(?P=right)\s*[;}])[^\s;}]+"
)


def sided(style: str) -> list[str]:
    """The declarations that name a side which another direction of writing would turn round."""
    return [found.group().strip() for found in SIDED.finditer(style)]


def test_no_style_of_ours_names_a_side():
    styles = sorted((ROOT / "app" / "static").glob("*.css"))
    assert {style.name: found for style in styles if (found := sided(style.read_text()))} == {}
    assert len(styles) > 1


def test_a_side_is_seen():
    assert sided("a { margin-left: 1px; left : 0; text-align: right; float:left }") == [
        "margin-left:",
        "left :",
        "text-align: right",
        "float:left",
    ]
    assert sided("a { border-top-left-radius: 1px; padding: 1px 2px 3px 4px; }") == [
        "border-top-left-radius:",
        "padding: 1px 2px 3px 4px",
    ]
    even = "a { padding: 1px 2px 3px 2px; margin-inline-start: 1px; inset: 0 auto; float: none }"
    assert sided(even) == []
