"""What stands in a course: links to the tool, and the blocks of a page. Values that never change.

Not here: how a tool's content items become these (`items`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import urlencode
from uuid import uuid4


def new_id() -> str:
    """Give an id that nothing else has."""
    return str(uuid4())


@dataclass(frozen=True)
class ResourceLink:
    """A link to the tool in one course; a copy of it has another id and the same lookup uuid."""

    title: str
    custom: Mapping[str, str]
    lookup_uuid: str = field(default_factory=new_id)
    id: str = field(default_factory=new_id)

    def copied(self) -> "ResourceLink":
        """Give the link as Canvas's course copy makes it."""
        return replace(self, id=new_id())

    def address(self, course_id: int) -> str:
        """Give where this link is launched in a course."""
        query = urlencode({"display": "borderless", "resource_link_lookup_uuid": self.lookup_uuid})
        return f"/courses/{course_id}/external_tools/retrieve?{query}"


@dataclass(frozen=True)
class Block:
    """A piece of a page: an iframe, or a link (`anchor`) with a picture or a text in it.

    Where it has a resource link, that says its address in the course in which it stands; else
    the address is among the attributes.
    """

    kind: Literal["frame", "anchor"]
    attributes: Mapping[str, str]
    link: ResourceLink | None = None
    text: str = ""
    picture: Mapping[str, str] | None = None
    """The attributes of the picture in a link."""
    id: str = field(default_factory=new_id)

    def attributes_in(self, course_id: int) -> dict[str, str]:
        """Give the element's attributes, with its address in this course."""
        if self.link is None:
            return dict(self.attributes)
        address = "src" if self.kind == "frame" else "href"
        return {**self.attributes, address: self.link.address(course_id)}

    def copied(self, old_course: int, new_course: int) -> "Block":
        """Give the block as Canvas copies it: addresses in the course become the copy's."""
        old, new = f"/courses/{old_course}/", f"/courses/{new_course}/"
        attributes = {
            name: new + value.removeprefix(old) if value.startswith(old) else value
            for name, value in self.attributes.items()
        }
        link = self.link and self.link.copied()
        return replace(self, id=new_id(), attributes=attributes, link=link)


def framed(link: ResourceLink, **attributes: str) -> Block:
    """Show a link in an iframe; without width and height it is as wide as the page."""
    granted = {"allow": "autoplay; fullscreen", "allowfullscreen": ""}
    return Block("frame", {"title": link.title, **attributes, **granted}, link)
