"""In which language a page speaks: its launch's, else the browser's, else English.

Messages are in `app/translations`, in gettext's form; dates and numbers are written as Babel's
data (CLDR) have them.
"""

from typing import Any

from babel import Locale, UnknownLocaleError
from flask import Flask, g, request
from flask_babel import Babel, get_locale, gettext

from app.texts import Said

LANGUAGES = ("en", "de", "es")


def speak(app: Flask) -> None:
    """Let every page speak the language of its reader."""
    Babel(app, locale_selector=_choose)
    app.jinja_env.filters["said"] = translate
    app.jinja_env.globals["page_locale"] = get_locale


def translate(text: str) -> str:
    """Give a text in the page's language."""
    if isinstance(text, Said) and text.values:
        return str(gettext(text.template)).format(**text.values)
    return str(gettext(text)) if text else text


def _choose() -> str:
    """Choose among our languages; `g.locale` is what a verified launch says."""
    told = _language(g.get("locale"))
    return told or request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def _language(locale: Any) -> str | None:
    """Give our language of a locale such as `de-AT` or `es_MX`; None where it is none of ours."""
    if not isinstance(locale, str):
        return None
    try:
        language = Locale.parse(locale.replace("-", "_")).language
    except (ValueError, UnknownLocaleError):
        return None
    return language if language in LANGUAGES else None
