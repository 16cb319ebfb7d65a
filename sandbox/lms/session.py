"""Who sits before the LMS and in which language: two cookies, for anyone may be anyone here."""

import re

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug import Response

from sandbox.lms.people import DEFAULT_PERSON, PEOPLE, Person, find_person

blueprint = Blueprint("session", __name__)

COOKIE = "sandbox_lms_person"
LANGUAGE_COOKIE = "sandbox_lms_language"
LANGUAGES = {"en": "English", "de": "Deutsch", "es": "Español"}
"""What tools are told of a person's language; the LMS itself speaks English."""


def current_person() -> Person:
    """Give who the browser says sits there."""
    return find_person(request.cookies.get(COOKIE)) or DEFAULT_PERSON


def current_language() -> str:
    """Give the language that the browser says its person chose; English if none."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else "en"


@blueprint.app_context_processor
def people() -> dict[str, object]:
    """Tell every page who there is, who sits there, and in which language."""
    return {
        "people": PEOPLE,
        "current_person": current_person(),
        "languages": LANGUAGES,
        "current_language": current_language(),
    }


@blueprint.post("/login")
def login() -> ResponseReturnValue:
    """Become `person`, and go back to the page where the button was."""
    person = find_person(request.form.get("person"))
    if person is None:
        abort(400, "There is no such person.")
    return _remembering(COOKIE, person.id)


@blueprint.post("/language")
def choose_language() -> ResponseReturnValue:
    """Choose `language`, and go back to the page where the button was."""
    language = request.form.get("language", "")
    if language not in LANGUAGES:
        abort(400, "There is no such language.")
    return _remembering(LANGUAGE_COOKIE, language)


def _remembering(cookie: str, value: str) -> Response:
    """Lead back to `return_to`, with a cookie."""
    return_to = request.form.get("return_to", "/")
    is_ours = re.fullmatch(r"/(?!/)[\w/-]*", return_to, re.ASCII)
    response = redirect(return_to if is_ours else "/", 303)
    # SameSite=None: the tool's form posts back into the frame, which is a cross-site request.
    response.set_cookie(cookie, value, path="/", secure=True, httponly=True, samesite="None")
    return response
