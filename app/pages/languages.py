"""In which language a page speaks: its launch's, else the browser's, else English.

Messages are in `app/translations`, in gettext's form; dates and numbers are written as Babel's
data (CLDR) have them for the reader's country too: `de-AT` reads German messages, Austrian dates.
"""

from functools import lru_cache
from gettext import NullTranslations

from babel import Locale, UnknownLocaleError
from flask import Flask, g, request
from flask_babel import Babel, get_locale, get_translations

from app.texts import Said

LANGUAGES = ("en", "de", "es")
ENGLISH = Locale("en")


def speak(app: Flask) -> None:
    """Let every page speak the language of its reader."""
    Babel(app, locale_selector=_choose)
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: _catalog().gettext(text),
        lambda one, many, number: _catalog().ngettext(one, many, number),
        newstyle=True,
    )
    app.jinja_env.filters["said"] = translate
    app.jinja_env.globals["page_locale"] = get_locale


def translate(text: str) -> str:
    """Give a text in the page's language; one that nobody `say`s is the same in all."""
    if not isinstance(text, Said):
        return text
    told = _catalog().gettext(text.template) if text.template else ""  # that of "" is its header
    values = {
        name: translate(value) if isinstance(value, str) else value
        for name, value in text.values.items()
    }
    return told.format(**values) if values else told


def _catalog() -> NullTranslations:
    """Give the page's catalog: Flask-Babel looks for it at each text, which pages would feel."""
    if "catalog" not in g:
        g.catalog = get_translations()
    found: NullTranslations = g.catalog
    return found


def _choose() -> Locale:
    """Choose the first that is one of ours; `g.locale` is what a verified launch says."""
    if (told := _read_locale(g.get("locale") or "")) is not None:
        return told
    asked = (tag for tag, quality in request.accept_languages if quality > 0)
    return next(filter(None, map(_read_locale, asked)), ENGLISH)


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
