"""Who is in the small Studio, and what they may do with a media."""

from dataclasses import dataclass

PERMISSIONS = ("access", "view", "edit")
"""From least to most: each includes those before it."""


@dataclass(frozen=True)
class Person:
    """Someone with a Studio account."""

    id: int
    full_name: str
    email: str

    def as_json(self) -> dict[str, object]:
        """Give the person as Studio writes an owner."""
        return {
            "id": self.id,
            "full_name": self.full_name,
            "display_name": self.full_name,
            "email": self.email,
        }


@dataclass(frozen=True)
class Share:
    """One person's permission on one media."""

    person: Person
    permission: str

    def includes(self, permission: str) -> bool:
        """Say whether this share is enough for `permission`."""
        return PERMISSIONS.index(self.permission) >= PERMISSIONS.index(permission)

    def as_json(self) -> dict[str, object]:
        """Give the person with the permission."""
        return {**self.person.as_json(), "permission": self.permission}
