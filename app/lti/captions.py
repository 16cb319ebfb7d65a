"""The captions of a media, said to people: their languages by name, in the page's language."""

from babel import Locale, UnknownLocaleError
from flask_babel import get_locale

from app.core.media_facts import Facts
from app.texts import Said, say


def say_captions(facts: Facts | None) -> Said | None:
    """Say which captions students will see; None where nobody knows."""
    if facts is None or facts.missing is not None:
        return None
    if not facts.captions:
        return say("No captions")
    names = dict.fromkeys(name_language(code) for code in facts.captions)
    return say("Captions: {languages}", languages=", ".join(sorted(names)))


def name_language(code: str) -> str:
    """Name a language, such as `en` or `pt-BR`; else give its code."""
    try:
        name = Locale.parse(code.replace("-", "_")).get_display_name(get_locale())
    except (ValueError, UnknownLocaleError):
        return code
    return name or code
