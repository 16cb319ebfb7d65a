"""What tests of deep linking share: a request of any LMS, the picker's form, the answer read."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jwt
import requests

from app.core import sessions
from app.crypto import Vault
from app.lti.session import Visit
from sandbox.lms.messages import LTI
from tests.journeys.onward import read_form
from tests.world import World

DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim"
SETTINGS = f"{DEEP_LINKING}/deep_linking_settings"
PLACEMENT = "https://www.instructure.com/placement"
SESSION = re.compile(r'name="session" value="([^"]+)"')
ANY = ["link", "file", "html", "ltiResourceLink", "image"]

Fields = list[tuple[str, str]]
Claims = dict[str, Any]


def make_request(claims: Claims, return_url: str, **settings: Any) -> None:
    """Make a deep-linking request of claims, as Canvas's editor sends it; None leaves out."""
    asked = {
        "deep_link_return_url": return_url,
        "accept_types": ANY,
        "accept_presentation_document_targets": ["embed", "iframe", "window"],
        "accept_multiple": True,
        "data": "the-data",
        **settings,
    }
    del claims[f"{LTI}/resource_link"]
    claims[f"{LTI}/message_type"] = "LtiDeepLinkingRequest"
    claims[SETTINGS] = {name: value for name, value in asked.items() if value is not None}
    claims[PLACEMENT] = "editor_button"


def request_links(
    world: World,
    *,
    person: str = "instructor",
    course_id: int = 101,
    change: Callable[[Claims], object] | None = None,
    **settings: Any,
) -> requests.Response:
    """Ask for links as an LMS does; gives the page that answers."""

    def ask(claims: Claims) -> None:
        make_request(claims, f"{world.lms.settings.url}/deep_linking_response?data=1", **settings)
        if change is not None:
            change(claims)

    return world.launch({}, person=person, course_id=course_id, change=ask)


def of_no_canvas(claims: Claims) -> None:
    """Let a request be one of an LMS that is no Canvas."""
    del claims[PLACEMENT]
    claims[f"{LTI}/tool_platform"] = {"guid": "x", "product_family_code": "moodle"}


@dataclass
class Picker:
    """The page of a picker, and what was picked in it."""

    world: World
    session: str
    fields: Fields = field(default_factory=list)

    def pick(self, media_id: int, **options: str) -> "Picker":
        """Pick one more; options are the fields of that pick."""
        looks = [(f"{name}-{media_id}", value) for name, value in options.items()]
        self.fields += [("pick", str(media_id)), *looks]
        return self

    def post(self, where: str, fields: Fields | None = None) -> requests.Response:
        sent = self.fields if fields is None else fields
        return self.world.post(f"/lti/picker{where}", data=[("session", self.session), *sent])

    def insert(self) -> requests.Response:
        return self.post("/insert")


def open_picker(world: World, **options: Any) -> Picker:
    """Open the picker as an LMS does, and keep its session."""
    answer = request_links(world, **options)
    found = SESSION.search(answer.text)
    assert (answer.status_code, found is not None) == (200, True), answer.text
    assert found is not None
    return Picker(world, found[1])


def read_answer(world: World, answer: requests.Response) -> Claims:
    """The claims of an answer on its way to the LMS, verified by whoever only knows our keys."""
    form = read_form(answer)
    ((name, token),) = form.fields
    assert name == "JWT"
    header = jwt.get_unverified_header(token)
    published = jwt.PyJWKSet.from_dict(world.get("/lti/jwks.json").json())
    claims: Claims = jwt.decode(
        token,
        published[header["kid"]],
        algorithms=["RS256"],
        audience=world.lms.settings.url,
        issuer=world.lms.settings.client_id,
        options={"require": ["exp", "iat", "nonce"]},
    )
    return claims


def read_items(world: World, answer: requests.Response) -> list[Claims]:
    """The content items of an answer."""
    items: list[Claims] = read_answer(world, answer)[f"{DEEP_LINKING}/content_items"]
    return items


def read_forms(page: str) -> list[tuple[str, Fields]]:
    """The forms of a page of ours: the label of the first button, and what it posts."""
    forms = []
    for form in re.findall(r"<form.*?</form>", page, re.DOTALL):
        inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
        label = re.search(r"<button[^>]*>\s*([^<]*?)\s*</button>", form)
        posted = [(name, html.unescape(value)) for name, value in inputs]
        forms.append((label[1] if label else "", posted))
    return forms


def alter_session(world: World, picker: Picker, **changes: Any) -> Picker:
    """A session like that of a picker, of another launch: another role, another page."""
    vault = Vault((world.environment["SECRET_KEY"],))
    kept = sessions.find_session(world.database, vault, picker.session)
    assert kept is not None
    visit = Visit.model_validate_json(kept).model_copy(update=changes)
    return Picker(world, sessions.open_session(world.database, vault, visit.model_dump_json()))
