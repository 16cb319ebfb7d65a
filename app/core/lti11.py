"""Launch mode `lti11`: the LTI 1.1 launch of Studio, signed with its consumer key and secret.

1. What the LMS said is put into the names of LTI 1.1.
2. The parameters and the launch URL's own query are signed (OAuth 1.0a, HMAC-SHA1). The query
   stays in the URL: in the form as well, a strict verifier would count it twice.
3. The browser posts it. Each showing is signed anew, because Studio takes a nonce once.

Source: https://www.imsglobal.org/specs/ltiv1p1/implementation-guide and RFC 5849, 3.4.1
"""

import re
from urllib.parse import parse_qsl, quote, urlsplit

from oauthlib.oauth1 import SIGNATURE_TYPE_BODY, Client

from app.core.carried import Carried, plain_name

_VOCABULARY = "http://purl.imsglobal.org/vocab/lis/v2/"
_ROLE = re.compile(
    rf"({_VOCABULARY})?(?P<kind>membership|institution/person|system/person)"
    r"(/(?P<principal>[A-Za-z]+))?#(?P<name>[A-Za-z]+)"
)
_BARE = re.compile(r"[A-Za-z]+(/[A-Za-z]+)?")
_PLAIN = frozenset(
    {"Instructor", "Learner", "ContentDeveloper", "Administrator", "Member", "Manager"}
)
_NONE = "urn:lti:sysrole:ims/lis/None"
_ASSISTANT = "urn:lti:role:ims/lis/TeachingAssistant"
_POSTABLE = "!$%&'()*+,/:;=?@-._~"


def sign_launch(
    launch_url: str, carried: Carried, consumer_key: str, secret: str
) -> tuple[str, dict[str, str]]:
    """Give the address to post to, and the fields of the form, with a fresh signature.

    Security: `carried` must be a verified launch's own, and a stranger's where the platform
    is not the Studio account's.
    """
    url = _postable(launch_url)
    fields = _parameters(carried)
    for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True):
        if name.startswith("custom_"):
            fields.pop(name, None)
    client = Client(consumer_key, client_secret=secret, signature_type=SIGNATURE_TYPE_BODY)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    _, _, body = client.sign(url, "POST", fields, form)
    return url, dict(parse_qsl(str(body), keep_blank_values=True))


def legacy_roles(roles: tuple[str, ...]) -> str:
    """Give roles as LTI 1.1 names them, those in the course first, each once (A.2).

    A teaching assistant is one alone: Canvas adds a plain Instructor, which LTI 1.1 would
    take for more than they are.
    """
    found = [name for role in roles if (name := _legacy_role(role)) is not None]
    if _ASSISTANT in found:
        found = [name for name in found if name != "Instructor"]
    return ",".join(dict.fromkeys(sorted(found, key=_is_outside_course)))


def _legacy_role(role: str) -> str | None:
    match = _ROLE.fullmatch(role)
    if match is None:
        if role in ("TeachingAssistant", "Instructor/TeachingAssistant"):
            return _ASSISTANT
        return role if _BARE.fullmatch(role) else None
    kind, principal, name = match["kind"], match["principal"], match["name"]
    if kind == "institution/person":
        return f"urn:lti:instrole:ims/lis/{name}"
    if kind == "system/person":
        return f"urn:lti:sysrole:ims/lis/{name}"
    if name == "TeachingAssistant":
        return _ASSISTANT
    if principal is not None:
        return f"urn:lti:role:ims/lis/{principal[0].upper()}{principal[1:]}/{name}"
    if name in _PLAIN:
        return name
    return "urn:lti:role:ims/lis/Mentor" if name == "Mentor" else None


def _is_outside_course(role: str) -> bool:
    return role.startswith(("urn:lti:instrole:", "urn:lti:sysrole:"))


def _parameters(carried: Carried) -> dict[str, str]:
    named = {
        "lti_message_type": "basic-lti-launch-request",
        "lti_version": "LTI-1p0",
        "oauth_callback": "about:blank",
        **_person(carried),
        **_place(carried),
    }
    custom = {f"custom_{plain_name(name)}": text for name, text in carried.custom.items()}
    custom |= {
        f"custom_{name}": text for name, text in carried.custom.items() if plain_name(name) == name
    }
    ext = {f"ext_{plain_name(name)}": text for name, text in carried.ext.items()}
    return {name: str(text) for name, text in (named | custom | ext).items() if text}


def _person(carried: Carried) -> dict[str, str | None]:
    return {
        "user_id": carried.lti1p1.user_id or carried.sub,
        "roles": legacy_roles(carried.roles) or _NONE,
        "role_scope_mentor": ",".join(quote(mentee) for mentee in carried.role_scope_mentor),
        "user_image": carried.picture,
        "lis_person_name_full": carried.name,
        "lis_person_name_given": carried.given_name,
        "lis_person_name_family": carried.family_name,
        "lis_person_contact_email_primary": carried.email,
        "lis_person_sourcedid": carried.lis.person_sourcedid,
    }


def _place(carried: Carried) -> dict[str, str | int | None]:
    """Say where; the LMS's product family is left out.

    Verifiers that know Canvas by it leave the URL's query out of the signature, as Canvas does.
    """
    context, link, lis = carried.context, carried.resource_link, carried.lis
    shown, lms = carried.launch_presentation, carried.tool_platform
    return {
        "context_id": context.id,
        "context_label": context.label,
        "context_title": context.title,
        "context_type": ",".join(kind.rpartition("#")[2] for kind in context.type),
        "lis_course_offering_sourcedid": lis.course_offering_sourcedid,
        "lis_course_section_sourcedid": lis.course_section_sourcedid,
        "resource_link_id": link.id,
        "resource_link_title": link.title,
        "resource_link_description": link.description,
        "launch_presentation_document_target": shown.document_target,
        "launch_presentation_width": shown.width,
        "launch_presentation_height": shown.height,
        "launch_presentation_return_url": shown.return_url,
        "launch_presentation_locale": shown.locale or carried.locale,
        "tool_consumer_instance_guid": lms.guid,
        "tool_consumer_instance_name": lms.name,
        "tool_consumer_instance_description": lms.description,
        "tool_consumer_instance_url": lms.url,
        "tool_consumer_instance_contact_email": lms.contact_email,
        "tool_consumer_info_version": lms.version,
    }


def _postable(url: str) -> str:
    """Give the URL with everything encoded that a signer refuses and a browser would encode."""
    return quote(re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", url), safe=_POSTABLE)
