"""What of a launch is carried over to Studio: who, in which course, from which link, shown how.

None of it is needed for a launch, so what has another shape than LTI gives it is left out.
Not here: how a message says it (`lti11`, `lti13`).
Source: https://www.imsglobal.org/spec/lti/v1p3#required-message-claims and the optional ones.
"""

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.inputs import printable

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
LONGEST_TEXT = 2048
_STRANGER = re.compile("[0-9]+:")
OUR_PARAMETERS = frozenset({"media_id", "embed_type", "downloadable", "start_at", "link"})


def plain_name(name: str) -> str:
    """Give a custom parameter's name as LTI 1.1 writes it (implementation guide, 4.1)."""
    return re.sub(r"[^a-z0-9]", "_", name.lower())


def _text(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return printable(str(value)[:LONGEST_TEXT]).strip() or None


def _number(value: Any) -> int | None:
    text = _text(value)
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 6 else None


def _texts(value: Any) -> tuple[str, ...]:
    found = (_text(member) for member in (value if isinstance(value, list | tuple) else [value]))
    return tuple(text for text in found if text)


def _named_texts(value: Any) -> dict[str, str]:
    members = value.items() if isinstance(value, dict) else ()
    texts = ((printable(str(name)), _text(member)) for name, member in members)
    return {name: text for name, text in texts if text}


def _object(value: Any) -> Any:
    return value if isinstance(value, dict | BaseModel) else {}


Text = Annotated[str | None, BeforeValidator(_text)]
Number = Annotated[int | None, BeforeValidator(_number)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
NamedTexts = Annotated[dict[str, str], BeforeValidator(_named_texts)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Context(_Part):
    """The course."""

    id: Text = None
    label: Text = None
    title: Text = None
    type: Texts = ()


class ResourceLink(_Part):
    """The link that was launched."""

    id: Text = None
    title: Text = None
    description: Text = None


class Presentation(_Part):
    """How the LMS shows what is launched."""

    document_target: Text = None
    width: Number = None
    height: Number = None
    return_url: Text = None
    locale: Text = None


class Lis(_Part):
    """What the school's information system calls the person and the course."""

    person_sourcedid: Text = None
    course_offering_sourcedid: Text = None
    course_section_sourcedid: Text = None


class ToolPlatform(_Part):
    """The LMS."""

    guid: Text = None
    name: Text = None
    description: Text = None
    url: Text = None
    contact_email: Text = None
    product_family_code: Text = None
    version: Text = None


class Lti1p1(_Part):
    """What the LMS called the person in LTI 1.1 launches."""

    user_id: Text = None


def _claim(name: str, default: Any) -> Any:
    return Field(default, serialization_alias=LTI + name)


class Carried(_Part):
    """A launch, as Studio is told of it; the aliases of its fields are the names of claims."""

    sub: str
    roles: Texts = _claim("roles", ())
    name: Text = None
    given_name: Text = None
    family_name: Text = None
    email: Text = None
    picture: Text = None
    locale: Text = None
    context: Annotated[Context, BeforeValidator(_object)] = _claim("context", Context())
    resource_link: Annotated[ResourceLink, BeforeValidator(_object)] = _claim(
        "resource_link", ResourceLink()
    )
    launch_presentation: Annotated[Presentation, BeforeValidator(_object)] = _claim(
        "launch_presentation", Presentation()
    )
    lis: Annotated[Lis, BeforeValidator(_object)] = _claim("lis", Lis())
    tool_platform: Annotated[ToolPlatform, BeforeValidator(_object)] = _claim(
        "tool_platform", ToolPlatform()
    )
    lti1p1: Annotated[Lti1p1, BeforeValidator(_object)] = _claim("lti1p1", Lti1p1())
    role_scope_mentor: Texts = _claim("role_scope_mentor", ())
    ext: NamedTexts = _claim("ext", {})
    custom: NamedTexts = _claim("custom", {})

    @classmethod
    def from_claims(cls, claims: dict[str, Any], custom: dict[str, str]) -> "Carried":
        """Read the claims of a verified id_token; `custom` as `app/lti/claims.py` read it.

        Our own parameters are left out, and whatever would pass for one of Studio's, however
        they are spelled: those stand in the launch URL, and teachers could write them into links.
        """
        names = {
            name: field.serialization_alias or name for name, field in cls.model_fields.items()
        }
        told = {name: claims[claim] for name, claim in names.items() if claim in claims}
        kept = {
            name: value
            for name, value in custom.items()
            if (plain := plain_name(name)) not in OUR_PARAMETERS and not plain.startswith("arc_")
        }
        return cls(**{**told, "custom": kept})

    def at_home(self, platform_id: int) -> "Carried":
        """Give the same, unless it would pass for a stranger of another platform."""
        if not _STRANGER.match(self.sub) and not _STRANGER.match(self.lti1p1.user_id or ""):
            return self
        return self.model_copy(update={"sub": f"{platform_id}:{self.sub}", "lti1p1": Lti1p1()})

    def as_stranger(self, platform_id: int) -> "Carried":
        """Give the same without anything that could name a person of another platform."""
        custom = {name: value for name, value in self.custom.items() if name == "canvas_api_domain"}
        return self.model_copy(
            update={
                "sub": f"{platform_id}:{self.sub}",
                "email": None,
                "lis": Lis(),
                "lti1p1": Lti1p1(),
                "role_scope_mentor": (),
                "ext": {},
                "custom": custom,
            }
        )

    def sent_to(self, course_id: int, link_id: str, link_title: str) -> "Carried":
        """Give the same as it reaches Studio: in its own course, and from a link in any case.

        A launch without a link (deep linking) is given this one.
        """
        others = {
            name: value
            for name, value in self.custom.items()
            if plain_name(name) != "canvas_course_id"
        }
        link = self.resource_link
        if link.id is None:
            link = ResourceLink(id=link_id, title=link_title)
        custom = {**others, "canvas_course_id": str(course_id)}
        return self.model_copy(update={"resource_link": link, "custom": custom})
