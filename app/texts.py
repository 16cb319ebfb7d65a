"""Texts for people, in a form in which they can be said in another language later.

Whoever writes a text writes it in English; the page that shows it says it in its reader's
language. Not here: which languages there are (`app/pages/languages.py`).
"""

from typing import Any


class Said(str):
    """A text in English, which remembers what it was made of."""

    template: str
    values: dict[str, Any]


def say(template: str, /, **values: Any) -> Said:
    """Give a text; `{name}` in it stands for the value of that name.

    The template must be a literal, so that it gets into the catalogs.
    """
    said = Said(template.format(**values) if values else template)
    said.template, said.values = template, values
    return said


def clock(seconds: float) -> str:
    """Give `2:03`, or `1:02:03`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
