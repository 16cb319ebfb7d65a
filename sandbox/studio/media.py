"""One media as the Media API shows it (shapes: the vendor's public examples)."""

from dataclasses import dataclass
from typing import Literal, get_args
from uuid import NAMESPACE_URL, UUID, uuid5

from sandbox.studio.people import Person

Source = Literal["upload", "screen_capture", "webcam_capture", "youtube", "vimeo", "zoom"]
"""The vendor's page lost its list of sources, so these are guesses."""

EXTERNAL_SOURCES = frozenset({"youtube", "vimeo"})

Quality = Literal["low", "medium", "high", "highest"]
"""From least to most; the vendor's page lost its list, so these are guesses."""
QUALITIES: tuple[Quality, ...] = get_args(Quality)

FINISHED = "transcoding_finished"
"""The only status that the vendor's own scripts name; the others here are guesses."""
STARTED = "transcoding_started"
FAILED = "transcoding_failed"

_BYTES_BY_QUALITY: dict[Quality, int] = {
    "low": 0,
    "medium": 10_000_000,
    "high": 40_000_000,
    "highest": 150_000_000,
}


@dataclass(frozen=True)
class Media:
    """A video or a sound of one owner."""

    id: int
    title: str
    description: str | None
    owner: Person
    created_at: str
    size_bytes: int | None
    """None where Studio does not have the file."""
    has_thumbnail: bool = True
    """Studio has none for sounds: their address answers 403."""
    source: Source = "upload"
    last_viewed: str | None = None
    last_viewed_by_student: str | None = None
    duration_seconds: float | None = 6.008
    transcoding_status: str = FINISHED
    collection_id: int | None = None
    """None where it is in its owner's own library."""
    is_archived: bool = False

    @property
    def uuid(self) -> UUID:
        """Its other name, the same in every sandbox."""
        return uuid5(NAMESPACE_URL, f"sandbox-studio-media-{self.id}")

    @property
    def is_external(self) -> bool:
        """Whether the file is with someone else."""
        return self.source in EXTERNAL_SOURCES

    @property
    def qualities(self) -> list[Quality]:
        """List in which versions the file is there, the least first."""
        if self.is_external or self.transcoding_status != FINISHED:
            return []
        return [one for one in QUALITIES if (self.size_bytes or 0) >= _BYTES_BY_QUALITY[one]]

    def as_json(self, studio_url: str) -> dict[str, object]:
        """Give the media as Studio writes it in a list."""
        return {
            "id": self.id,
            "title": self.title,
            "description": self.description,
            "duration": self.duration_seconds,
            "created_at": self.created_at,
            "last_viewed": self.last_viewed,
            "last_viewed_by_student": self.last_viewed_by_student,
            "thumbnail_url": f"{studio_url}/thumbnails/{self.id}.svg",
            "transcoding_status": self.transcoding_status,
            "owner": self.owner.as_json(),
            "size": self.size_bytes,
            "source": self.source,
            "embed_id": str(self.uuid),
            "lti_launch_id": f"{self.uuid}-{self.id}",
        }


@dataclass(frozen=True)
class Caption:
    """What is said in a media, in one language."""

    id: int
    language: str
    status: str
    created_at: str

    def as_json(self) -> dict[str, object]:
        """Give the caption as Studio writes it; its address is relative."""
        return {
            "id": self.id,
            "url": f"/api/public/v1/caption_files/{self.id}/download",
            "srclang": self.language,
            "subtitle_format": "srt",
            "label": {"en": "English", "fr": "Français", "es": "Español"}[self.language],
            "status": self.status,
            "created_at": self.created_at,
        }
