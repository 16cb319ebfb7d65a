"""What a tool gave stands in the course as Canvas writes it, and is launched from there."""

from collections.abc import Iterator
from typing import Any

import jwt
import pytest

from sandbox.lms.cleaning import iframes_of
from tests.sandbox.lms_visitor import ReadPage, authorize, get, post, retrieve
from tests.sandbox.small_tool import LTI, lms_with_tool, pick, shown_course

MITOSIS = {
    "type": "ltiResourceLink",
    "title": "Mitosis <1>",
    "text": "Watch",
    "custom": {"media_id": "260854", "link": "mark"},
}
NATIVE = (
    '<p onclick="x()">Hello<script>alert(1)</script></p>'
    '<iframe class="lti-embed" style="width: 720px;" title="A &amp; B" onload="x()"'
    ' src="/courses/101/external_tools/retrieve?display=borderless&amp;url=http%3A%2F%2Fs"'
    ' width="720" height="405" allowfullscreen="allowfullscreen" allow="autoplay *"'
    ' data-studio-resizable="true" data-odd="1" srcdoc="&lt;script&gt;"></iframe>'
)


@pytest.fixture(scope="module")
def served() -> Iterator[Any]:
    with lms_with_tool() as lms:
        yield lms


@pytest.fixture
def lms(served: Any) -> Iterator[Any]:
    served.state.reset()
    yield served
    served.state.reset()


def page_of(lms: Any, course: int = 101, path: str = "pages/week-1") -> ReadPage:
    return ReadPage(get(lms, f"/courses/{course}/{path}").text)


def frames_of(page: ReadPage) -> list[dict[str, str | None]]:
    return [frame for frame in page.all("iframe") if "hidden" not in frame]


def address(lookup_uuid: str, course: int = 101) -> str:
    query = f"display=borderless&resource_link_lookup_uuid={lookup_uuid}"
    return f"/courses/{course}/external_tools/retrieve?{query}"


def custom_of(lms: Any, lookup_uuid: str, course: int = 101) -> dict[str, str]:
    token = authorize(lms, retrieve(lms, lookup_uuid, course=course))["fields"]["id_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims[f"{LTI}/resource_link"]["title"] == "Mitosis <1>"
    return {name: claims[f"{LTI}/custom"][name] for name in ("media_id", "link")}


def test_a_link_with_a_frame_is_framed_and_launches_with_its_own_parameters(lms: Any) -> None:
    assert pick(lms, {**MITOSIS, "iframe": {"width": 720, "height": 405}}).status_code == 200
    week_1 = shown_course(lms)["pages"][0]
    assert [page["blocks"] for page in shown_course(lms)["pages"][1:]] == [[], []]
    (block,) = week_1["blocks"]
    uuid = block["link"]["lookup_uuid"]
    assert (block["kind"], block["link"]["title"]) == ("frame", "Mitosis <1>")
    assert frames_of(page_of(lms)) == [
        {
            "title": "Mitosis <1>",
            "width": "720",
            "height": "405",
            "src": address(uuid),
            "allow": "autoplay; fullscreen",
            "allowfullscreen": "",
        }
    ]
    assert custom_of(lms, uuid) == MITOSIS["custom"]


def test_a_link_without_a_frame_is_a_text_or_a_picture(lms: Any) -> None:
    picture = {"url": "http://127.0.0.2:8002/thumbnails/1.svg", "width": 160, "height": 90}
    pick(lms, MITOSIS, {**MITOSIS, "text": "", "thumbnail": picture})
    blocks = shown_course(lms)["pages"][0]["blocks"]
    page = page_of(lms)
    hrefs = [address(block["link"]["lookup_uuid"]) for block in blocks]
    opened = [link for link in page.all("a") if link.get("target") == "_blank"]
    assert opened == [{"target": "_blank", "href": href} for href in hrefs]
    assert "Watch</a>" in page.text
    assert page.all("img") == [
        {"src": picture["url"], "alt": "Mitosis <1>", "width": "160", "height": "90"}
    ]
    assert frames_of(page) == []


def test_a_link_elsewhere_is_framed_by_its_own_source_or_is_a_link(lms: Any) -> None:
    src = "/courses/101/external_tools/retrieve?url=x"
    link = {"type": "link", "url": "https://a.test/?a=1&b=2", "title": "T"}
    pick(lms, {**link, "iframe": {"src": src, "width": 9, "height": 8}}, {**link, "iframe": {}})
    page = page_of(lms)
    assert frames_of(page) == [
        {"title": "T", "src": src, "width": "9", "height": "8", "allowfullscreen": ""}
    ]
    opened = [link for link in page.all("a") if link.get("target") == "_blank"]
    assert opened == [{"target": "_blank", "href": "https://a.test/?a=1&b=2"}]


def test_of_html_the_lms_own_iframes_stay_with_what_is_harmless(lms: Any) -> None:
    pick(lms, {"type": "html", "html": NATIVE})
    assert frames_of(page_of(lms)) == [
        {
            "class": "lti-embed",
            "title": "A & B",
            "src": "/courses/101/external_tools/retrieve?display=borderless&url=http%3A%2F%2Fs",
            "width": "720",
            "height": "405",
            "allowfullscreen": "allowfullscreen",
            "allow": "autoplay *",
            "data-studio-resizable": "true",
        }
    ]
    assert "alert" not in page_of(lms).text


@pytest.mark.parametrize(
    ("src", "stays"),
    [
        ("/courses/1", True),
        ("http://lms.test/courses/1", True),
        ("", False),
        ("courses/1", False),
        ("//evil.test/", False),
        ("/\\evil.test/", False),
        ("\t//evil.test/", False),
        ("http://lms.test.evil.test/", False),
        ("http://lms.test@evil.test/", False),
        ("https://lms.test/", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
    ],
)
def test_only_iframes_of_the_lms_itself_stay(src: str, stays: bool) -> None:
    html = f'<iframe src="{src}"></iframe>'
    assert iframes_of(html, "http://lms.test") == ([{"src": src}] if stays else [])


def test_several_items_stand_in_their_order_behind_what_was_there(lms: Any) -> None:
    body = {"course_id": 101, "page": "week-1", "title": "First", "custom": {}}
    post(lms, "/_sandbox/links", body)
    frame = {"width": 16, "height": 9}
    pick(lms, *({**MITOSIS, "title": f"T{n}", "iframe": frame} for n in range(3)))
    pick(lms, {"type": "html", "html": NATIVE})
    titles = [frame["title"] for frame in frames_of(page_of(lms))]
    assert titles == ["First", "T0", "T1", "T2", "A & B"]


def test_a_copied_course_has_it_all_with_addresses_of_its_own(lms: Any) -> None:
    pick(lms, {**MITOSIS, "iframe": {}}, {"type": "html", "html": NATIVE})
    pick(lms, MITOSIS, placement="module_index_menu_modal")
    post(lms, "/_sandbox/courses/101/copy", {})
    original, copy = shown_course(lms), shown_course(lms, 104)
    uuid = original["pages"][0]["blocks"][0]["link"]["lookup_uuid"]
    assert [frame["src"] for frame in frames_of(page_of(lms, 104))] == [
        address(uuid, 104),
        "/courses/104/external_tools/retrieve?display=borderless&url=http%3A%2F%2Fs",
    ]
    assert custom_of(lms, uuid, 104) == MITOSIS["custom"]
    items = [course["modules"][1]["links"][0] for course in (original, copy)]
    assert items[0]["lookup_uuid"] == items[1]["lookup_uuid"]
    assert items[0]["id"] != items[1]["id"]


def test_several_links_become_a_module_of_their_own(lms: Any) -> None:
    assert pick(lms, MITOSIS, MITOSIS, placement="module_index_menu_modal").status_code == 200
    modules = shown_course(lms)["modules"]
    titles = [(module["title"], len(module["links"])) for module in modules]
    assert titles == [("To begin with", 0), ("New content from an app", 2)]
    uuid = modules[1]["links"][1]["lookup_uuid"]
    path = f"modules/items/{uuid}"
    listed = [link["href"] for link in page_of(lms, 101, "modules").all("a")]
    assert f"/courses/101/{path}" in listed
    assert [frame["src"] for frame in frames_of(page_of(lms, 101, path))] == [address(uuid)]
    assert custom_of(lms, uuid) == MITOSIS["custom"]


def test_one_link_goes_into_the_first_module(lms: Any) -> None:
    for _ in range(2):
        assert pick(lms, MITOSIS, placement="link_selection").status_code == 200
    titles = [(module["title"], len(module["links"])) for module in shown_course(lms)["modules"]]
    assert titles == [("To begin with", 2)]


def test_nothing_picked_leaves_everything_as_it_was(lms: Any) -> None:
    before = shown_course(lms)
    for placement in ("editor_button?page=week-1", "module_index_menu_modal", "link_selection"):
        assert pick(lms, placement=placement).status_code == 200
    assert shown_course(lms) == before


def test_without_a_script_the_answer_leads_back_to_what_is_new(lms: Any) -> None:
    edit = f"{lms.url}/courses/101/pages/week-1/edit"
    editor = ReadPage(get(lms, "/courses/101/pages/week-1/edit", "instructor").text)
    (button,) = [link for link in editor.all("a") if "data-picker" in link]
    assert button["href"] == "/courses/101/external_tools/launch/editor_button?page=week-1"
    answered = ReadPage(pick(lms, {**MITOSIS, "iframe": {}}).text)
    (back,) = [link for link in answered.all("a") if link.get("id") == "back"]
    page, _, target = f"{lms.url}{back['href']}".partition("#")
    assert (page, back["target"]) == (edit, "_top")
    shown = ReadPage(get(lms, "/courses/101/pages/week-1/edit", "instructor").text)
    assert target in [attributes.get("id") for _, attributes in shown.elements]


def test_what_was_picked_for_no_page_gets_one(lms: Any) -> None:
    pick(lms, MITOSIS, placement="editor_button")
    page = shown_course(lms)["pages"][-1]
    assert (page["slug"], len(page["blocks"])) == ("picked", 1)


def test_there_is_nothing_to_show_of_a_course_that_is_not_there(lms: Any) -> None:
    assert get(lms, "/_sandbox/courses/9").status_code == 404
