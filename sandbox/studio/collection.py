"""Collections: where media are. Each person has one of their own, each course one, some more."""

from dataclasses import dataclass

from sandbox.studio.embeds import Embeds
from sandbox.studio.people import People, Person

_COURSES_FROM = 700_000
_SINCE = "2024-08-01T08:00:00Z"


@dataclass(frozen=True)
class Collection:
    """One collection; `course_id` is the course's number in the LMS."""

    id: int
    name: str | None
    type: str
    owner: Person
    created_at: str = _SINCE
    course_id: int | None = None

    def is_open_to(self, person: Person) -> bool:
        """Say whether this person may look into it, and put media there."""
        return person.is_admin or person.id == self.owner.id

    def as_json(self) -> dict[str, object]:
        """Give the collection as Studio writes it, to who may edit it."""
        return {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "permission": "edit",
            "owner": self.owner.as_json(),
            "created_at": self.created_at,
            "course_id": self.course_id,
        }


class Collections:
    """All collections, by id. Those of courses come into being by an embed."""

    def __init__(self, people: People, embeds: Embeds) -> None:
        self._people = people
        self._embeds = embeds

    def find(self, collection_id: int) -> Collection | None:
        """Give the collection with this id, or None."""
        return next((one for one in self._all() if one.id == collection_id), None)

    def of_courses(self) -> dict[int, Collection]:
        """Give the collections of courses in which something was ever embedded."""
        owner, since = self._people.admin, self._embeds.list_courses()
        return {one: course_collection(one, owner, since[one]) for one in since}

    def list_open_to(self, person: Person) -> list[Collection]:
        """List which collections a person may look into, by id."""
        return [one for one in self._all() if one.is_open_to(person)]

    def get_home(self, owner: Person, collection_id: int | None) -> Collection:
        """Give the collection in which a media is: its owner's own where none is named."""
        found = None if collection_id is None else self.find(collection_id)
        return found or _library(owner)

    def _all(self) -> list[Collection]:
        people = self._people.list_active()
        own = [_library(person) for person in people]
        ines = self._people.get(4071)
        named = [
            Collection(50_011, "Biology 101 – Lectures", "custom", ines),
            Collection(50_012, "Kept for Next Term", "custom", ines),
        ]
        return sorted((*own, *named, *self.of_courses().values()), key=lambda one: one.id)


def course_collection(course_id: int, owner: Person, created_at: str) -> Collection:
    """Give the collection of a course, as all its people see it."""
    number = _COURSES_FROM + course_id
    return Collection(number, course_name(course_id), "course_wide", owner, created_at, course_id)


def course_name(course_id: int) -> str:
    """Name a course as Studio knows it from the LMS."""
    return f"Course {course_id}"


def _library(owner: Person) -> Collection:
    return Collection(owner.id * 10, None, "user", owner)
