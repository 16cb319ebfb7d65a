"""Who is in the small Studio: people, groups, and what they may do with a media."""

from collections.abc import Iterable
from dataclasses import dataclass

PERMISSIONS = ("access", "view", "edit")
"""From least to most: each includes those before it."""


def includes(permission: str, wanted: str) -> bool:
    """Say whether a permission is enough for the wanted one."""
    return PERMISSIONS.index(permission) >= PERMISSIONS.index(wanted)


@dataclass(frozen=True)
class Person:
    """Someone with a Studio account."""

    id: int
    full_name: str
    email: str
    role: str = "teacher"
    is_active: bool = True
    """Who has left keeps their media, and is not found by a search for users."""

    @property
    def is_admin(self) -> bool:
        """Whether they may do everything with every media."""
        return self.role == "admin"

    def as_json(self) -> dict[str, object]:
        """Give the person as Studio writes an owner."""
        return {
            "id": self.id,
            "full_name": self.full_name,
            "display_name": self.full_name,
            "email": self.email,
        }


@dataclass(frozen=True)
class Group:
    """Several people with whom a media can be shared at once."""

    id: int
    name: str
    member_ids: tuple[int, ...]

    def as_json(self) -> dict[str, object]:
        """Give the group; the vendor's page lost the shape, so this is a guess."""
        return {"id": self.id, "name": self.name}


@dataclass(frozen=True)
class Share:
    """The permission of one person or group on one media."""

    holder: Person | Group
    permission: str

    def as_json(self) -> dict[str, object]:
        """Give the holder with the permission."""
        kind = "user" if isinstance(self.holder, Person) else "group"
        return {**self.holder.as_json(), "type": kind, "permission": self.permission}


def _people(instructor_email: str) -> tuple[Person, ...]:
    at = "sandbox.test"
    return (
        Person(4001, "Ada Admin", f"ada.admin@{at}", "admin"),
        Person(4071, "Ines Instructor", instructor_email),
        Person(4112, "Omar Other", f"omar.other@{at}"),
        Person(4230, "Tara Teacher", f"tara.teacher@{at}"),
        Person(4251, "Bea Biologist", f"bea.biologist@{at}"),
        Person(4268, "Chidi Chemist", f"chidi.chemist@{at}"),
        Person(4274, "Hana Historian", f"hana.historian@{at}"),
        Person(4290, "Leo Linguist", f"leo.linguist@{at}"),
        Person(4305, "Greta Gone", f"greta.gone@{at}", is_active=False),
        Person(4317, "Mei Mathematician", f"mei.mathematician@{at}"),
        Person(4402, "Sam Student", f"sam.student@{at}", "student"),
    )


class People:
    """Everyone, by id and by address; people and groups share one row of ids."""

    def __init__(self, instructor_email: str) -> None:
        everyone = _people(instructor_email)
        groups = (
            Group(880, "Biology Faculty", (4230, 4251)),
            Group(881, "All Staff", (4274, 4290)),
            Group(882, "First-Year Biology Team", (4071, 4112)),
        )
        self._people = {person.id: person for person in everyone}
        self._groups = {group.id: group for group in groups}
        self.admin = everyone[0]

    def get(self, person_id: int) -> Person:
        """Give the person with this id."""
        return self._people[person_id]

    def find(self, person_id: int) -> Person | None:
        """Give the person with this id, or None."""
        return self._people.get(person_id)

    def find_group(self, group_id: int) -> Group | None:
        """Give the group with this id, or None."""
        return self._groups.get(group_id)

    def get_holder(self, holder_id: int) -> Person | Group:
        """Give the person or the group with this id."""
        return self._groups.get(holder_id) or self._people[holder_id]

    def find_by_email(self, email: str) -> Person | None:
        """Give the person with this address, whatever its case, or None."""
        wanted = email.casefold()
        return next((one for one in self._people.values() if one.email.casefold() == wanted), None)

    def list_active(self) -> list[Person]:
        """List who is still there, by id."""
        return [person for person in self._people.values() if person.is_active]

    def holder_ids(self, person: Person) -> list[int]:
        """List under which ids a media may be shared with this person."""
        groups = (one.id for one in self._groups.values() if person.id in one.member_ids)
        return [person.id, *groups]

    def flatten(self, shares: Iterable[Share]) -> list[tuple[Person, str]]:
        """Give each person of these shares once, with the most that any share gives them."""
        most: dict[int, str] = {}
        for share in shares:
            holder = share.holder
            for person_id in holder.member_ids if isinstance(holder, Group) else (holder.id,):
                if person_id not in most or includes(share.permission, most[person_id]):
                    most[person_id] = share.permission
        return [(self._people[person_id], permission) for person_id, permission in most.items()]
