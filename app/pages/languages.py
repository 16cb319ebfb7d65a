"""In which language a page speaks: its launch's, else the browser's, else English.

Messages are in `app/translations`, in gettext's form; dates and numbers are written as Babel's
data (CLDR) have them for the reader's country too: `de-AT` reads German messages, Austrian dates.
"""

from functools import lru_cache

from babel import Locale, UnknownLocaleError
from flask import Flask, g, request
from flask_babel import Babel, get_locale, gettext

from app.texts import Said

LANGUAGES = ("en", "de", "es")


def speak(app: Flask) -> None:
    """Let every page speak the language of its reader."""
    Babel(app, locale_selector=_choose)
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.filters["said"] = translate
    app.jinja_env.globals["page_locale"] = get_locale


def translate(text: str) -> str:
    """Give a text in the page's language; one that nobody `say`s is the same in all."""
    if not isinstance(text, Said):
        return text
    told = str(gettext(text.template)) if text.template else ""  # of "" gettext gives its header
    values = {
        name: translate(value) if isinstance(value, str) else value
        for name, value in text.values.items()
    }
    return told.format(**values) if values else told


def _choose() -> Locale:
    """Choose the first that is one of ours; `g.locale` is what a verified launch says."""
    asked = [g.get("locale") or ""]
    asked += [tag for tag, quality in request.accept_languages if quality > 0]
    return next(filter(None, map(_read_locale, asked)), Locale(LANGUAGES[0]))


@lru_cache(maxsize=256)
def _read_locale(tag: str) -> Locale | None:
    """Read `de-AT` or `es_419`; None where its language is none of ours."""
    tag = tag.replace("-", "_")
    language = tag.partition("_")[0].lower()
    if language not in LANGUAGES:
        return None
    try:
        return Locale.parse(tag)
    except (ValueError, UnknownLocaleError):
        return Locale(language)
