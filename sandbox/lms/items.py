"""A tool's content items: whether they are what was asked for, and which blocks they become.

As in Canvas's editor: an `ltiResourceLink` with `iframe` is framed and without one a link, a `link`
is framed where its `iframe` has a `src`, and of `html` the iframes stay (`cleaning`). Stricter than
Canvas: what it would leave out in silence is refused here, so that tests see it.
https://www.imsglobal.org/spec/lti-dl/v2p0#content-item-types
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from sandbox.lms.cleaning import iframes_of
from sandbox.lms.content import Block, ResourceLink, framed
from sandbox.lms.faults import describe

_Address = Annotated[str, StringConstraints(pattern=r"^(https?://[^/]|/[^/])")]
_Pixels = Annotated[int, Field(ge=1, le=10_000)]


class ItemsError(ValueError):
    """The items are not what was asked for; the message says which, and why."""


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)


class _Picture(_Part):
    url: _Address
    width: _Pixels | None = None
    height: _Pixels | None = None

    def attributes(self, alt: str) -> dict[str, str]:
        return {"src": self.url, "alt": alt, **_sizes(self.width, self.height)}


class _Frame(_Part):
    src: _Address | None = None
    width: _Pixels | None = None
    height: _Pixels | None = None

    def sizes(self) -> dict[str, str]:
        return _sizes(self.width, self.height)


class _Window(_Part):
    targetName: str | None = None  # noqa: N815 (the specification's name)


class _Shown(_Part):
    """What items have in common that are shown as a frame or as a link."""

    title: str = ""
    text: str = ""
    thumbnail: _Picture | None = None
    iframe: _Frame | None = None
    window: _Window | None = None

    def anchor(self, link: ResourceLink | None = None, **attributes: str) -> Block:
        words = self.text or self.title or "A link"
        picture = self.thumbnail.attributes(words) if self.thumbnail else None
        opened = {"target": "_blank", **attributes}
        return Block("anchor", opened, link, words, picture)


class _LinkToTool(_Shown):
    type: Literal["ltiResourceLink"]
    url: str | None = None
    custom: dict[str, str] = {}

    def blocks(self, lms_url: str) -> list[Block]:  # noqa: ARG002 (each kind is asked the same)
        link = ResourceLink(self.title or "Studio Embed", self.custom)
        return [framed(link, **self.iframe.sizes()) if self.iframe else self.anchor(link)]


class _LinkElsewhere(_Shown):
    type: Literal["link"]
    url: _Address

    def blocks(self, lms_url: str) -> list[Block]:  # noqa: ARG002 (each kind is asked the same)
        if self.iframe is None or self.iframe.src is None:
            return [self.anchor(href=self.url)]
        attributes = {"title": self.title, "src": self.iframe.src, **self.iframe.sizes()}
        return [Block("frame", {**attributes, "allowfullscreen": ""})]


class _Html(_Part):
    type: Literal["html"]
    html: str

    def blocks(self, lms_url: str) -> list[Block]:
        return [Block("frame", attributes) for attributes in iframes_of(self.html, lms_url)]


_Item = Annotated[_LinkToTool | _LinkElsewhere | _Html, Field(discriminator="type")]
_ITEMS: TypeAdapter[list[_Item]] = TypeAdapter(list[_Item])


def read_items(
    unverified_items: object, asked: Mapping[str, Any], lms_url: str, tool_url: str
) -> list[Block]:
    """Give the blocks that the items become; raises `ItemsError` for what was not asked for."""
    if not isinstance(unverified_items, list):
        raise ItemsError("content_items: there must be a list")
    for place, item in enumerate(unverified_items):
        _check_asked(place, item, asked)
    if len(unverified_items) > 1 and asked.get("accept_multiple") is not True:
        raise ItemsError(f"content_items: {len(unverified_items)}, where one is accepted")
    try:
        items = _ITEMS.validate_python(unverified_items)
    except ValidationError as error:
        raise ItemsError(f"content_items: {describe(error)}") from None
    blocks = []
    for place, item in enumerate(items):
        if isinstance(item, _LinkToTool):
            _check_of_tool(place, item.url, tool_url)
        made = item.blocks(lms_url)
        if not made:
            raise ItemsError(f"content_items.{place}.html: nothing of it may stay")
        blocks += made
    return blocks


def _check_asked(place: int, item: object, asked: Mapping[str, Any]) -> None:
    """Hold an item to the settings, and to having no member without a value."""
    where = f"content_items.{place}"
    if not isinstance(item, dict):
        raise ItemsError(f"{where}: an item is an object")
    _check_no_nulls(where, item)
    kinds: Sequence[str] = asked.get("accept_types", [])
    if item.get("type") not in kinds:
        raise ItemsError(f"{where}.type: {item.get('type')!r} is none of {', '.join(kinds)}")
    for target in ("iframe", "window"):
        if target in item and target not in asked.get("accept_presentation_document_targets", []):
            raise ItemsError(f"{where}.{target}: this target is not accepted")


def _check_no_nulls(where: str, value: object) -> None:
    match value:
        case None:
            raise ItemsError(f"{where}: is null; what has no value is left out")
        case dict():
            for name, member in value.items():
                _check_no_nulls(f"{where}.{name}", member)


def _check_of_tool(place: int, url: str | None, tool_url: str) -> None:
    if url is not None and not url.startswith(f"{tool_url}/"):
        raise ItemsError(f"content_items.{place}.url: {url!r} is not the tool’s")


def _sizes(width: int | None, height: int | None) -> dict[str, str]:
    sizes = {"width": width, "height": height}
    return {name: str(value) for name, value in sizes.items() if value is not None}
