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
    """Give a text; `{name}` in it stands for the value of that name, which may be a text too.

    The template must be a literal, so that it gets into the catalogs (`make translations`).
    """
    return _fill(template, values)


def fill(said: Said, **values: Any) -> Said:
    """Give a text with values that were not there yet when it was said."""
    return _fill(said.template, values)


def plain(text: str) -> Said:
    """Give a text that is the same in every language."""
    return _fill("{text}", {"text": text})


def to_json(text: Said) -> Any:
    """Give a text as JSON keeps it."""
    values = {
        name: to_json(value) if isinstance(value, Said) else value
        for name, value in text.values.items()
    }
    return {"template": text.template, "values": values}


def from_json(kept: Any) -> Said:
    """Read what `to_json` gave, or a sentence that was kept as it is."""
    if isinstance(kept, str):
        return _fill(kept, {})
    values = {
        name: from_json(value) if isinstance(value, dict) else value
        for name, value in kept["values"].items()
    }
    return _fill(kept["template"], values)


def _fill(template: str, values: dict[str, Any]) -> Said:
    said = Said(template.format(**values) if values else template)
    said.template, said.values = template, values
    return said


def clock(seconds: float) -> str:
    """Give `2:03`, or `1:02:03`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
