"""A cartridge is what schemas and importers want of it, whatever its titles are."""

import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from app.core.cartridge import Link, make_cartridge, make_links
from app.core.embeds import Embed, EmbedKey
from app.core.marks import is_marked
from app.core.places import Place, arrange

STUDIO, PUBLIC, MARK_KEY = "https://studio.example", "https://embed.example:8443", b"k" * 32
NOW = datetime(2026, 11, 28, tzinfo=UTC)
CP = "{http://www.imsglobal.org/xsd/imsccv1p3/imscp_v1p1}"
LOM = "{http://ltsc.ieee.org/xsd/imsccv1p3/LOM/manifest}"
LINK = "{http://www.imsglobal.org/xsd/imslticc_v1p3}"
BLTI = "{http://www.imsglobal.org/xsd/imsbasiclti_v1p0}"
LTICM = "{http://www.imsglobal.org/xsd/imslticm_v1p0}"
LTICP = "{http://www.imsglobal.org/xsd/imslticp_v1p0}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9._:-]*")
TITLES = {
    "": "Video 7",
    " \t\r\n ": "Video 7",
    "\x00\x0b\x1f\x7f\x85\ufffe\uffff\ud800": "Video 7",
    "Cells\x00and\x0bmore\x85": "Cells and more",
    "two\nlines  and\ttabs": "two lines and tabs",
    ']]> <b> & "quotes" \' &amp; <!-- ?>': ']]> <b> & "quotes" \' &amp; <!-- ?>',
    "../../etc/passwd\\..\\x": "../../etc/passwd\\..\\x",
    "Labor 👩🏽‍🔬 und Δοκιμή": "Labor 👩🏽‍🔬 und Δοκιμή",
    "שיעור \u202eمرحبا": "שיעור \u202eمرحبا",
    "half \ud83d of a pair": "half of a pair",
    "x" * 10_000: "x" * 10_000,
}


def embed(number: int, title: str = "A title", media_id: int = 7, **more: Any) -> Embed:
    key = EmbedKey(1, media_id, 101, more.get("embed_type", "embed"), more.get("may", False))
    return Embed(number, key, title, "https://studio.example/lti/launch", NOW, NOW, None)


def read(content: bytes) -> dict[str, Xml.Element]:
    """Each file of a cartridge, which is well-formed."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: Xml.fromstring(archive.read(name)) for name in archive.namelist()}


def place(
    key: EmbedKey, module: str = "", title: str | None = None, start_at: int | None = None
) -> Place:
    return Place(key, title, start_at, {"module": module})


def _links(embeds: Sequence[Embed], places: Sequence[Place] = ()) -> list[Link]:
    return make_links(arrange(embeds, places))


def write(*embeds: Embed, studio: str = STUDIO, public_url: str = PUBLIC) -> bytes:
    return make_cartridge(_links(embeds), studio, public_url, MARK_KEY)


def make(
    *embeds: Embed, public_url: str = PUBLIC, places: Sequence[Place] = ()
) -> dict[str, Xml.Element]:
    return read(make_cartridge(_links(embeds, places), STUDIO, public_url, MARK_KEY))


def shape(element: Xml.Element) -> Any:
    """An element as its name, attributes, and text or children."""
    inside = [shape(child) for child in element] or element.text
    return (element.tag, {k: v for k, v in element.items() if k[0] != "{"}, inside)


def tree(files: dict[str, Xml.Element]) -> list[tuple[str | None, list[str | None]]]:
    """Modules with the titles of what is in them."""
    return [
        (module.findtext(f"{CP}title"), [item.findtext(f"{CP}title") for item in module][1:])
        for module in files["imsmanifest.xml"].findall(f".//{CP}organization/{CP}item/{CP}item")
    ]


def ids(files: dict[str, Xml.Element]) -> list[str]:
    manifest = files["imsmanifest.xml"]
    return [one.attrib["identifier"] for one in manifest.iter() if "identifier" in one.attrib]


def test_the_manifest_is_as_its_schema_wants_it():
    files = make(embed(3), embed(5, "Another", 8))
    assert list(files) == ["imsmanifest.xml", "links/3.xml", "links/5.xml"]
    manifest = files["imsmanifest.xml"]
    whole, course, root, module, *_ = ids(files)
    (first, first_file), (second, second_file) = (
        (one.attrib["identifier"], one[0].attrib["href"]) for one in manifest.iter(f"{CP}resource")
    )
    items = [one.attrib["identifier"] for one in manifest.iter(f"{CP}item")][2:]
    assert (first_file, second_file) == ("links/3.xml", "links/5.xml")
    title = (f"{LOM}string", {"language": "en"}, "Videos of course 101")
    lom = [(f"{LOM}general", {}, [(f"{LOM}title", {}, [title])])]
    kind = "imsbasiclti_xmlv1p3"

    def item(identifier: str, resource: str, title: str) -> Any:
        where = {"identifier": identifier, "identifierref": resource}
        return (f"{CP}item", where, [(f"{CP}title", {}, title)])

    in_module = [item(items[0], first, "A title"), item(items[1], second, "Another")]
    modules = [
        (f"{CP}item", {"identifier": module}, [(f"{CP}title", {}, "Videos"), *in_module]),
    ]
    organization = {"identifier": course, "structure": "rooted-hierarchy"}
    resources = [
        (f"{CP}resource", {"identifier": one, "type": kind}, [(f"{CP}file", {"href": name}, None)])
        for one, name in ((first, first_file), (second, second_file))
    ]
    metadata = [
        (f"{CP}schema", {}, "IMS Common Cartridge"),
        (f"{CP}schemaversion", {}, "1.3.0"),
        (f"{LOM}lom", {}, lom),
    ]
    tops = [(f"{CP}item", {"identifier": root}, modules)]
    assert shape(manifest) == (
        f"{CP}manifest",
        {"identifier": whole},
        [
            (f"{CP}metadata", {}, metadata),
            (f"{CP}organizations", {}, [(f"{CP}organization", organization, tops)]),
            (f"{CP}resources", {}, resources),
        ],
    )
    places = manifest.attrib[f"{XSI}schemaLocation"].split()
    assert [f"{{{namespace}}}" for namespace in places[::2]] == [CP, LOM]


@pytest.mark.parametrize("secure", [True, False])
def test_a_link_is_as_its_schema_wants_it_and_bears_the_mark(secure: bool):
    public_url = PUBLIC if secure else PUBLIC.replace("https", "http")
    link = make(embed(3, may=True, embed_type="bare_embed"), public_url=public_url)["links/3.xml"]
    custom = {one.attrib["name"]: one.text for one in link.find(f"{BLTI}custom") or []}
    mark = custom["link"]
    assert is_marked(MARK_KEY, mark, STUDIO, 7, "bare_embed", downloadable=True)
    launch_url = f"{public_url}/lti/launch"
    secure_url = [(f"{BLTI}secure_launch_url", {}, launch_url)] if secure else []

    def properties(**named: str | None) -> list[Any]:
        return [(f"{LTICM}property", {"name": name}, text) for name, text in named.items()]

    wishes = properties(media_id="7", embed_type="bare_embed", downloadable="true", link=mark)
    canvas = properties(domain="embed.example:8443", tool_id="studio-embed")
    vendor = [
        (f"{LTICP}code", {}, "studio-embed"),
        (f"{LTICP}name", {}, "Studio Embed"),
        (f"{LTICP}url", {}, public_url),
    ]
    assert shape(link) == (
        f"{LINK}cartridge_basiclti_link",
        {},
        [
            (f"{BLTI}title", {}, "A title"),
            (f"{BLTI}description", {}, "A video of Canvas Studio."),
            (f"{BLTI}custom", {}, wishes),
            (f"{BLTI}extensions", {"platform": "canvas.instructure.com"}, canvas),
            (f"{BLTI}launch_url", {}, launch_url),
            *secure_url,
            (f"{BLTI}vendor", {}, vendor),
        ],
    )
    places = link.attrib[f"{XSI}schemaLocation"].split()
    assert [f"{{{namespace}}}" for namespace in places[::2]] == [LINK, BLTI, LTICM, LTICP]


def test_canvas_finds_the_elements_of_a_link_by_its_first_namespace_and_a_prefix():
    with zipfile.ZipFile(BytesIO(write(embed(3)))) as archive:
        text = archive.read("links/3.xml").decode()
    assert f'<cartridge_basiclti_link xmlns="{LINK[1:-1]}" xmlns:blti="{BLTI[1:-1]}"' in text
    assert "<blti:launch_url>" in text


@pytest.mark.parametrize(("title", "told"), TITLES.items())
def test_a_title_of_any_characters_stays_a_title(title: str, told: str):
    files = make(
        first := embed(3, title),
        embed(4, "The next", 8),
        places=[place(first.key, title), place(embed(4, media_id=8).key, title)],
    )
    assert list(files) == ["imsmanifest.xml", "links/3.xml", "links/4.xml"]
    assert files["links/3.xml"].findtext(f"{BLTI}title") == told
    module = "Videos" if told == "Video 7" else told
    assert tree(files) == [(module, [told, "The next"])]


def test_modules_and_embeds_stand_in_the_order_of_their_places_and_the_rest_comes_last():
    nine, four, six, one, five = (embed(n, f"Title {n}", media_id=n) for n in (9, 4, 6, 1, 5))
    gone = embed(2, media_id=2)
    places = [
        *(place(gone.key, "Gone"), place(five.key, "Week 2"), place(one.key, "Week 1")),
        *(place(four.key, " Week\n2 "), place(one.key, "Week 3")),
    ]
    files = make(nine, four, six, one, five, places=places)
    assert tree(files) == [
        ("Week 2", ["Title 5", "Title 4"]),
        ("Week 1", ["Title 1"]),
        ("Week 3", ["Title 1"]),
        ("Videos", ["Title 9", "Title 6"]),
    ]
    names = ids(files)
    assert len(set(names)) == len(names)
    assert all(NAME.fullmatch(name) for name in names)


def test_an_embed_has_a_link_of_its_own_at_each_of_its_places():
    key = embed(3).key
    places = [
        place(key, "A", "As planned", 90),
        place(key, "B", None, 90),
        place(key, "B"),
        place(key, " B", "A  title"),
        place(key, "B", "Another"),
        place(key, start_at=0),
    ]
    files = make(embed(3), places=places)
    assert tree(files) == [
        ("A", ["As planned"]),
        ("B", ["A title", "A title", "Another"]),
        ("Videos", ["A title"]),
    ]
    links = {}
    for name in list(files)[1:]:
        custom = files[name].find(f"{BLTI}custom")
        named = {one.attrib["name"]: one.text for one in custom if custom is not None}
        assert is_marked(MARK_KEY, named["link"], STUDIO, 7, "embed", downloadable=False)
        links[name] = (files[name].findtext(f"{BLTI}title"), named.get("start_at"))
    assert links == {
        "links/3.xml": ("As planned", "90"),
        "links/3-2.xml": ("A title", "90"),
        "links/3-3.xml": ("A title", None),
        "links/3-4.xml": ("Another", None),
        "links/3-5.xml": ("A title", "0"),
    }
    manifest = files["imsmanifest.xml"]
    resources = {
        one.attrib["identifier"]: one[0].attrib["href"] for one in manifest.iter(f"{CP}resource")
    }
    references = [one.attrib.get("identifierref") for one in manifest.iter()]
    assert [resources[reference] for reference in references if reference] == list(links)
    assert len(set(ids(files))) == len(ids(files))


def test_the_same_embeds_give_the_same_bytes():
    several = [embed(3), embed(4, "Another", 8)]
    first = write(*several)
    assert write(*several) == first
    with zipfile.ZipFile(BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_nothing_in_the_cartridge_of_another_service_or_studio_has_the_same_name():
    several = [
        ids(read(write(embed(3), studio=studio, public_url=public)))
        for studio in (STUDIO, "https://other.example")
        for public in (PUBLIC, "https://else.example")
    ]
    assert len(set().union(*several)) == sum(len(names) for names in several)
