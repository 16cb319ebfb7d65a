"""Who can sit before the small LMS, with the roles that Canvas would send for them."""

from dataclasses import dataclass

_CONTEXT = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
_INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
_SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person#"
_TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"


@dataclass(frozen=True)
class Person:
    """Someone who is the same person in every course."""

    id: str
    label: str
    """What the LMS's own pages call them."""
    canvas_id: int
    sub: str
    """Who they are to LTI 1.3 tools."""
    legacy_id: str
    """Who they are to LTI 1.1 tools: `user_id` there, `lti1p1.user_id` in an id_token."""
    login: str
    roles: tuple[str, ...]
    legacy_roles: str
    """The roles as LTI 1.1 names them."""
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None

    @property
    def name(self) -> str | None:
        """Given and family name; None for who has none."""
        return f"{self.given_name} {self.family_name}" if self.given_name else None

    @property
    def may_edit(self) -> bool:
        """Whether they may change courses."""
        return self.id in ("instructor", "admin")


PEOPLE = (
    Person(
        id="instructor",
        label="Ines Instructor",
        canvas_id=11,
        sub="9f0c1d2e-5a41-4f6b-8c1e-2b7d90a3e611",
        legacy_id="535fa085f22b4655f48cd5a36a9215f64c062838",
        login="ines.instructor@sandbox.test",
        roles=(f"{_INSTITUTION}Instructor", f"{_CONTEXT}Instructor", f"{_SYSTEM}User"),
        legacy_roles="Instructor",
        given_name="Ines",
        family_name="Instructor",
        email="ines.instructor@sandbox.test",
    ),
    Person(
        id="student",
        label="Sam Student",
        canvas_id=12,
        sub="27b6c5a8-0d3f-4b9e-a7c2-6f15e84d9012",
        legacy_id="86157096483e6b3a50bfedc6bac902c0b20a824f",
        login="sam.student@sandbox.test",
        roles=(f"{_INSTITUTION}Student", f"{_CONTEXT}Learner", f"{_SYSTEM}User"),
        legacy_roles="Learner",
        given_name="Sam",
        family_name="Student",
        email="sam.student@sandbox.test",
    ),
    Person(
        id="admin",
        label="Ada Admin",
        canvas_id=13,
        sub="c4e1b7f3-8a26-4d05-9b3c-e0f7a1526d13",
        legacy_id="4ae0bbbf5caab4da2f4aa9c25b32fe8c5a8f9f2d",
        login="ada.admin@sandbox.test",
        roles=(f"{_INSTITUTION}Administrator", f"{_SYSTEM}Administrator", f"{_SYSTEM}User"),
        legacy_roles="urn:lti:instrole:ims/lis/Administrator,urn:lti:sysrole:ims/lis/Administrator",
        given_name="Ada",
        family_name="Admin",
        email="ada.admin@sandbox.test",
    ),
    Person(
        id="test-student",
        label="Student View",
        canvas_id=14,
        sub="e80a94d6-13c7-47f2-bd58-905b2c6fa714",
        legacy_id="b1d5781111d84f7b3fe45a0852e59758cd7a87e5",
        login="0f2d4c6b8a9e1735",
        roles=(f"{_CONTEXT}Learner", _TEST_USER),
        legacy_roles="Learner",
    ),
)
DEFAULT_PERSON = PEOPLE[1]
"""Who sits there before anyone said who they are."""


def find_person(person_id: str | None) -> Person | None:
    """Give the person with this id, or None."""
    return next((person for person in PEOPLE if person.id == person_id), None)
