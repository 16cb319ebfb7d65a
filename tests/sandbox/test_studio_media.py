"""The small Studio's Media API answers as the real one is documented to."""

import re
from collections.abc import Iterator

import pytest

from tests.sandbox.studio_visitor import API, UUID, Caller, signed, small_studio


@pytest.fixture
def studio() -> Iterator[Caller]:
    with small_studio() as caller:
        yield caller


def library_of_ines() -> dict[str, object]:
    """Her own collection, as Studio writes it."""
    return {
        "id": 40710,
        "name": None,
        "type": "user",
        "permission": "edit",
        "owner": {
            "id": 4071,
            "full_name": "Ines Instructor",
            "display_name": "Ines Instructor",
            "email": "ines.instructor@sandbox.test",
        },
        "created_at": "2024-08-01T08:00:00Z",
        "course_id": None,
    }


def test_every_operation_wants_an_access_token(studio: Caller) -> None:
    operations = [
        ("GET", "/search"),
        ("GET", "/260854"),
        ("DELETE", "/260854"),
        ("PUT", "/260854/archive"),
        ("PUT", "/260854/unarchive"),
        ("GET", "/260854/courses"),
        ("POST", "/260854/create_embed"),
        ("GET", "/260854/download"),
        ("GET", "/260854/permissions"),
        ("POST", "/260854/permissions"),
        ("GET", "/260854/perspectives"),
        ("GET", "/260854/sources"),
        ("GET", "/260854/users"),
    ]
    answers = [studio.send(method, f"{API}/media{path}") for method, path in operations]
    assert [answer.status_code for answer in answers] == [401] * 13
    assert {answer.json()["error"] for answer in answers} == {
        "The access token is missing, expired or unknown."
    }


def test_a_media_is_shown_in_the_documented_shape(studio: Caller) -> None:
    media = studio.api("GET", "/media/261533").json()["media"]
    assert re.fullmatch(UUID, media.pop("embed_id"))
    assert re.fullmatch(f"{UUID}-261533", media.pop("lti_launch_id"))
    assert media == {
        "id": 261533,
        "title": "Énergie & <b>matière</b> – 物理 \"1\" <script>alert('1')</script>",
        "description": "Un titre qui met les pages à l’épreuve.",
        "duration": 6.008,
        "created_at": "2024-10-01T10:30:00Z",
        "last_viewed": None,
        "last_viewed_by_student": None,
        "thumbnail_url": f"{studio.url}/thumbnails/261533.svg",
        "transcoding_status": "transcoding_finished",
        "owner": {
            "id": 4071,
            "full_name": "Ines Instructor",
            "display_name": "Ines Instructor",
            "email": "ines.instructor@sandbox.test",
        },
        "size": 9441268,
        "source": "upload",
        "collection": library_of_ines(),
    }


def test_a_search_finds_by_title_and_owner_and_pages(studio: Caller) -> None:
    def found(**query: object) -> tuple[list[int], dict[str, int]]:
        answer = studio.api("GET", "/media/search", params=query).json()
        return [media["id"] for media in answer["media"]], answer["meta"]

    one_page = {"current_page": 1, "last_page": 1}
    ids, meta = found()
    assert (ids[:2], len(ids)) == ([260854, 260861], 20)
    assert meta == {"current_page": 1, "last_page": 10, "total_count": 195}
    assert found(title="éNERGIE") == ([261533], {**one_page, "total_count": 1})
    omar = {"owner": "Omar.Other@sandbox.test", "end_date": "2024-12-31"}
    assert found(**omar) == ([261007, 262590, 263940], {**one_page, "total_count": 3})
    assert found(title="nothing") == ([], {**one_page, "total_count": 0})
    ines = {"owner": "ines.instructor@sandbox.test", "end_date": "2024-11-30"}
    second = {"current_page": 2, "last_page": 2, "total_count": 4}
    assert found(**ines, page=2, per_page=3) == ([262118], second)


@pytest.mark.parametrize("query", [{"per_page": "51"}, {"page": "0"}, {"page": "x"}, {"q": "1"}])
def test_a_search_refuses_wrong_parameters(studio: Caller, query: dict[str, str]) -> None:
    answer = studio.api("GET", "/media/search", params=query)
    assert (answer.status_code, list(answer.json())) == (422, ["error"])


def test_users_are_those_with_at_least_the_asked_permission(studio: Caller) -> None:
    def emails(media_id: int, **query: str) -> list[str]:
        users = studio.api("GET", f"/media/{media_id}/users", params=query).json()["users"]
        return [f"{user['email'].split('.')[0]} {user['permission']}" for user in users]

    assert emails(261007) == ["omar edit", "ines edit", "tara access"]
    assert emails(261007, min_permission="view") == ["omar edit", "ines edit"]
    assert emails(262590, min_permission="view") == ["omar edit", "ines view"]
    assert emails(262590, min_permission="edit") == ["omar edit"]
    assert emails(263940) == ["omar edit"]
    wrong = studio.api("GET", "/media/261007/users", params={"min_permission": "own"})
    assert wrong.status_code == 422


def test_each_create_embed_makes_another_launch_url_that_perspectives_list(studio: Caller) -> None:
    answers = [studio.embed(), studio.embed(embed_type="bare_embed", downloadable=True)]
    other = studio.launch_url(course_id=43)

    assert [answer.status_code for answer in answers] == [200, 200]
    first, second = (answer.json()["launch_url"] for answer in answers)
    assert len({first, second, other}) == 3
    assert re.fullmatch(
        re.escape(f"{studio.url}/lti/launch?custom_arc_launch_type=embed&custom_arc_media_id=")
        + f"{UUID}-260854&custom_arc_start_at=0",
        first,
    )
    assert "custom_arc_launch_type=bare_embed&" in second
    places = studio.api("GET", "/media/260861/perspectives").json()["perspectives"]
    assert [(one["id"], one["collection"]) for one in places] == [(26086100000, library_of_ines())]
    places = studio.api("GET", "/media/260854/perspectives").json()["perspectives"]
    assert len({one["uuid"] for one in places}) == 3
    told = ("id", "media_id", "title", "embeds")
    title = "Cell Division: Mitosis in Six Minutes"
    assert [tuple(one[name] for name in told) for one in places] == [
        (26085400000, 260854, title, []),
        (
            26085400001,
            260854,
            title,
            [
                {"launch_url": first, "embed_type": "embed", "downloadable": False},
                {"launch_url": second, "embed_type": "bare_embed", "downloadable": True},
            ],
        ),
        (
            26085400002,
            260854,
            title,
            [{"launch_url": other, "embed_type": "embed", "downloadable": False}],
        ),
    ]
    told = ("id", "name", "type", "course_id")
    assert [tuple(one["collection"][name] for name in told) for one in places] == [
        (50011, "Biology 101 – Lectures", "custom", None),
        (700042, "Course 42", "course_wide", 42),
        (700043, "Course 43", "course_wide", 43),
    ]
    assert studio.api("GET", "/media/260854/courses").json() == {
        "courses": [
            {"id": 42, "course_id": 42, "name": "Course 42"},
            {"id": 43, "course_id": 43, "name": "Course 43"},
        ]
    }


@pytest.mark.parametrize(
    "order",
    [
        None,
        [],
        {},
        {"course_id": 42},
        {"embed_type": "embed"},
        {"course_id": "42", "embed_type": "embed"},
        {"course_id": True, "embed_type": "embed"},
        {"course_id": 0, "embed_type": "embed"},
        {"course_id": 42, "embed_type": "other"},
        {"course_id": 42, "embed_type": "embed", "downloadable": "true"},
        {"course_id": 42, "embed_type": "embed", "more": 1},
    ],
)
def test_create_embed_refuses_a_wrong_body_and_makes_nothing(studio: Caller, order: object) -> None:
    answer = studio.api("POST", "/media/260854/create_embed", json=order)
    assert (answer.status_code, list(answer.json())) == (422, ["error"])
    assert studio.api("GET", "/media/260854/courses").json() == {"courses": []}


def test_a_media_that_cannot_be_is_422_and_one_that_is_not_is_404(studio: Caller) -> None:
    order = {"course_id": 42, "embed_type": "embed"}
    for bad in ("abc", "0", "-1", "²", "9" * 19, "9" * 30):
        answer = studio.api("POST", f"/media/{bad}/create_embed", json=order)
        assert answer.status_code == 422, bad
        assert answer.json() == {"error": "Invalid media_id is provided."}
        assert studio.api("GET", f"/media/{bad}").status_code == 404
    missing = studio.api("POST", "/media/260855/create_embed", json=order)
    assert missing.status_code == 404
    assert missing.json() == {"error": "The media ID was not found."}
    assert studio.api("GET", "/media/260855").status_code == 404


def test_a_deleted_media_is_gone_for_api_and_launches(studio: Caller) -> None:
    url = studio.launch_url()
    assert studio.send("DELETE", "/_sandbox/media/260854").status_code == 200
    assert studio.send("DELETE", "/_sandbox/media/260854").status_code == 404
    assert studio.api("GET", "/media/260854").status_code == 404
    refused = studio.launch(url, signed(url))
    assert (refused.status_code, "is gone" in refused.text) == (400, True)


def test_the_operations_that_no_embedding_needs_are_there(studio: Caller) -> None:
    def search() -> int:
        return studio.api("GET", "/media/search").json()["meta"]["total_count"]

    assert studio.api("PUT", "/media/260854/archive").json()["media"]["id"] == 260854
    assert search() == 194
    assert studio.api("PUT", "/media/260854/unarchive").status_code == 200
    assert search() == 195
    assert studio.api("GET", "/media/260854/download").status_code == 302
    assert len(studio.api("GET", "/media/260854/sources").json()["sources"]) == 3
    new = {"permissions": [{"user_id": 4071, "permission": "view"}]}
    shared = studio.api("POST", "/media/263940/permissions", json=new)
    assert shared.status_code == 200
    assert shared.json() == studio.api("GET", "/media/263940/permissions").json()
    assert studio.api("POST", "/media/263940/permissions", json=new).status_code == 400
    assert studio.api("DELETE", "/media/260854").json()["media"]["id"] == 260854
    assert studio.api("GET", "/media/260854").status_code == 404


def test_a_sound_has_no_thumbnail(studio: Caller) -> None:
    codes = [studio.send("GET", f"/thumbnails/{one}.svg").status_code for one in (260854, 262118)]
    assert codes == [200, 403]
