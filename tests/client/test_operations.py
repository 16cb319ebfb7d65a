"""Every operation of the client, there and back, against the small Studio."""

from collections.abc import Callable
from typing import Any

import pytest

from app.studio import errors
from app.studio.client import StudioClient
from app.studio.protocol import EmbedWish
from app.studio.search import MediaSearch
from app.studio.shapes import Grant, Media
from tests.client.reaching import Reach

CELLS = 260854
UNKNOWN = 999_999_999
INES = "ines.instructor@sandbox.test"
OMAR = "omar.other@sandbox.test"

Ask = Callable[[StudioClient, int], object]
OF_A_MEDIA: dict[str, Ask] = {
    "show": StudioClient.get_media,
    "delete": StudioClient.delete_media,
    "archive": StudioClient.archive_media,
    "unarchive": StudioClient.unarchive_media,
    "courses": StudioClient.list_courses,
    "create_embed": lambda client, media_id: client.create_embed(_wish(media_id)),
    "download": StudioClient.get_download_url,
    "permissions": StudioClient.list_permissions,
    "add_permissions": lambda client, media_id: client.add_permissions(media_id, [_grant(4230)]),
    "perspectives": StudioClient.list_perspectives,
    "sources": StudioClient.list_sources,
    "users": lambda client, media_id: list(client.list_users(media_id)),
    "caption_files": StudioClient.list_caption_files,
}


def _wish(media_id: int = CELLS, course_id: int = 101) -> EmbedWish:
    return EmbedWish(media_id, course_id, "embed", downloadable=False)


def _grant(user_id: int, permission: Any = "view") -> Grant:
    return Grant(user_id=user_id, permission=permission)


@pytest.fixture
def client(reach: Reach) -> StudioClient:
    return reach.client()


@pytest.fixture
def spare(client: StudioClient) -> Media:
    """A media that may be done away with."""
    return list(client.list_media(MediaSearch(source="upload"), limit=150))[-1]


def test_ping(client: StudioClient):
    assert client.ping() is None  # type: ignore[func-returns-value]


def test_search_gives_the_page_that_is_asked_for(client: StudioClient):
    first, second = client.search(per_page=7), client.search(page=2, per_page=7)
    assert (len(first.items), len(second.items)) == (7, 7)
    assert not {media.id for media in first.items} & {media.id for media in second.items}
    assert second.meta is not None
    assert (second.meta.current_page, second.meta.total_count) == (
        2,
        len(list(client.list_media())),
    )
    found = client.search(MediaSearch(owner=INES), per_page=1)
    assert [media.owner.email for media in found.items if media.owner] == [INES]


def test_a_list_of_media_loads_its_pages_as_they_are_wanted(reach: Reach, client: StudioClient):
    before = len(reach.calls("search"))
    media = client.list_media()
    assert len(reach.calls("search")) == before
    first = next(media)
    assert len(reach.calls("search")) == before + 1
    everything = [first, *media]
    assert len({one.id for one in everything}) == len(everything) > 150
    assert len(reach.calls("search")) == before + -(-len(everything) // 50)
    assert len(list(client.list_media(limit=60))) == 60
    assert [call["query"] for call in reach.calls("search")[-2:]] == [
        "page=1&per_page=30",
        "page=2&per_page=30",
    ]


def test_show_gives_a_media_with_its_owner_and_collection(client: StudioClient):
    media = client.get_media(CELLS)
    assert (media.id, media.owner and media.owner.email) == (CELLS, INES)
    assert media.collection is not None
    assert (media.collection.id, media.lti_launch_id) == (50_011, f"{media.embed_id}-{CELLS}")


def test_an_archived_media_is_not_found_by_search_and_comes_back(
    client: StudioClient, spare: Media
):
    def found() -> bool:
        return spare.id in {media.id for media in client.list_media()}

    assert client.archive_media(spare.id).id == spare.id
    assert not found()
    moved = client.unarchive_media(spare.id, 50_011)
    assert found()
    assert moved.collection is not None
    assert moved.collection.id == 50_011
    assert spare.id in {media.id for media in client.list_collection_media(50_011)}


def test_delete_gives_what_was_deleted_and_it_is_gone(client: StudioClient, spare: Media):
    assert client.delete_media(spare.id).id == spare.id
    with pytest.raises(errors.MediaNotFoundError):
        client.get_media(spare.id)


def test_an_embed_is_made_and_found_again_in_every_list(reach: Reach, client: StudioClient):
    wish = _wish(course_id=4242)
    assert client.find_launch_url(wish) is None
    url = client.create_embed(wish)
    assert url.startswith(f"{reach.url}/lti/launch?")
    assert client.find_launch_url(wish) == url
    assert 4242 in {course.number for course in client.list_courses(CELLS)}
    places = {p.collection.course_id for p in client.list_perspectives(CELLS) if p.collection}
    assert {None, 4242} <= places
    assert [place.media_id for place in client.list_course_perspectives(4242)] == [CELLS]
    assert (client.get_course(4242).number, client.get_course(4242).name) == (4242, "Course 4242")


def test_a_download_is_told_by_its_url_and_not_followed(reach: Reach, client: StudioClient):
    before = len(reach.calls("download_file"))
    best, low = client.get_download_url(CELLS), client.get_download_url(CELLS, "low")
    assert best.startswith(f"{reach.url}/downloads/{CELLS}/")
    assert low.startswith(f"{reach.url}/downloads/{CELLS}/low.webm?expires=")
    assert len(reach.calls("download_file")) == before
    assert reach.http.get(low).status_code == 200


def test_what_cannot_be_downloaded_says_why(client: StudioClient):
    external = client.search(MediaSearch(source="youtube"), per_page=1).items[0]
    with pytest.raises(errors.StudioRejectedError) as refused:
        client.get_download_url(external.id)
    assert "YouTube" in refused.value.hint
    small = client.search(MediaSearch(source="upload", max_size=9_000_000), per_page=1).items[0]
    with pytest.raises(errors.MediaNotFoundError) as missing:
        client.get_download_url(small.id, "highest")
    assert "quality" in missing.value.title
    with pytest.raises(errors.StudioRejectedError):
        client.get_download_url(CELLS, "best-of-all")


def test_permissions_are_added_and_read(client: StudioClient, spare: Media):
    assert not any(p.id == 4402 for p in client.list_permissions(spare.id))
    given = [_grant(4402, "edit"), Grant(group_id=880, permission="access")]
    after = client.add_permissions(spare.id, given)
    assert {(p.id, p.type, p.permission) for p in after} >= {
        (4402, "user", "edit"),
        (880, "group", "access"),
    }
    assert client.list_permissions(spare.id) == after
    with pytest.raises(errors.StudioRejectedError) as again:
        client.add_permissions(spare.id, given)
    assert (again.value.status, "already" in again.value.hint) == (400, True)


def test_users_are_those_who_may_at_least_so_much(client: StudioClient, spare: Media):
    client.add_permissions(spare.id, [_grant(4305)])
    at_least = {
        wanted: {user.id for user in client.list_users(spare.id, wanted)}
        for wanted in ("access", "view", "edit")
    }
    assert at_least["access"] >= at_least["view"] > at_least["edit"]
    assert 4305 in at_least["view"] - at_least["edit"]
    assert client.has_user(spare.id, "Greta.Gone@sandbox.test")
    assert not client.has_user(spare.id, "nobody@sandbox.test")
    assert len(list(client.list_users(spare.id, limit=1))) == 1


def test_sources_and_captions(client: StudioClient):
    sources = client.list_sources(CELLS)
    assert {source.mime_type for source in sources} == {"video/webm"}
    captions = [
        c for media in client.list_media(limit=30) for c in client.list_caption_files(media.id)
    ]
    assert captions
    assert {type(caption.srclang) for caption in captions} == {str}


def test_collections_and_what_is_in_them(client: StudioClient):
    collections = {one.id: one for one in client.list_collections()}
    assert len(collections) == len(list(client.list_collections()))
    assert (collections[50_011].name, collections[50_011].type) == (
        "Biology 101 – Lectures",
        "custom",
    )
    assert CELLS in {media.id for media in client.list_collection_media(50_011)}
    library = next(one for one in collections.values() if one.id == 40_710)
    inside = {media.id for media in client.list_collection_media(library.id)}
    assert inside
    assert CELLS not in inside
    assert len(list(client.list_collection_media(library.id, limit=1))) == 1


def test_a_person_is_found_by_their_address_whatever_its_case(client: StudioClient):
    found = client.find_user("Ines.Instructor@SANDBOX.test")
    assert found is not None
    assert (found.id, found.full_name) == (4071, "Ines Instructor")
    assert client.find_user("nobody@sandbox.test") is None


def test_every_media_is_read_even_the_odd_ones(client: StudioClient):
    assert all(isinstance(client.get_media(one.id), Media) for one in client.list_media(limit=200))


@pytest.mark.parametrize("name", OF_A_MEDIA)
def test_an_unknown_media_is_not_found(client: StudioClient, name: str):
    with pytest.raises(errors.MediaNotFoundError) as caught:
        OF_A_MEDIA[name](client, UNKNOWN)
    assert (caught.value.slug, caught.value.status) == ("media-not-found", 404)
    assert caught.value.log == f"{name}: Studio answered 404"


@pytest.mark.parametrize("name", OF_A_MEDIA)
def test_a_foreign_media_is_forbidden(reach: Reach, client: StudioClient, name: str):
    foreign = next(
        media
        for media in client.list_media(MediaSearch(owner=INES))
        if not client.has_user(media.id, OMAR)
    )
    reach.tell("caller", email=OMAR)
    with pytest.raises(errors.StudioForbiddenError) as caught:
        OF_A_MEDIA[name](client, foreign.id)
    assert (caught.value.slug, caught.value.status) == ("studio-forbidden", 403)


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: list(client.list_collection_media(UNKNOWN)),
        lambda client: client.get_course(UNKNOWN),
        lambda client: client.list_course_perspectives(UNKNOWN),
    ],
    ids=["collection", "course", "course perspectives"],
)
def test_an_unknown_course_or_collection_is_not_found(
    client: StudioClient, ask: Callable[[StudioClient], object]
):
    with pytest.raises(errors.StudioNotFoundError) as caught:
        ask(client)
    assert (caught.value.slug, caught.value.status) == ("studio-not-found", 404)
    assert not isinstance(caught.value, errors.MediaNotFoundError)


def test_what_only_admins_may_says_so(reach: Reach, client: StudioClient):
    reach.tell("caller", email=OMAR)
    with pytest.raises(errors.StudioForbiddenError) as caught:
        client.find_user(INES)
    assert "admins" in caught.value.hint


def test_a_filter_that_studio_does_not_know_is_its_own_refusal(client: StudioClient):
    with pytest.raises(errors.StudioRejectedError) as caught:
        client.search(MediaSearch(source="betamax"))
    assert caught.value.status == 422


def test_an_embed_on_the_second_page_of_a_list_that_is_whole_elsewhere_is_found(
    reach: Reach, client: StudioClient
):
    wish = _wish(course_id=4343)
    url, before = client.create_embed(wish), len(reach.calls("perspectives"))
    first = {"perspectives": [{"id": 1}], "meta": {"current_page": 1, "last_page": 2}}
    reach.fail("perspectives", body=first)
    assert client.find_launch_url(wish) == url
    reach.fail("perspectives", body=first)
    assert [place.id for place in client.list_perspectives(CELLS)][:1] == [1]
    queries = [call["query"] for call in reach.calls("perspectives")[before:]]
    assert queries == ["", "page=2"] * 2


def test_a_person_is_found_among_thousands_and_none_is_asked_for_after(
    reach: Reach, client: StudioClient
):
    before = len(reach.calls("users"))
    for page in range(1, 43):
        users = [
            {"id": page * 100 + number, "email": f"u{page}.{number}@x"} for number in range(50)
        ]
        reach.fail("users", body={"users": users, "meta": {"last_page": 60}})
    assert client.has_user(CELLS, "U42.7@x")
    assert len(reach.calls("users")) - before == 42
