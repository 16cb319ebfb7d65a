"""Who sits before the LMS: a cookie with the person's id, for anyone may be anyone here."""

import re

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue

from sandbox.lms.people import DEFAULT_PERSON, PEOPLE, Person, find_person

blueprint = Blueprint("session", __name__)

COOKIE = "sandbox_lms_person"


def current_person() -> Person:
    """Give who the browser says sits there."""
    return find_person(request.cookies.get(COOKIE)) or DEFAULT_PERSON


@blueprint.app_context_processor
def people() -> dict[str, object]:
    """Tell every page who there is, and who sits there."""
    return {"people": PEOPLE, "current_person": current_person()}


@blueprint.post("/login")
def login() -> ResponseReturnValue:
    """Become `person`, and go back to the page where the button was."""
    person = find_person(request.form.get("person"))
    if person is None:
        abort(400, "There is no such person.")
    return_to = request.form.get("return_to", "/")
    is_ours = re.fullmatch(r"/(?!/)[\w/-]*", return_to, re.ASCII)
    response = redirect(return_to if is_ours else "/", 303)
    # SameSite=None: the tool's form posts back into the frame, which is a cross-site request.
    response.set_cookie(COOKIE, person.id, path="/", secure=True, httponly=True, samesite="None")
    return response
