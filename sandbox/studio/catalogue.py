"""The media that are in the small Studio at start, and which of them are still there."""

import threading

from sandbox.studio.media import Media
from sandbox.studio.people import Person, Share


def _media_at_start(instructor_email: str) -> list[Media]:
    ines = Person(4071, "Ines Instructor", instructor_email)
    omar = Person(4112, "Omar Other", "omar.other@sandbox.test")
    tara = Person(4230, "Tara Teacher", "tara.teacher@sandbox.test")
    media = [*_media_of(ines), *_media_of_another(omar, ines, tara)]
    return sorted(media, key=lambda one: one.id)


def _media_of(ines: Person) -> list[Media]:
    return [
        Media(
            260854,
            "Cell Division: Mitosis in Six Minutes",
            "The phases of mitosis, with micrographs.",
            ines,
            "2024-09-02T08:15:00Z",
            48_215_334,
            last_viewed="2025-01-20",
        ),
        Media(
            260861,
            "Week 3 Lecture – Photosynthesis",
            None,
            ines,
            "2024-09-16T09:00:00Z",
            181_002_417,
            source="screen_capture",
        ),
        Media(
            261533,
            "Énergie & <b>matière</b> – 物理 \"1\" <script>alert('1')</script>",
            "Un titre qui met les pages à l’épreuve.",
            ines,
            "2024-10-01T10:30:00Z",
            9_441_268,
        ),
        Media(
            262118,
            "Podcast: The Voyage of the Beagle (sound only)",
            "An interview.",
            ines,
            "2024-10-11T16:05:00Z",
            3_650_112,
            has_thumbnail=False,
        ),
    ]


def _media_of_another(omar: Person, ines: Person, tara: Person) -> list[Media]:
    return [
        Media(
            261007,
            "Lab Safety Briefing",
            "To be watched before the first lab.",
            omar,
            "2024-08-21T13:40:00Z",
            22_870_096,
            shares=(Share(ines, "edit"), Share(tara, "access")),
        ),
        Media(
            262590,
            "Guest Talk: Gene Editing Ethics",
            None,
            omar,
            "2024-11-05T14:20:00Z",
            402_118_905,
            shares=(Share(ines, "view"),),
        ),
        Media(
            263940,
            "Faculty Meeting Recording (private)",
            None,
            omar,
            "2024-12-12T07:45:00Z",
            734_003_200,
        ),
    ]


class Catalogue:
    """Media by id; those that are archived are found by id, but not by a search."""

    def __init__(self, instructor_email: str, lock: threading.RLock) -> None:
        self._lock = lock
        self._media = {media.id: media for media in _media_at_start(instructor_email)}
        self._archived: set[int] = set()

    def find(self, media_id: int) -> Media | None:
        """Give the media, or None when there is none (any more)."""
        with self._lock:
            return self._media.get(media_id)

    def list_unarchived(self) -> list[Media]:
        """List what a search may find, by id."""
        with self._lock:
            return [media for media in self._media.values() if media.id not in self._archived]

    def delete(self, media_id: int) -> Media | None:
        """Take the media away; None when it was not there."""
        with self._lock:
            return self._media.pop(media_id, None)

    def archive(self, media_id: int) -> None:
        """Hide the media from searches."""
        with self._lock:
            self._archived.add(media_id)

    def unarchive(self, media_id: int) -> None:
        """Let searches find the media again."""
        with self._lock:
            self._archived.discard(media_id)

    def replace(self, media: Media) -> None:
        """Keep a changed media."""
        with self._lock:
            self._media[media.id] = media
