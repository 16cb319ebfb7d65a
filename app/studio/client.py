"""The operations of one Studio account, a method for each.

Arguments are checked before anything is sent, answers before anything is given. Lists that
Studio pages are iterators that ask for a page when its first item is wanted.
Not here: tokens, turns and tries (`calls`).
"""

import copy
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

import requests

from app.http import Answer
from app.studio import arguments, launch_urls, operations, paging, protocol
from app.studio.calls import Calls, OnAnswer, OnCall
from app.studio.oauth import TokenStore
from app.studio.operations import Operation
from app.studio.pace import Pace
from app.studio.protocol import EmbedWish, Page
from app.studio.search import MediaSearch
from app.studio.shapes import (
    CaptionFile,
    Collection,
    Course,
    Grant,
    Media,
    Permission,
    Perspective,
    Shape,
    Source,
    User,
)

MOST_USERS = 2000
ANYTHING = MediaSearch()

T = TypeVar("T", bound=Shape)


class StudioClient:
    """One Studio account, called as a launch calls it: at once, three tries within 20 s.

    Every method raises a `StudioError`; a `StudioArgumentError` where nothing was sent.
    `url` is the account's origin.
    """

    def __init__(
        self,
        url: str,
        session: requests.Session,
        tokens: TokenStore,
        *,
        pace: Pace | None = None,
        on_call: OnCall | None = None,
        on_answer: OnAnswer | None = None,
        allow_insecure: bool = False,
    ) -> None:
        self.url, self._allow_insecure = url, allow_insecure
        self._calls = Calls(url, session, tokens, pace, on_call, on_answer)

    def within(self, seconds: float) -> "StudioClient":
        """Give a client whose calls, all together, end within `seconds` from now."""
        return self._calling(self._calls.within(seconds))

    def patient(self) -> "StudioClient":
        """Give a client for searches and batches.

        It waits for its turn and through 429s, up to a minute a call; with an open circuit, or
        no turn in time, it raises `StudioHeldBackError` and calls nothing.
        """
        return self._calling(self._calls.patient())

    def in_turn(self) -> "StudioClient":
        """Wait for the turn of a patient client; gives one that then calls as a launch does.

        For work that others may wait for: they wait for the calls and not for the turn.
        Raises `StudioHeldBackError` as a call would.
        """
        return self._calling(self._calls.in_turn())

    def ping(self) -> None:
        """See that Studio answers and accepts our tokens."""
        protocol.read_pong(self._calls.send(operations.PING).body)

    def try_search(self) -> Answer:
        """Search for anything, to see that Studio lets us in; what it finds is not looked at."""
        answer = self._calls.send(operations.SEARCH, query={"page": "1", "per_page": "1"})
        protocol.read_json(answer.body, operations.SEARCH.name)
        return answer

    def search(
        self, wanted: MediaSearch = ANYTHING, *, page: int = 1, per_page: int = 20
    ) -> Page[Media]:
        """Give one page of what fits all filters."""
        arguments.check_page(page, per_page)
        query = {**wanted.query(), "page": str(page), "per_page": str(per_page)}
        value = self._value(operations.SEARCH, {}, query)
        return protocol.read_page(value, ("media",), Media, operations.SEARCH.name)

    def list_media(
        self, wanted: MediaSearch = ANYTHING, *, limit: int | None = None
    ) -> Iterator[Media]:
        """List what fits all filters, or the first `limit` of it."""
        return self._each(operations.SEARCH, ("media",), Media, limit, wanted.query())

    def get_media(self, media_id: int) -> Media:
        """Show a media."""
        return self._media(operations.SHOW, media_id)

    def delete_media(self, media_id: int) -> Media:
        """Delete a media with all its perspectives; gives what was deleted.

        After `StudioTimeoutError` and `StudioLostError` it is not known whether it was.
        """
        return self._media(operations.DELETE, media_id)

    def archive_media(self, media_id: int) -> Media:
        """Archive a media with all its perspectives."""
        return self._media(operations.ARCHIVE, media_id)

    def unarchive_media(self, media_id: int, collection_id: int | None = None) -> Media:
        """Unarchive a media, and move it into a collection where one is given."""
        query = {}
        if collection_id is not None:
            arguments.check_id("collection_id", collection_id)
            query["collection_id"] = str(collection_id)
        return self._media(operations.UNARCHIVE, media_id, query)

    def list_courses(self, media_id: int) -> tuple[Course, ...]:
        """Give the courses that have a media."""
        return self._all(operations.COURSES, ("courses",), Course, media_id=media_id)

    def create_embed(self, wish: EmbedWish) -> str:
        """Put a media into a course; gives its launch URL, checked to be this Studio's.

        Where `trying.may_have_been_obeyed` it is not known whether it was made: see
        `find_launch_url`.
        """
        wish.check()
        ids = {"media_id": wish.media_id}
        value = self._value(operations.CREATE_EMBED, ids, body=wish.body())
        return launch_urls.read_launch_url(value, self.url)

    def find_launch_url(self, wish: EmbedWish) -> str | None:
        """Find out whether an embed like `wish` was made before; its launch URL, or None."""
        wish.check()
        values = self._values(operations.PERSPECTIVES, {"media_id": wish.media_id})
        found = (launch_urls.find_launch_url(value, wish, self.url) for value in values)
        return next((url for url in found if url is not None), None)

    def get_download_url(self, media_id: int, quality: str | None = None) -> str:
        """Give where the best version, or one quality, can be fetched for 24 hours.

        Security: whoever has the URL has the file. It is fetched without our access token.
        """
        arguments.check_id("media_id", media_id)
        query = {}
        if quality is not None:
            arguments.check_text("quality", quality)
            query["quality"] = quality
        answer = self._calls.send(operations.DOWNLOAD, {"media_id": media_id}, query)
        insecure = self._allow_insecure
        return protocol.read_download_url(answer.headers, self.url, allow_insecure=insecure)

    def list_permissions(self, media_id: int) -> tuple[Permission, ...]:
        """Give the people and groups with whom a media is shared directly."""
        keys = ("permissions",)
        return self._all(operations.PERMISSIONS, keys, Permission, media_id=media_id)

    def add_permissions(self, media_id: int, grants: Sequence[Grant]) -> tuple[Permission, ...]:
        """Share a media with more people and groups; gives all that it is shared with then.

        After `StudioTimeoutError` and `StudioLostError` it is not known whether it was.
        """
        arguments.check_id("media_id", media_id)
        arguments.check_some("permissions", grants)
        body = {"permissions": [grant.body() for grant in grants]}
        operation, keys = operations.ADD_PERMISSIONS, ("permissions",)
        value = self._value(operation, {"media_id": media_id}, body=body)
        return protocol.read_list(value, keys, Permission, operation.name)

    def list_perspectives(self, media_id: int) -> tuple[Perspective, ...]:
        """Give the places where a media is, each with its collection."""
        keys = ("perspectives",)
        return self._all(operations.PERSPECTIVES, keys, Perspective, media_id=media_id)

    def list_sources(self, media_id: int) -> tuple[Source, ...]:
        """Give the files of a media."""
        return self._all(operations.SOURCES, ("sources",), Source, media_id=media_id)

    def list_users(
        self, media_id: int, min_permission: str = "access", *, limit: int | None = None
    ) -> Iterator[User]:
        """List those who may do at least so much with a media (`edit` includes `view`)."""
        arguments.check_choice("min_permission", min_permission, arguments.PERMISSIONS)
        query, keys = {"min_permission": min_permission}, ("users", "user_permissions")
        return self._each(operations.USERS, keys, User, limit, query, media_id=media_id)

    def has_user(self, media_id: int, email: str) -> bool:
        """Whether somebody with this address, whatever its case, has access to a media."""
        users, wanted = self.list_users(media_id), email.lower()
        return any((user.email or "").lower() == wanted for user in users)

    def list_caption_files(self, media_id: int) -> tuple[CaptionFile, ...]:
        """Give the captions of a media."""
        keys = ("caption_files",)
        return self._all(operations.CAPTION_FILES, keys, CaptionFile, media_id=media_id)

    def list_collections(self, *, limit: int | None = None) -> Iterator[Collection]:
        """List the collections that the account may see."""
        return self._each(operations.COLLECTIONS, ("collections",), Collection, limit)

    def list_collection_media(
        self, collection_id: int, *, limit: int | None = None
    ) -> Iterator[Media]:
        """List the media of a collection."""
        operation = operations.COLLECTION_MEDIA
        return self._each(operation, ("media",), Media, limit, collection_id=collection_id)

    def get_course(self, course_id: int) -> Course:
        """Show a course, by its number in the LMS."""
        arguments.check_id("course_id", course_id)
        value = self._value(operations.COURSE, {"course_id": course_id})
        return protocol.read_one(value, "course", Course, operations.COURSE.name)

    def list_course_perspectives(self, course_id: int) -> tuple[Perspective, ...]:
        """Give what is in a course, by the course's number in the LMS."""
        operation, keys = operations.COURSE_PERSPECTIVES, ("perspectives",)
        return self._all(operation, keys, Perspective, course_id=course_id)

    def find_user(self, email: str) -> User | None:
        """Find a person by their e-mail address."""
        arguments.check_email("email", email)
        query = {"email": email}
        users = self._each(operations.USER_SEARCH, ("users",), User, MOST_USERS, query)
        return next((user for user in users if (user.email or "").lower() == email.lower()), None)

    def _calling(self, calls: Calls) -> "StudioClient":
        """Give the same client on another way."""
        other = copy.copy(self)
        other._calls = calls
        return other

    def _value(
        self,
        operation: Operation,
        ids: Mapping[str, int],
        query: Mapping[str, str] | None = None,
        body: object = None,
    ) -> object:
        answer = self._calls.send(operation, ids, query, body)
        return protocol.read_json(answer.body, operation.name)

    def _media(
        self, operation: Operation, media_id: int, query: Mapping[str, str] | None = None
    ) -> Media:
        """Do what answers one media."""
        arguments.check_id("media_id", media_id)
        value = self._value(operation, {"media_id": media_id}, query)
        return protocol.read_one(value, "media", Media, operation.name)

    def _all(
        self, operation: Operation, keys: Sequence[str], shape: type[T], **ids: int
    ) -> tuple[T, ...]:
        """Read a list that comes as a whole."""
        arguments.check_ids(ids)
        values = self._values(operation, ids)
        lists = (protocol.read_list(value, keys, shape, operation.name) for value in values)
        return tuple(itertools.chain.from_iterable(lists))

    def _values(self, operation: Operation, ids: Mapping[str, int]) -> Iterator[object]:
        """Give what is answered for a whole list, page after page if Studio pages it."""

        def load(page: int) -> object:
            return self._value(operation, ids, {} if page == 1 else {"page": str(page)})

        return paging.whole(load, lambda value: protocol.read_last_page(value, operation.name))

    def _each(
        self,
        operation: Operation,
        keys: Sequence[str],
        shape: type[T],
        limit: int | None,
        query: Mapping[str, str] | None = None,
        **ids: int,
    ) -> Iterator[T]:
        """Read a list that comes in pages; arguments are checked at once."""
        arguments.check_limit(limit)
        arguments.check_ids(ids)

        def load(page: int, per_page: int) -> Page[T]:
            paged = {**(query or {}), "page": str(page), "per_page": str(per_page)}
            value = self._value(operation, ids, paged)
            return protocol.read_page(value, keys, shape, operation.name)

        return paging.each(load, limit)
