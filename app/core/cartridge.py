"""The embeds of a course as an IMS Common Cartridge 1.3: one module or more, full of links of ours.

An importer reads `imsmanifest.xml`, which names modules, items and one file for each link. A link
bears custom parameters and the service's mark, so whoever imports it, and wherever, it embeds.

Canvas takes the tool that is there already if the launch URL is that tool's own and every
property of its extension is too: so there is none but what every Canvas has alike. It puts the
custom parameters into the address of the module's item (`app/lti/link_address.py` reads them).
Sources: https://www.imsglobal.org/cc/ccv1p3/imscc_Implementation-v1p3.html and canvas-lms,
`lib/cc/importer/blti_converter.rb`, `app/models/importers/context_external_tool_importer.rb`.
"""

import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as Xml

from app.core import keys, marks
from app.core.embeds import Embed
from app.core.places import Place, list_placed
from app.db import Database
from app.errors import EmbedError
from app.inputs import printable
from app.texts import say

MEDIA_TYPE = "application/vnd.ims.imsccv1p3"
MODULE = "Videos"
_IMS = "http://www.imsglobal.org"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_LOM = "http://ltsc.ieee.org/xsd/imsccv1p3/LOM/manifest"
_MANIFEST = {
    "xmlns": f"{_IMS}/xsd/imsccv1p3/imscp_v1p1",
    "xmlns:lomimscc": _LOM,
    "xmlns:xsi": _XSI,
    "xsi:schemaLocation": (
        f"{_IMS}/xsd/imsccv1p3/imscp_v1p1 {_IMS}/profile/cc/ccv1p3/ccv1p3_imscp_v1p2_v1p0.xsd "
        f"{_LOM} {_IMS}/profile/cc/ccv1p3/LOM/ccv1p3_lommanifest_v1p0.xsd"
    ),
}
_LINK = {
    "xmlns": f"{_IMS}/xsd/imslticc_v1p3",
    "xmlns:blti": f"{_IMS}/xsd/imsbasiclti_v1p0",
    "xmlns:lticm": f"{_IMS}/xsd/imslticm_v1p0",
    "xmlns:lticp": f"{_IMS}/xsd/imslticp_v1p0",
    "xmlns:xsi": _XSI,
    "xsi:schemaLocation": (
        f"{_IMS}/xsd/imslticc_v1p3 {_IMS}/xsd/lti/ltiv1p3/imslticc_v1p3.xsd "
        f"{_IMS}/xsd/imsbasiclti_v1p0 {_IMS}/xsd/lti/ltiv1p0/imsbasiclti_v1p0p1.xsd "
        f"{_IMS}/xsd/imslticm_v1p0 {_IMS}/xsd/lti/ltiv1p0/imslticm_v1p0.xsd "
        f"{_IMS}/xsd/imslticp_v1p0 {_IMS}/xsd/lti/ltiv1p0/imslticp_v1p0.xsd"
    ),
}
_NO_CHARACTERS = {0xFFFE: None, 0xFFFF: None}
"""What XML cannot hold, beside control and half characters."""


@dataclass(frozen=True)
class Cartridge:
    """A file to import, and how many links are in it."""

    name: str
    links: int
    content: bytes


class Link(NamedTuple):
    """An embed at one of its places: an item of a module, and a file that only it refers to."""

    embed: Embed
    module: str
    title: str
    start_at: int | None
    nth: int = 1

    @property
    def name(self) -> str:
        """What it is called in the cartridge, beside the same embed at other places."""
        return f"{self.embed.id}" if self.nth == 1 else f"{self.embed.id}-{self.nth}"

    @property
    def file_name(self) -> str:
        """Where it is in the cartridge."""
        return f"links/{self.name}.xml"


def get_cartridge(db: Database, account: Any, course_id: int, public_url: str) -> Cartridge:
    """Give the embeds of a course where batches placed them; raises `EmbedError`.

    `account` is the row of the Studio account whose embeds they are.
    """
    placed = list_placed(db, account.id, course_id)
    if not placed:
        title = say("Nothing is embedded in course {course_id}.", course_id=course_id)
        raise EmbedError("course-empty", 404, title, say("A cartridge needs at least one embed."))
    links = make_links(placed)
    content = make_cartridge(links, account.url, public_url, keys.get_mark_key(db))
    return Cartridge(f"course-{course_id}.imscc", len(links), content)


def make_links(placed: Iterable[tuple[Embed, Place]]) -> list[Link]:
    """Give a link for each place of an embed; places that are told apart by nothing share one."""
    times: Counter[int] = Counter()
    numbered = []
    for link in dict.fromkeys(_link_at(embed, place) for embed, place in placed):
        times[link.embed.id] += 1
        numbered.append(link._replace(nth=times[link.embed.id]))
    return numbered


def _link_at(embed: Embed, place: Place) -> Link:
    title = _text(place.title or embed.title, f"Video {embed.key.media_id}")
    return Link(embed, _text(place.module, MODULE), title, place.start_at)


def make_cartridge(
    links: Sequence[Link], studio_url: str, public_url: str, mark_key: bytes
) -> bytes:
    """Write the links of one course; the same ones give the same bytes."""
    course_id = links[0].embed.key.course_id
    origin = f"{public_url}/courses/{course_id}?studio={studio_url}"
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        _add(archive, "imsmanifest.xml", _manifest(origin, course_id, links))
        for link in links:
            key = link.embed.key
            what = (key.media_id, key.embed_type, key.downloadable)
            parameters = marks.link_parameters(mark_key, studio_url, *what)
            if link.start_at is not None:
                parameters["start_at"] = str(link.start_at)
            _add(archive, link.file_name, _link(link.title, public_url, parameters))
    return written.getvalue()


def _manifest(origin: str, course_id: int, links: Sequence[Link]) -> Xml.Element:
    manifest = Xml.Element("manifest", {**_MANIFEST, "identifier": _identifier(origin, "all")})
    metadata = Xml.SubElement(manifest, "metadata")
    _say(metadata, "schema", "IMS Common Cartridge")
    _say(metadata, "schemaversion", "1.3.0")
    general = Xml.SubElement(Xml.SubElement(metadata, "lomimscc:lom"), "lomimscc:general")
    title = Xml.SubElement(general, "lomimscc:title")
    _say(title, "lomimscc:string", f"Videos of course {course_id}", language="en")
    course = Xml.SubElement(
        Xml.SubElement(manifest, "organizations"),
        "organization",
        identifier=_identifier(origin, "course"),
        structure="rooted-hierarchy",
    )
    root = Xml.SubElement(course, "item", identifier=_identifier(origin, "root"))
    resources = Xml.SubElement(manifest, "resources")
    modules: dict[str, Xml.Element] = {}
    for link in links:
        if link.module not in modules:
            modules[link.module] = _add_module(root, origin, link.module)
        _add_item(modules[link.module], origin, link)
        _add_resource(resources, origin, link)
    return manifest


def _add_module(root: Xml.Element, origin: str, name: str) -> Xml.Element:
    module = Xml.SubElement(root, "item", identifier=_identifier(origin, f"module {name}"))
    _say(module, "title", name)
    return module


def _add_item(module: Xml.Element, origin: str, link: Link) -> None:
    item = Xml.SubElement(
        module,
        "item",
        identifier=_identifier(origin, f"item {link.name}"),
        identifierref=_identifier(origin, f"embed {link.name}"),
    )
    _say(item, "title", link.title)


def _add_resource(resources: Xml.Element, origin: str, link: Link) -> None:
    reference = _identifier(origin, f"embed {link.name}")
    resource = Xml.SubElement(
        resources, "resource", identifier=reference, type="imsbasiclti_xmlv1p3"
    )
    Xml.SubElement(resource, "file", href=link.file_name)


def _link(title: str, public_url: str, parameters: Mapping[str, str]) -> Xml.Element:
    """Describe a link; the order of what it has is that of the schema."""
    link = Xml.Element("cartridge_basiclti_link", _LINK)
    _say(link, "blti:title", title)
    _say(link, "blti:description", "A video of Canvas Studio.")
    custom = Xml.SubElement(link, "blti:custom")
    for name, value in parameters.items():
        _say(custom, "lticm:property", value, name=name)
    canvas = Xml.SubElement(link, "blti:extensions", platform="canvas.instructure.com")
    _say(canvas, "lticm:property", urlsplit(public_url).netloc, name="domain")
    _say(canvas, "lticm:property", "studio-embed", name="tool_id")
    launch_url = f"{public_url}/lti/launch"
    _say(link, "blti:launch_url", launch_url)
    if launch_url.startswith("https:"):
        _say(link, "blti:secure_launch_url", launch_url)
    vendor = Xml.SubElement(link, "blti:vendor")
    _say(vendor, "lticp:code", "studio-embed")
    _say(vendor, "lticp:name", "Studio Embed")
    _say(vendor, "lticp:url", public_url)
    return link


def _say(parent: Xml.Element, tag: str, text: str, **attributes: str) -> None:
    Xml.SubElement(parent, tag, attributes).text = text


def _add(archive: zipfile.ZipFile, name: str, root: Xml.Element) -> None:
    entry = zipfile.ZipInfo(name)  # at the first moment that a zip file knows
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    Xml.indent(root)
    archive.writestr(entry, Xml.tostring(root, "UTF-8", xml_declaration=True))


def _identifier(origin: str, what: str) -> str:
    """Name a thing the same way each time, and as nothing in another cartridge is named.

    Importers replace what bears the same name: another course's module must not.
    """
    return f"i{uuid5(NAMESPACE_URL, f'{origin}#{what}').hex}"


def _text(text: str, empty: str) -> str:
    """Give a text on one line, with what XML can hold of it; `empty` where nothing is left."""
    return " ".join(printable(text).translate(_NO_CHARACTERS).split()) or empty
