"""One media as the Media API shows it (shapes: the vendor's public examples)."""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from sandbox.studio.people import Person, Share


@dataclass(frozen=True)
class Media:
    """A video or a sound of one owner."""

    id: int
    title: str
    description: str | None
    owner: Person
    created_at: str
    size_bytes: int
    shares: tuple[Share, ...] = ()
    has_thumbnail: bool = True
    """Studio has none for sounds: their address answers 403."""
    source: str = "upload"
    last_viewed: str | None = None
    duration_seconds: float = 6.008

    def users(self, min_permission: str) -> list[Share]:
        """List who has at least this permission, the owner first."""
        everyone = (Share(self.owner, "edit"), *self.shares)
        return [share for share in everyone if share.includes(min_permission)]

    def as_json(self, studio_url: str) -> dict[str, object]:
        """Give the media as Studio writes it."""
        own_uuid = uuid5(NAMESPACE_URL, f"sandbox-studio-media-{self.id}")
        return {
            "id": self.id,
            "title": self.title,
            "description": self.description,
            "duration": self.duration_seconds,
            "created_at": self.created_at,
            "last_viewed": self.last_viewed,
            "last_viewed_by_student": self.last_viewed,
            "thumbnail_url": f"{studio_url}/thumbnails/{self.id}.svg",
            "transcoding_status": "transcoded",
            "owner": self.owner.as_json(),
            "size": self.size_bytes,
            "source": self.source,
            "embed_id": str(own_uuid),
            "lti_launch_id": f"{own_uuid}-{self.id}",
        }
