"""What the course page says of an embed, in the language of its reader."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.core.embeds import Embed, EmbedKey
from app.core.media_facts import Facts
from app.lti import course_entries
from app.pages.languages import speak
from app.texts import clock, say

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


EMBED = Embed(1, EmbedKey(1, 2, 3, "embed", False), "A talk", "x", NOW, NOW, "picker")


@pytest.fixture
def app() -> Flask:
    made = Flask(__name__)
    speak(made)
    return made


def reading(app: Flask, language: str) -> Any:
    return app.test_request_context(headers={"Accept-Language": language})


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00"),
        (6.008, "0:06"),
        (59.6, "1:00"),
        (754, "12:34"),
        (3599.4, "59:59"),
        (3723, "1:02:03"),
    ],
)
def test_a_duration_is_written_as_players_write_it(seconds: float, text: str):
    assert clock(seconds) == text


@pytest.mark.parametrize(
    ("language", "captions"),
    [("en", "?, English, Portuguese (Brazil), tlh-x"), ("de", "Englisch, Portugiesisch")],
)
def test_languages_of_captions_are_named_once_and_unknown_ones_as_studio_does(
    app: Flask, language: str, captions: str
):
    told = ("en", "pt-BR", "en", "?", "tlh-x") if language == "en" else ("en", "pt")
    facts = Facts(captions=told, asked_at=NOW)
    with reading(app, language):
        found = course_entries.describe_check(facts, EMBED, NOW).captions
        assert found == say("Captions: {languages}", languages=captions)


@pytest.mark.parametrize(
    ("language", "age", "ago"),
    [
        ("en", timedelta(minutes=5), "5 minutes ago"),
        ("de", timedelta(minutes=5), "vor 5 Minuten"),
        ("es", timedelta(days=2), "hace 2 días"),
    ],
)
def test_the_age_of_a_check_is_told_in_the_readers_language(
    app: Flask, language: str, age: timedelta, ago: str
):
    with reading(app, language):
        when = course_entries.describe_check(Facts(asked_at=NOW - age), EMBED, NOW).when
    assert (when.template, when.values) == ("Checked {ago}.", {"ago": ago})


@pytest.mark.parametrize("age", [timedelta(), timedelta(seconds=59), -timedelta(hours=1)])
def test_a_check_of_this_minute_is_just_now_whatever_the_clocks(app: Flask, age: timedelta):
    with reading(app, "en"):
        when = course_entries.describe_check(Facts(asked_at=NOW - age), EMBED, NOW).when
    assert when == "Checked just now."


def test_the_date_of_an_embed_is_written_in_the_readers_language(app: Flask):
    embed = replace(EMBED, created_at=datetime(2026, 3, 2, 9, tzinfo=UTC))
    with reading(app, "de"):
        told = course_entries.tell_origin(embed)
    assert (told.template, told.values) == (
        "A teacher added it on {date}.",
        {"date": "02.03.2026"},
    )
