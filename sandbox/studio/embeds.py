"""Embeds: each `create_embed` makes a new one, so a caller's duplicates can be seen."""

import threading
from collections import defaultdict
from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

EmbedType = Literal["embed", "bare_embed"]


@dataclass(frozen=True)
class Embed:
    """One media in one course, launched by its own id."""

    launch_id: str
    media_id: int
    course_id: int
    embed_type: EmbedType
    downloadable: bool
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

    def __init__(self, studio_url: str, lock: threading.RLock) -> None:
        self._url = studio_url
        self._lock = lock
        self._by_launch_id: dict[str, Embed] = {}

    def make(
        self, media_id: int, course_id: int, embed_type: EmbedType, downloadable: bool
    ) -> Embed:
        """Make one more embed."""
        launch_id = f"{uuid4()}-{media_id}"
        launch_url = (
            f"{self._url}/lti/launch?custom_arc_launch_type={embed_type}"
            f"&custom_arc_media_id={launch_id}&custom_arc_start_at=0"
        )
        embed = Embed(launch_id, media_id, course_id, embed_type, downloadable, launch_url)
        with self._lock:
            self._by_launch_id[launch_id] = embed
        return embed

    def find(self, launch_id: str) -> Embed | None:
        """Give the embed with this launch id."""
        with self._lock:
            return self._by_launch_id.get(launch_id)

    def list_by_course(self, media_id: int) -> dict[int, list[Embed]]:
        """Give a media's embeds, course by course."""
        by_course: dict[int, list[Embed]] = defaultdict(list)
        with self._lock:
            for embed in self._by_launch_id.values():
                if embed.media_id == media_id:
                    by_course[embed.course_id].append(embed)
        return dict(by_course)
