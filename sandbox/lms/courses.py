"""Courses, their pages and the LTI links in them: values that never change.

A changed course is another value in its place. Not here: which courses there are (`state`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import NAMESPACE_URL, uuid4, uuid5


def _new_id() -> str:
    return str(uuid4())


@dataclass(frozen=True)
class ResourceLink:
    """A link to the tool in one course; a copy of it has another id and the same lookup uuid."""

    title: str
    custom: Mapping[str, str]
    lookup_uuid: str = field(default_factory=_new_id)
    id: str = field(default_factory=_new_id)

    def copied(self) -> "ResourceLink":
        """Give the link as Canvas's course copy makes it."""
        return replace(self, id=_new_id())


@dataclass(frozen=True)
class Page:
    """A page of a course: some text, then its links, each in a frame."""

    slug: str
    title: str
    text: str
    links: tuple[ResourceLink, ...] = ()


@dataclass(frozen=True)
class Course:
    """A course; tools know it by its `context_id`, Canvas and Studio by its `id`."""

    id: int
    context_id: str
    title: str
    label: str
    pages: tuple[Page, ...]

    def find_page(self, slug: str) -> Page | None:
        """Give the page with this slug, or None."""
        return next((page for page in self.pages if page.slug == slug), None)

    def find_link(self, lookup_uuid: str) -> ResourceLink | None:
        """Give this course's own link with this lookup uuid, or None."""
        links = (link for page in self.pages for link in page.links)
        return next((link for link in links if link.lookup_uuid == lookup_uuid), None)

    def with_link(self, slug: str, link: ResourceLink) -> "Course":
        """Give the course with one more link on a page, which is made if it is not there."""
        if self.find_page(slug) is None:
            page = Page(slug, slug.replace("-", " ").capitalize(), "", (link,))
            return replace(self, pages=(*self.pages, page))
        pages = tuple(
            replace(page, links=(*page.links, link)) if page.slug == slug else page
            for page in self.pages
        )
        return replace(self, pages=pages)

    def copied(self, course_id: int) -> "Course":
        """Give the course as Canvas copies it: lookup uuids and custom parameters stay."""
        pages = tuple(
            replace(page, links=tuple(link.copied() for link in page.links)) for page in self.pages
        )
        title = f"Copy of {self.title}"
        return replace(self, id=course_id, context_id=_new_id(), title=title, pages=pages)


def _course(course_id: int, title: str, label: str, *pages: Page) -> Course:
    context_id = str(uuid5(NAMESPACE_URL, f"https://sandbox.test/courses/{course_id}"))
    return Course(course_id, context_id, title, label, pages)


def courses_at_start() -> dict[int, Course]:
    """Give the courses of a new LMS by id; they have no links yet."""
    courses = (
        _course(
            101,
            "Cell Biology",
            "BIO-101",
            Page("week-1", "Week 1: How cells divide", "Watch this before the first seminar."),
            Page("week-3", "Week 3: Light into sugar", "This week’s lecture, then the questions."),
            Page("lab", "In the laboratory", "Everyone sees the briefing before the first visit."),
        ),
        _course(
            102,
            "Modern Poetry",
            "LIT-102",
            Page("reading", "How to read a poem aloud", "Listen first, then read along."),
            Page("week-1", "Week 1: Free verse", "What holds a line together without a metre?"),
        ),
        _course(103, "An empty course", "NEW-103"),
    )
    return {course.id: course for course in courses}
