"""What people see of the small LMS, and what tests can switch in it."""

import threading
from typing import Any

import jwt
import pytest
from jwcrypto.jwk import JWK

from tests.sandbox.lms_visitor import (
    ReadPage,
    authorize,
    get,
    make_link,
    post,
    retrieve,
)

PAGES = {
    "/": 200,
    "/courses/101": 200,
    "/courses/103": 200,
    "/courses/101/pages/week-1": 200,
    "/courses/101/pages/week-1/edit": 200,
    "/courses/101/pages/none/edit": 404,
    "/courses/101/modules": 200,
    "/courses/101/modules/items/none": 404,
    "/courses/101/external_tools/tool": 200,
    "/courses/101/external_tools/picker": 200,
    "/courses/101/external_tools/launch/course_navigation": 200,
    "/courses/101/external_tools/launch/editor_button": 200,
    "/courses/101/external_tools/launch/editor_button?page=week-1": 200,
    "/courses/101/external_tools/launch/editor_button?page=none": 404,
    "/courses/101/external_tools/launch/module_index_menu_modal": 200,
    "/courses/101/external_tools/launch/link_selection": 200,
    "/courses/101/external_tools/launch/odd": 404,
    "/courses/101/external_tools/retrieve": 400,
    "/courses/101/external_tools/retrieve?resource_link_lookup_uuid=none": 404,
    "/storage/frame": 200,
    "/registration/": 200,
    "/registration/approval": 404,
    "/api/lti/authorize_redirect": 400,
    "/courses/999": 404,
    "/courses/101/pages/none": 404,
    "/none": 404,
    "/login": 405,
}


@pytest.mark.parametrize(("path", "status"), PAGES.items())
def test_every_page_is_a_whole_page_with_nothing_inline(lms: Any, path: str, status: int) -> None:
    make_link(lms)
    answer = get(lms, path, "instructor")
    page = ReadPage(answer.text)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert (answer.status_code, page.doctype) == (status, "doctype html")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.all("html") == [{"lang": "en"}]
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.all(
        "meta"
    )
    assert page.title
    assert len(ids) == len(set(ids))
    assert page.all("style") == []
    assert all(script.get("src") for script in page.all("script"))
    assert all(frame.get("title") for frame in page.all("iframe"))
    shown = [field for field in page.all("input") if field.get("type") != "hidden"]
    assert all({"for": field["id"]} in page.all("label") for field in shown)
    assert not any(name == "style" or name.startswith("on") for _, a in page.elements for name in a)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data: http://127.0.0.2:8002; "
        "frame-src 'self' http://localhost:8000 http://127.0.0.2:8002; "
        "base-uri 'none'; frame-ancestors 'self'"
    )
    linked = [link["href"] for link in page.all("link")] + [s["src"] for s in page.all("script")]
    ours = [address for address in linked if address != "data:,"]
    assert ours
    assert [get(lms, str(address)).status_code for address in ours] == [200] * len(ours)


def test_a_page_frames_its_links_and_has_them_in_its_own_course(lms: Any) -> None:
    lookup_uuid = make_link(lms, media_id="1")
    lms.state.copy_course(101)
    for course in (101, 104):
        frames = ReadPage(get(lms, f"/courses/{course}/pages/week-1").text).all("iframe")
        assert [frame for frame in frames if "hidden" not in frame] == [
            {
                "title": "Mitosis",
                "src": f"/courses/{course}/external_tools/retrieve"
                f"?display=borderless&resource_link_lookup_uuid={lookup_uuid}",
                "allow": "autoplay; fullscreen",
                "allowfullscreen": "",
            }
        ]


def test_a_button_makes_one_someone_else_and_leads_back(lms: Any) -> None:
    form = {"person": "instructor", "return_to": "/courses/101"}
    answer = lms.session.post(f"{lms.url}/login", data=form, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/courses/101")
    cookie = answer.headers["Set-Cookie"]
    assert cookie == "sandbox_lms_person=instructor; Secure; HttpOnly; Path=/; SameSite=None"
    pressed = {
        person: [
            b["value"]
            for b in page.all("button")
            if b["name"] == "person" and b["aria-pressed"] == "true"
        ]
        for person in ("instructor", "nobody")
        for page in [ReadPage(get(lms, "/", person).text)]
    }
    assert pressed == {"instructor": ["instructor"], "nobody": ["student"]}


def test_a_language_is_chosen_for_tools_and_stays_until_another_is(lms: Any) -> None:
    form = {"language": "de", "return_to": "/courses/101"}
    answer = lms.session.post(f"{lms.url}/language", data=form, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/courses/101")
    cookie = answer.headers["Set-Cookie"]
    assert cookie == "sandbox_lms_language=de; Secure; HttpOnly; Path=/; SameSite=None"
    assert lms.session.post(f"{lms.url}/language", data={"language": "fr"}).status_code == 400


def test_the_start_page_makes_it_another_kind_of_lms(lms: Any) -> None:
    def chosen() -> list[str | None]:
        buttons = ReadPage(get(lms, "/").text).all("button")
        kinds = [button for button in buttons if button["name"] == "kind"]
        return [button["value"] for button in kinds if button["aria-pressed"] == "true"]

    assert chosen() == ["Canvas"]
    for kind in ("Takes only HTML, is no Canvas", "Canvas without platform storage"):
        lms.session.post(f"{lms.url}/kind", data={"kind": kind})
        assert chosen() == [kind]
    assert lms.state.behaviour.storage == "off"
    assert lms.session.post(f"{lms.url}/kind", data={"kind": "odd"}).status_code == 400
    post(lms, "/_sandbox/behaviour", {"locale": "ar"})
    assert chosen() == []


@pytest.mark.parametrize("person", ["student", "test-student"])
def test_students_edit_nothing(lms: Any, person: str) -> None:
    assert get(lms, "/courses/101/pages/week-1/edit", person).status_code == 403
    for path in ("", "/pages/week-1", "/modules"):
        links = ReadPage(get(lms, f"/courses/101{path}", person).text).all("a")
        addresses = [str(link["href"]) for link in links]
        assert [one for one in addresses if "edit" in one or "launch" in one] == []


@pytest.mark.parametrize("elsewhere", ["//evil.test", "https://evil.test", "/\\evil.test", ""])
def test_the_button_leads_nowhere_else(lms: Any, elsewhere: str) -> None:
    form = {"person": "admin", "return_to": elsewhere}
    answer = lms.session.post(f"{lms.url}/login", data=form, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_nobody_becomes_someone_who_is_not_there(lms: Any) -> None:
    answer = lms.session.post(f"{lms.url}/login", data={"person": "nobody"})
    assert (answer.status_code, "There is no such person." in answer.text) == (400, True)


def test_a_link_may_be_put_on_a_page_that_is_not_there(lms: Any) -> None:
    body = {"course_id": 103, "page": "a-new-page", "title": "T", "custom": {}}
    answer = post(lms, "/_sandbox/links", body)
    made = answer.json()
    assert answer.status_code == 201
    assert made["page_url"] == f"{lms.url}/courses/103/pages/a-new-page"
    frame = ReadPage(lms.session.get(made["page_url"]).text).all("iframe")[0]
    assert str(frame["src"]).endswith(made["lookup_uuid"])


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("links", None, "body"),
        ("links", {"course_id": 9, "page": "p", "title": "T"}, "course_id"),
        ("links", {"course_id": "101", "page": "p", "title": "T"}, "course_id"),
        ("links", {"course_id": 101, "page": "No page", "title": "T"}, "page"),
        ("links", {"course_id": 101, "page": "p"}, "title"),
        ("links", {"course_id": 101, "page": "p", "title": "T", "custom": {"a": 1}}, "custom.a"),
        ("links", {"course_id": 101, "page": "p", "title": "T", "odd": 1}, "odd"),
        ("keys", {"key_set_status": 99}, "key_set_status"),
        ("keys", {"rotate": "yes"}, "rotate"),
    ],
)
def test_a_wrong_order_is_refused_with_what_is_wrong(
    lms: Any, path: str, body: Any, named: str
) -> None:
    answer = post(lms, f"/_sandbox/{path}", body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(f"{named}: ")
    assert lms.state.find_course(101).find_page("p") is None


def test_rotated_keys_sign_anew_and_the_last_key_stays_published(lms: Any) -> None:
    def published() -> list[str]:
        return [key["kid"] for key in get(lms, "/api/lti/security/jwks").json()["keys"]]

    old = lms.state.keys.kid
    new = post(lms, "/_sandbox/keys", {"rotate": True}).json()["kid"]
    assert new != old
    assert published() == [new, old]
    token = authorize(lms, retrieve(lms, make_link(lms)))["fields"]["id_token"]
    assert jwt.get_unverified_header(token) == {"typ": "JWT", "alg": "RS256", "kid": new}


def test_a_key_is_named_by_its_thumbprint(lms: Any) -> None:
    published = get(lms, "/api/lti/security/jwks").json()["keys"][0]
    assert published["kid"] == JWK(**published).thumbprint() == lms.state.keys.kid
    assert sorted(published) == ["alg", "e", "kid", "kty", "n", "use"]


def test_a_header_may_lie(lms: Any) -> None:
    token = lms.state.keys.sign({"a": 1}, kid=None, alg="none")
    assert jwt.get_unverified_header(token) == {"typ": "JWT", "alg": "none"}


def test_the_key_set_fails_as_told_until_it_is_set_right(lms: Any) -> None:
    post(lms, "/_sandbox/keys", {"key_set_status": 503})
    assert get(lms, "/api/lti/security/jwks").status_code == 503
    post(lms, "/_sandbox/keys", {"key_set_status": None})
    assert get(lms, "/api/lti/security/jwks").status_code == 200
    assert get(lms, "/_sandbox/log").json() == [{"event": "key_set"}] * 2


def test_a_held_key_set_answers_when_it_is_let_go(lms: Any) -> None:
    post(lms, "/_sandbox/keys", {"key_set_hold": True})
    statuses: list[int] = []
    fetch = threading.Thread(
        target=lambda: statuses.append(get(lms, "/api/lti/security/jwks").status_code)
    )
    fetch.start()
    fetch.join(0.2)
    assert (fetch.is_alive(), statuses) == (True, [])
    post(lms, "/_sandbox/keys", {"key_set_hold": False})
    fetch.join(5)
    assert (fetch.is_alive(), statuses) == (False, [200])


def test_a_reset_forgets_all_but_the_keys(lms: Any) -> None:
    kid = lms.state.keys.kid
    make_link(lms)
    post(lms, "/_sandbox/courses/101/copy", {})
    get(lms, "/api/lti/security/jwks")
    post(lms, "/_sandbox/reset", {})
    assert [course.id for course in lms.state.list_courses()] == [101, 102, 103]
    assert [page.blocks for page in lms.state.find_course(101).pages] == [(), (), ()]
    assert (lms.state.log(), lms.state.keys.kid) == ([], kid)
