"""Texts that are said later: their English at once, their parts kept, in JSON too."""

import json

from app.texts import from_json, plain, say, to_json


def test_a_text_is_its_english_and_remembers_what_it_was_made_of():
    told = say("There is no {what} in {place}.", what=say("video"), place="{place}")
    assert told == "There is no video in {place}."
    assert (told.template, told.values) == (
        "There is no {what} in {place}.",
        {"what": "video", "place": "{place}"},
    )


def test_a_text_without_values_may_have_braces():
    assert say("Set {this}.") == "Set {this}."


def test_a_text_that_is_the_same_in_every_language_is_no_template():
    told = plain("{x} is not said.")
    assert (told, told.template) == ("{x} is not said.", "{text}")


def test_json_keeps_the_parts_of_a_text_and_those_of_the_texts_in_it():
    told = say("{name} must be {expected}.", name="n", expected=say("from {one}", one=1))
    read = from_json(json.loads(json.dumps(to_json(told))))
    expected = read.values["expected"]
    assert (read, read.template, read.values) == (told, told.template, told.values)
    assert (expected.template, expected.values) == ("from {one}", {"one": 1})


def test_a_sentence_that_was_kept_before_texts_had_parts_is_read_as_it_is():
    read = from_json("Studio said {no}.")
    assert (read, read.template, read.values) == ("Studio said {no}.", "Studio said {no}.", {})
