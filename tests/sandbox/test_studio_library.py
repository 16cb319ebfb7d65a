"""The small Studio's library: who may do what, what is archived, where files are, what is odd."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from sandbox.studio import troubled
from tests.sandbox.studio_visitor import API, Caller, small_studio


@pytest.fixture
def studio() -> Iterator[Caller]:
    with small_studio() as caller:
        yield caller


def speak_for(studio: Caller, name: str) -> None:
    answer = studio.send("POST", "/_sandbox/caller", json={"email": f"{name}@sandbox.test"})
    assert answer.status_code == 200, answer.text


def status(studio: Caller, method: str, path: str, **options: Any) -> int:
    return studio.api(method, path, **options).status_code


def test_a_token_speaks_for_a_person_who_may_do_what_was_shared(studio: Caller) -> None:
    more = {"permissions": [{"user_id": 4268, "permission": "view"}]}
    order = {"course_id": 42, "embed_type": "embed"}
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "/media/261007", {}),
        ("GET", "/media/261007/users", {}),
        ("GET", "/media/261007/sources", {}),
        ("GET", "/media/261007/permissions", {}),
        ("POST", "/media/261007/create_embed", {"json": order}),
        ("POST", "/media/261007/permissions", {"json": more}),
        ("GET", "/media/261007/download", {}),
        ("PUT", "/media/261007/archive", {}),
        ("PUT", "/media/261007/unarchive", {}),
        ("DELETE", "/media/261007", {}),
    ]

    def allowed(name: str) -> list[int]:
        speak_for(studio, name)
        return [status(studio, method, path, **options) for method, path, options in calls]

    assert allowed("chidi.chemist") == [403] * 10
    assert allowed("tara.teacher") == [200] + [403] * 9
    assert allowed("ines.instructor") == [200] * 6 + [403] * 4
    assert allowed("chidi.chemist") == [200] * 5 + [403] * 5
    assert allowed("omar.other") == [200] * 5 + [400, 302] + [200] * 3
    nobody = studio.send("POST", "/_sandbox/caller", json={"email": "nobody@sandbox.test"})
    assert nobody.status_code == 404


def test_a_teacher_searches_their_own_and_what_is_shared_with_them(studio: Caller) -> None:
    before_2025 = {"end_date": "2024-12-13"}
    speak_for(studio, "tara.teacher")
    found = studio.api("GET", "/media/search", params=before_2025).json()["media"]
    assert [media["id"] for media in found] == [261007]
    names = {one["owner"]["full_name"] for one in all_media(studio)}
    assert {"Tara Teacher", "Greta Gone", "Omar Other"} <= names


def all_media(studio: Caller) -> list[dict[str, Any]]:
    found, page = [], 1
    while True:
        query = {"page": page, "per_page": 50}
        body = studio.api("GET", "/media/search", params=query).json()
        found += body["media"]
        if page == body["meta"]["last_page"]:
            return found
        page += 1


def test_a_group_gives_its_members_access_and_the_most_counts(studio: Caller) -> None:
    group = {"permissions": [{"group_id": 880, "permission": "edit"}]}
    assert studio.api("POST", "/media/261007/permissions", json=group).json()["permissions"][
        -1
    ] == {
        "id": 880,
        "name": "Biology Faculty",
        "type": "group",
        "permission": "edit",
    }
    users = studio.api("GET", "/media/261007/users").json()["users"]
    assert [(user["id"], user["permission"]) for user in users] == [
        (4112, "edit"),
        (4071, "edit"),
        (4230, "edit"),
        (4251, "edit"),
    ]


def test_what_is_added_in_part_is_not_added_at_all(studio: Caller) -> None:
    people = [{"user_id": 4268, "permission": "view"}, {"user_id": 1, "permission": "view"}]
    body = {"permissions": people}
    assert status(studio, "POST", "/media/260854/permissions", json=body) == 400
    body = {"permissions": [people[0], people[0]]}
    assert status(studio, "POST", "/media/260854/permissions", json=body) == 400
    assert studio.api("GET", "/media/260854/permissions").json() == {"permissions": []}


def test_what_is_archived_is_in_no_list_and_comes_back_where_it_is_put(studio: Caller) -> None:
    def listed(path: str) -> list[int]:
        media = studio.api("GET", path, params={"per_page": 50}).json()["media"]
        return [one["id"] for one in media if one["id"] == 260854]

    studio.embed()
    studio.api("PUT", "/media/260854/archive")
    paths = ("/media/search", "/collections/50011/media", "/collections/700042/media")
    assert [listed(path) for path in paths] == [[], [], []]
    assert studio.api("GET", "/courses/42/perspectives").json() == {"perspectives": []}
    assert studio.api("GET", "/media/260854/perspectives").json() == {"perspectives": []}
    assert status(studio, "GET", "/media/260854") == 200

    back = studio.api("PUT", "/media/260854/unarchive", params={"collection_id": 50012}).json()
    assert back["media"]["collection"]["name"] == "Kept for Next Term"
    paths = ("/media/search", "/collections/50012/media", "/collections/700042/media")
    assert [listed(path) for path in (*paths, "/collections/50011/media")] == [
        *[[260854]] * 3,
        [],
    ]
    assert len(studio.api("GET", "/courses/42/perspectives").json()["perspectives"]) == 1
    speak_for(studio, "omar.other")
    query = {"collection_id": 50012}
    assert status(studio, "PUT", "/media/261007/unarchive", params=query) == 403


def test_a_download_leads_to_the_file_until_its_time_is_over(studio: Caller) -> None:
    answer = studio.api("GET", "/media/260854/download")
    address = answer.headers["Location"]
    file = studio.session.get(address, timeout=10)
    assert (answer.status_code, file.status_code) == (302, 200)
    assert file.headers["Content-Type"] == "video/webm"
    assert address.startswith(f"{studio.url}/downloads/260854/high.webm?")
    longer = address.replace("expires=", "expires=9")
    changed = [longer, address[:-1], address.split("?")[0], address.replace("260854", "260861")]
    assert [studio.session.get(one, timeout=10).status_code for one in changed] == [403] * 4
    with small_studio(download_seconds=0) as late:
        over = late.api("GET", "/media/260854/download").headers["Location"]
        assert late.session.get(over, timeout=10).status_code == 403


def test_files_are_served_in_ranges_and_change_when_told(studio: Caller) -> None:
    address = studio.api("GET", "/media/260854/download").headers["Location"]

    def ask(etag: str = '"sample"') -> tuple[int, int, str]:
        headers = {"Range": "bytes=10-", "If-Range": etag}
        answer = studio.session.get(address, headers=headers, timeout=10)
        return answer.status_code, len(answer.content), answer.headers["ETag"]

    assert ask() == (206, 56637, '"sample"')
    assert studio.send("POST", "/_sandbox/files", json={"version": "new"}).json() == {
        "ranges": True,
        "version": "new",
    }
    assert (ask(), ask('"new"')) == ((200, 56647, '"new"'), (206, 56637, '"new"'))
    studio.send("POST", "/_sandbox/files", json={"ranges": False})
    assert ask() == (200, 56647, '"sample"')
    studio.send("POST", "/_sandbox/reset")
    assert studio.send("POST", "/_sandbox/files", json={"ranges": 5}).status_code == 400


def test_sources_are_the_versions_that_a_download_can_ask_for(studio: Caller) -> None:
    sources = studio.api("GET", "/media/260854/sources").json()["sources"]
    assert [one["definition"] for one in sources] == ["low", "medium", "high"]
    assert studio.session.get(sources[0]["url"], timeout=10).status_code == 200
    for quality in ("low", "medium", "high", "highest"):
        query = urlencode({"quality": quality})
        answer = studio.api("GET", f"/media/260854/download?{query}")
        there = quality in {one["definition"] for one in sources}
        assert answer.status_code == (302 if there else 404)
        if there:
            assert urlsplit(answer.headers["Location"]).path == f"/downloads/260854/{quality}.webm"


def test_troubled_media_are_in_trouble(studio: Caller) -> None:
    def show(media_id: int) -> dict[str, Any]:
        return studio.api("GET", f"/media/{media_id}").json()["media"]

    unfinished, failed = show(troubled.NOT_FINISHED), show(troubled.FAILED_ONE)
    assert (unfinished["transcoding_status"], unfinished["duration"]) == (
        "transcoding_started",
        None,
    )
    assert failed["transcoding_status"] == "transcoding_failed"
    for media_id in (troubled.NOT_FINISHED, troubled.FAILED_ONE):
        assert status(studio, "GET", f"/media/{media_id}/download") == 404
        assert studio.api("GET", f"/media/{media_id}/sources").json() == {"sources": []}
        assert studio.send("GET", f"/thumbnails/{media_id}.svg").status_code == 403
    for media_id in (troubled.FROM_YOUTUBE, troubled.FROM_VIMEO):
        refused = studio.api("GET", f"/media/{media_id}/download")
        assert (refused.status_code, refused.json()) == (422, {"error": "The media is external."})
    captions = studio.api("GET", f"/media/{troubled.UNCAPTIONED}/caption_files").json()
    assert captions == {"caption_files": []}
    assert troubled.ARCHIVED not in {media["id"] for media in all_media(studio)}
    gone = show(troubled.LEFT_BEHIND)["owner"]["email"]
    people = studio.api("GET", "/users/search", params={"email": gone}).json()
    assert (gone, people["users"]) == ("greta.gone@sandbox.test", [])
    assert show(troubled.UNTITLED)["title"] == ""
    assert len(show(troubled.LONG_TITLE)["title"]) == 255


def test_captions_are_text_at_the_address_that_the_list_names(studio: Caller) -> None:
    captions = studio.api("GET", "/media/260854/caption_files").json()["caption_files"]
    assert [(one["srclang"], one["status"]) for one in captions] == [
        ("en", "published"),
        ("fr", "published"),
    ]
    text = studio.api("GET", captions[1]["url"].removeprefix(API))
    assert (text.status_code, text.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert "[fr] Cell Division" in text.text


def test_a_picture_shows_the_title_and_nothing_that_runs(studio: Caller) -> None:
    picture = studio.send("GET", "/thumbnails/261533.svg")
    assert (picture.status_code, picture.headers["Content-Type"]) == (
        200,
        "image/svg+xml; charset=utf-8",
    )
    assert "Énergie &amp; &lt;b&gt;" in picture.text
    assert "<script" not in picture.text


def test_there_are_two_hundred_media_that_differ(studio: Caller) -> None:
    found = all_media(studio)
    with small_studio() as other:
        assert without_hosts(all_media(other)) == without_hosts(found)
    sources = Counter(media["source"] for media in found)
    assert len(found) + 5 == 200  # five are archived
    assert len({media["id"] for media in found}) == len(found)
    assert sources.keys() == {
        *("upload", "screen_capture", "webcam_capture"),
        *("youtube", "vimeo", "zoom"),
    }
    assert len({media["owner"]["id"] for media in found}) == 9
    assert len({media["created_at"][:7] for media in found}) > 20
    assert len({media["title"] for media in found}) > 120
    assert any(media["last_viewed"] is None for media in found)


def without_hosts(media: list[dict[str, Any]]) -> Any:
    return json.loads(json.dumps([{**one, "thumbnail_url": ""} for one in media]))


def test_more_media_are_to_be_had_on_request() -> None:
    with small_studio(media=500) as studio:
        found = studio.api("GET", "/media/search").json()
        first = {media["id"] for media in all_media(studio)}
    assert found["meta"]["total_count"] > 480
    with small_studio() as studio:
        assert {media["id"] for media in all_media(studio)} < first


def test_insights_say_who_watched_a_perspective_and_can_be_asked_for_a_role(
    studio: Caller,
) -> None:
    def table(media_id: int, name: str, place: int = 0, **query: str) -> list[str]:
        places = studio.api("GET", f"/media/{media_id}/perspectives").json()["perspectives"]
        path = f"/perspectives/{places[place]['uuid']}/insights/{name}"
        answer = studio.api("GET", path, params=query)
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        return answer.text.splitlines()

    studio.embed()
    title = "Title,Cell Division: Mitosis in Six Minutes"
    assert table(260854, "overview", place=1) == [
        *(title, "Views,2", "Time Viewed [min],0.2", "Unique Viewers,2")
    ]
    head = "Name,Email,Role,Completion rate [%]"
    teacher = "Ines Instructor,ines.instructor@sandbox.test,teacher,100"
    student = "Sam Student,sam.student@sandbox.test,student,100"
    assert table(260854, "users") == [head, teacher, student]
    assert table(260854, "users", role="student") == [head, student]
    assert table(261533, "users") == [head]
    beyond = "/perspectives/5a4d0b0e-1c2d-4e5f-8000-000612cf9dc2/insights/users"
    assert status(studio, "GET", beyond) == 404
