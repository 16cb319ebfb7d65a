"""Embeds: each `create_embed` makes a new one, so a caller's duplicates can be seen."""

import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import uuid4

from sandbox.studio.database import Database

EmbedType = Literal["embed", "bare_embed"]


@dataclass(frozen=True)
class Embed:
    """One media in one course, launched by its own id."""

    launch_id: str
    media_id: int
    course_id: int
    embed_type: EmbedType
    downloadable: bool
    created_at: str
    launch_url: str

    def as_json(self) -> dict[str, object]:
        """Give the embed as a perspective lists it."""
        return {
            "launch_url": self.launch_url,
            "embed_type": self.embed_type,
            "downloadable": self.downloadable,
        }


class Embeds:
    """All embeds, in the order in which they were made."""

    def __init__(self, studio_url: str, database: Database) -> None:
        self._url = studio_url
        self._database = database

    def make(
        self, media_id: int, course_id: int, embed_type: EmbedType, downloadable: bool
    ) -> Embed:
        """Make one more embed."""
        launch_id = f"{uuid4()}-{media_id}"
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        row = (launch_id, media_id, course_id, embed_type, downloadable, now)
        with self._database.writing() as connection:
            connection.execute("INSERT INTO embed VALUES (NULL, ?, ?, ?, ?, ?, ?)", row)
        return Embed(*row, self._launch_url(launch_id, embed_type))

    def find(self, launch_id: str) -> Embed | None:
        """Give the embed with this launch id."""
        found = self._database.rows("SELECT * FROM embed WHERE launch_id = ?", (launch_id,))
        return self._read(found[0]) if found else None

    def list_by_course(self, media_id: int) -> dict[int, list[Embed]]:
        """Give a media's embeds, course by course."""
        query = "SELECT * FROM embed WHERE media_id = ? ORDER BY place"
        by_course: dict[int, list[Embed]] = defaultdict(list)
        for row in self._database.rows(query, (media_id,)):
            by_course[row["course_id"]].append(self._read(row))
        return dict(by_course)

    def list_media_ids(self, course_id: int) -> list[int]:
        """List what is embedded in a course, and neither deleted nor archived."""
        query = (
            "SELECT DISTINCT media_id FROM embed JOIN media ON media.id = media_id "
            "WHERE course_id = ? AND NOT is_archived ORDER BY media_id"
        )
        return [row["media_id"] for row in self._database.rows(query, (course_id,))]

    def list_courses(self) -> dict[int, str]:
        """Give when each course got its first embed, by the course's id."""
        query = "SELECT course_id, min(created_at) AS since FROM embed GROUP BY course_id"
        return {row["course_id"]: row["since"] for row in self._database.rows(query)}

    def _read(self, row: sqlite3.Row) -> Embed:
        columns: dict[str, Any] = dict(row)
        del columns["place"]
        columns["downloadable"] = bool(columns["downloadable"])
        return Embed(**columns, launch_url=self._launch_url(row["launch_id"], row["embed_type"]))

    def _launch_url(self, launch_id: str, embed_type: str) -> str:
        return (
            f"{self._url}/lti/launch?custom_arc_launch_type={embed_type}"
            f"&custom_arc_media_id={launch_id}&custom_arc_start_at=0"
        )
