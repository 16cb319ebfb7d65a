"""Courses, their pages and modules: values that never change.

A changed course is another value in its place. Not here: which courses there are (`state`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from uuid import NAMESPACE_URL, uuid5

from sandbox.lms.content import Block, ResourceLink, new_id


@dataclass(frozen=True)
class Page:
    """A page of a course: some text, then its blocks."""

    slug: str
    title: str
    text: str
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Module:
    """Some links to the tool under a heading, each on a page of its own."""

    title: str
    links: tuple[ResourceLink, ...] = ()
    id: str = field(default_factory=new_id)


@dataclass(frozen=True)
class Course:
    """A course; tools know it by its `context_id`, Canvas and Studio by its `id`."""

    id: int
    context_id: str
    title: str
    label: str
    pages: tuple[Page, ...]
    modules: tuple[Module, ...] = (Module("To begin with"),)

    def find_page(self, slug: str) -> Page | None:
        """Give the page with this slug, or None."""
        return next((page for page in self.pages if page.slug == slug), None)

    def find_link(self, lookup_uuid: str) -> ResourceLink | None:
        """Give this course's own link with this lookup uuid, or None."""
        return next((link for link in self._links() if link.lookup_uuid == lookup_uuid), None)

    def with_blocks(self, slug: str, *blocks: Block) -> "Course":
        """Give the course with more blocks on a page, which is made if it is not there."""
        if self.find_page(slug) is None:
            page = Page(slug, slug.replace("-", " ").capitalize(), "", blocks)
            return replace(self, pages=(*self.pages, page))
        pages = tuple(
            replace(page, blocks=(*page.blocks, *blocks)) if page.slug == slug else page
            for page in self.pages
        )
        return replace(self, pages=pages)

    def with_module(self, module: Module) -> "Course":
        """Give the course with one more module."""
        return replace(self, modules=(*self.modules, module))

    def with_module_links(self, *links: ResourceLink) -> "Course":
        """Give the course with more links in its first module."""
        first, *others = self.modules
        return replace(self, modules=(replace(first, links=(*first.links, *links)), *others))

    def copied(self, course_id: int) -> "Course":
        """Give the course as Canvas copies it: lookup uuids and custom parameters stay."""
        pages = tuple(
            replace(page, blocks=tuple(block.copied(self.id, course_id) for block in page.blocks))
            for page in self.pages
        )
        modules = tuple(
            Module(module.title, tuple(link.copied() for link in module.links))
            for module in self.modules
        )
        return Course(course_id, new_id(), f"Copy of {self.title}", self.label, pages, modules)

    def _links(self) -> Iterator[ResourceLink]:
        for page in self.pages:
            yield from (block.link for block in page.blocks if block.link)
        for module in self.modules:
            yield from module.links


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
