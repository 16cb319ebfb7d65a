"""Which locale a page gets, from what launch and browser say; and how a text is said in it."""

from collections.abc import Iterator

import pytest
from babel import Locale
from flask import Flask, g, render_template
from flask_babel import force_locale, get_locale

from app.pages.languages import speak, translate
from app.texts import plain, say

GERMAN, ENGLISH = Locale("de"), Locale("en")


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    """The service's pages, without what is behind them."""
    made = Flask("app")
    speak(made)
    yield made


@pytest.mark.parametrize(
    ("launch", "browser", "expected"),
    [
        ("de-AT", "es", Locale("de", "AT")),
        ("de_DE", "es", Locale("de", "DE")),
        ("es-419", "de", Locale("es", "419")),
        ("EN-gb", "de", Locale("en", "GB")),
        ("de-XX", "es", GERMAN),
        ("de-", "es", GERMAN),
        ("de_../../etc/passwd", "es", GERMAN),
        ("pt-BR", "es-MX,de;q=0.5", Locale("es", "MX")),
        (None, "fr, de;q=0.2, es;q=0.3", Locale("es")),
        (None, "de;q=0, en", ENGLISH),
        (None, "*", ENGLISH),
        (None, "tlh", ENGLISH),
        ("", "", ENGLISH),
        ("\x00", "de;q=x, ;;,,", ENGLISH),
        ("deutsch", None, ENGLISH),
    ],
)
def test_the_launch_counts_before_the_browser_and_nothing_odd_fails(
    app: Flask, launch: str | None, browser: str | None, expected: Locale
):
    headers = {} if browser is None else {"Accept-Language": browser}
    with app.test_request_context(headers=headers):
        g.locale = launch
        assert get_locale() == expected


def test_a_text_is_said_with_the_texts_in_it(app: Flask):
    told = say(
        "This link is not set up right: its custom parameter {name} must be {expected}.",
        name="{downloadable}",
        expected=say("true or false"),
    )
    with app.test_request_context(headers={"Accept-Language": "de-CH"}):
        said = translate(told)
    assert said == (
        "Dieser Link ist nicht richtig eingerichtet. Für seinen benutzerdefinierten Parameter "
        "{downloadable} gilt nur: true oder false."
    )
    assert told.endswith("must be true or false.")


@pytest.mark.parametrize("text", ["Go on", plain("Go on"), plain(""), say("")])
def test_what_is_not_said_is_the_same_in_every_language(app: Flask, text: str):
    with app.test_request_context(headers={"Accept-Language": "de"}):
        assert translate(text) == str(text)


def test_a_page_runs_in_the_direction_of_its_language(app: Flask):
    with app.test_request_context(), force_locale("ar"):
        assert '<html lang="ar" dir="rtl">' in render_template("base.html")
