"""The media that are in the small Studio, with their shares, tags and captions.

Archived ones are found by their id, but in no list.
"""

import sqlite3
from collections.abc import Iterable
from typing import Any

from sandbox.studio.database import Database
from sandbox.studio.media import Caption, Media
from sandbox.studio.people import People, Person, Share
from sandbox.studio.search import Paging, Search
from sandbox.studio.starting import Entry

_PARTS_GONE = (
    "DELETE FROM share WHERE media_id = ?",
    "DELETE FROM tag WHERE media_id = ?",
    "DELETE FROM caption WHERE media_id = ?",
)


class Catalogue:
    """Media by id."""

    def __init__(self, database: Database, people: People) -> None:
        self._database = database
        self._people = people

    def add(self, entries: Iterable[Entry]) -> None:
        """Put media in."""
        with self._database.writing() as connection:
            for entry in entries:
                _insert(connection, entry)

    def find(self, media_id: int) -> Media | None:
        """Give the media, or None when there is none (any more)."""
        found = self._database.rows("SELECT * FROM media WHERE id = ?", (media_id,))
        return self._read(found[0]) if found else None

    def search(self, search: Search, caller: Person) -> tuple[list[Media], int]:
        """Give the asked page of what this person may see, by id, and how many there are."""
        wanted, values = search.conditions()
        if search.owner is not None:
            owner = self._people.find_by_email(search.owner)
            wanted.append("owner_id = :owner_id")
            values["owner_id"] = owner.id if owner else None
        if not caller.is_admin:
            ids = ", ".join(str(one) for one in self._people.holder_ids(caller))
            shared = f"SELECT media_id FROM share WHERE holder_id IN ({ids})"  # noqa: S608 (numbers)
            wanted.append(f"(owner_id = {caller.id} OR id IN ({shared}))")
        return self._page(wanted, values, search)

    def in_collection(self, collection_id: int, paging: Paging) -> tuple[list[Media], int]:
        """Give the asked page of what was moved into a collection, and how many there are."""
        return self._page(["collection_id = :place"], {"place": collection_id}, paging)

    def in_library(self, owner_id: int, paging: Paging) -> tuple[list[Media], int]:
        """Give the asked page of what is in a person's own library, and how many there are."""
        wanted = ["collection_id IS NULL", "owner_id = :owner_id"]
        return self._page(wanted, {"owner_id": owner_id}, paging)

    def in_course(self, course_id: int, paging: Paging) -> tuple[list[Media], int]:
        """Give the asked page of what is embedded in a course, and how many there are."""
        embedded = "id IN (SELECT media_id FROM embed WHERE course_id = :course_id)"
        return self._page([embedded], {"course_id": course_id}, paging)

    def delete(self, media_id: int) -> Media | None:
        """Take the media away; None when it was not there. Its embeds lead nowhere then."""
        media = self.find(media_id)
        with self._database.writing() as connection:
            connection.execute("DELETE FROM media WHERE id = ?", (media_id,))
            for query in _PARTS_GONE:
                connection.execute(query, (media_id,))
        return media

    def archive(self, media_id: int) -> None:
        """Hide the media from lists."""
        with self._database.writing() as connection:
            connection.execute("UPDATE media SET is_archived = 1 WHERE id = ?", (media_id,))

    def unarchive(self, media_id: int, collection_id: int | None) -> None:
        """Show the media in lists again, in another collection where one is given."""
        query = (
            "UPDATE media SET is_archived = 0, collection_id = coalesce(?, collection_id) "
            "WHERE id = ?"
        )
        with self._database.writing() as connection:
            connection.execute(query, (collection_id, media_id))

    def list_shares(self, media_id: int) -> list[Share]:
        """List whom the media is shared with directly, in order."""
        query = "SELECT holder_id, permission FROM share WHERE media_id = ? ORDER BY rowid"
        return [
            Share(self._people.get_holder(row["holder_id"]), row["permission"])
            for row in self._database.rows(query, (media_id,))
        ]

    def add_shares(self, media_id: int, shares: Iterable[Share]) -> bool:
        """Share with more people and groups; False, and nothing done, where one is there."""
        rows = [(media_id, share.holder.id, share.permission) for share in shares]
        try:
            with self._database.writing() as connection:
                connection.executemany("INSERT INTO share VALUES (?, ?, ?)", rows)
        except sqlite3.IntegrityError:
            return False
        return True

    def list_users(self, media: Media) -> list[tuple[Person, str]]:
        """List who has access, each with the most they may do; the owner comes first."""
        return self._people.flatten((Share(media.owner, "edit"), *self.list_shares(media.id)))

    def list_tags(self, media_id: int) -> list[dict[str, object]]:
        """List the media's tags."""
        query = "SELECT id, name FROM tag WHERE media_id = ? ORDER BY id"
        return [dict(row) for row in self._database.rows(query, (media_id,))]

    def list_captions(self, media_id: int) -> list[Caption]:
        """List the media's captions."""
        return [caption for caption, _ in self._captions("media_id = ?", media_id)]

    def find_caption(self, caption_id: int) -> tuple[Caption, int] | None:
        """Give a caption with its media's id, or None."""
        return next(iter(self._captions("caption.id = ?", caption_id)), None)

    def _captions(self, where: str, value: int) -> list[tuple[Caption, int]]:
        columns = "caption.id, language, status, created_at, media_id"
        query = f"SELECT {columns} FROM caption JOIN media ON media.id = media_id WHERE {where}"  # noqa: S608
        rows = self._database.rows(f"{query} ORDER BY caption.id", (value,))
        return [(Caption(*row[:4]), row["media_id"]) for row in rows]

    def _page(
        self, wanted: list[str], values: dict[str, object], paging: Paging
    ) -> tuple[list[Media], int]:
        where = " AND ".join(("is_archived = 0", *wanted))
        # Security: `wanted` is text of this module and of `search`; what was asked is in `values`.
        count = self._database.rows(f"SELECT count(*) FROM media WHERE {where}", values)  # noqa: S608
        query = f"SELECT * FROM media WHERE {where} ORDER BY id LIMIT :limit OFFSET :offset"  # noqa: S608
        place = {"limit": paging.per_page, "offset": min(paging.offset, 2**62)}
        rows = self._database.rows(query, {**values, **place})
        return [self._read(row) for row in rows], count[0][0]

    def _read(self, row: sqlite3.Row) -> Media:
        columns: dict[str, Any] = dict(row)
        del columns["folded_title"]
        columns["owner"] = self._people.get(columns.pop("owner_id"))
        for flag in ("has_thumbnail", "is_archived"):
            columns[flag] = bool(columns[flag])
        return Media(**columns)


def _insert(connection: sqlite3.Connection, entry: Entry) -> None:
    media = entry.media
    row = (
        *(media.id, media.title, media.title.casefold(), media.description, media.owner.id),
        *(media.created_at, media.size_bytes, media.source, media.last_viewed),
        *(media.last_viewed_by_student, media.duration_seconds, media.has_thumbnail),
        *(media.transcoding_status, media.collection_id, media.is_archived),
    )
    places = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO media VALUES ({places})", row)  # noqa: S608 (question marks)
    shares = [(media.id, holder_id, permission) for holder_id, permission in entry.shares]
    connection.executemany("INSERT INTO share VALUES (?, ?, ?)", shares)
    tags = [(media.id, name, name.casefold()) for name in entry.tags]
    connection.executemany("INSERT INTO tag VALUES (NULL, ?, ?, ?)", tags)
    captions = [(media.id, language, status) for language, status in entry.captions]
    connection.executemany("INSERT INTO caption VALUES (NULL, ?, ?, ?)", captions)
