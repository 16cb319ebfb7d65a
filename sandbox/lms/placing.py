"""Where blocks go that a tool gave: to the end of a page, or into modules."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sandbox.lms.content import Block, ResourceLink
from sandbox.lms.courses import Course, Module
from sandbox.lms.state import Lms, PendingLaunch

NEW_MODULE = "New content from an app"
NEW_PAGE = "picked"
"""Where things go that were picked for no page."""


@dataclass(frozen=True)
class Placed:
    """What is new in a course (the ids of elements), and the page that shows it."""

    ids: tuple[str, ...]
    page_path: str

    @property
    def shown_path(self) -> str:
        """The page's address, at the first new thing."""
        return f"{self.page_path}#{self.ids[0]}" if self.ids else self.page_path


def place(lms: Lms, launch: PendingLaunch, blocks: Sequence[Block]) -> Placed:
    """Put blocks where the launch began; raises KeyError where there is no such course."""
    course_path = f"/courses/{launch.course_id}"
    if launch.placement == "editor_button":
        slug = launch.page or NEW_PAGE
        lms.change_course(launch.course_id, lambda course: course.with_blocks(slug, *blocks))
        ids = tuple(f"block-{block.id}" for block in blocks)
        return Placed(ids, f"{course_path}/pages/{slug}/edit")
    links = [block.link for block in blocks if block.link]
    ids = _place_links(lms, launch, links) if links else ()
    return Placed(ids, f"{course_path}/modules")


def _place_links(lms: Lms, launch: PendingLaunch, links: Sequence[ResourceLink]) -> tuple[str, ...]:
    if launch.placement == "link_selection":
        lms.change_course(launch.course_id, lambda course: course.with_module_links(*links))
        return tuple(f"item-{link.lookup_uuid}" for link in links)
    module = Module(NEW_MODULE, tuple(links))
    lms.change_course(launch.course_id, partial(Course.with_module, module=module))
    return (f"module-{module.id}",)
