"""A page of the service as a browser has it, brought about without the clicks that lead there.

The launch goes by HTTP; what its page would post next, a real browser posts, and shows the answer.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from playwright.sync_api import Page

from app.models import studio_pace
from sandbox.lms import messages
from tests.browser.watching import become, choose_language
from tests.journeys.picking import Picker, deep_link, in_course_page
from tests.world import World

Fields = list[tuple[str, str]]

POST = """([url, fields]) => {
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action: url, acceptCharset: "utf-8" });
    for (const [name, value] of fields) {
        const field = document.createElement("input");
        form.append(Object.assign(field, { type: "hidden", name, value }));
    }
    document.body.append(form);
    form.submit();
}"""


@dataclass
class Stage:
    """A browser's page, what it speaks to, and the language that the LMS names."""

    page: Page
    world: World
    locale: str = "en"

    def post(self, path: str, *fields: tuple[str, str]) -> None:
        """Post a form, and wait until its answer is shown."""
        self.page.goto("about:blank")
        with self.page.expect_navigation():
            self.page.evaluate(POST, [self.world.environment["PUBLIC_URL"] + path, list(fields)])

    def visit_lms(self, path: str, person: str = "instructor") -> None:
        become(self.page.context, person)
        choose_language(self.page.context, self.locale)
        self.page.goto(self.world.lms.settings.url + path)

    def session(self, change: Callable[[dict[str, Any]], object] | None = None, **more: Any) -> str:
        """Open the picker; gives its session. `more` is of the launch and of deep linking."""
        with self._speaking():
            return self._open(change, **more).field("session")

    def session_of_course_page(self, course_id: int = 101) -> str:
        """The session of a picker that the course page opened."""
        with self._speaking():
            return in_course_page(self._open(course_id=course_id)).field("session")

    def visit_course_page(self, course_id: int = 101, person: str = "instructor") -> None:
        """Launch the course page."""
        self.visit_lms(f"/courses/{course_id}/external_tools/launch/course_navigation", person)
        self.page.locator(".course").wait_for()

    def rest_studio(self) -> None:
        """Let nothing be left of what was made to fail."""
        self.world.tell_studio("release")
        with self.world.database.writing() as connection:
            connection.execute(sa.delete(studio_pace))

    def _open(
        self, change: Callable[[dict[str, Any]], object] | None = None, **more: Any
    ) -> Picker:
        def changed(claims: dict[str, Any]) -> None:
            claims[f"{messages.LTI}/launch_presentation"]["locale"] = self.locale
            if change is not None:
                change(claims)

        return deep_link(self.world, change=changed, **more)

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """Let every page that comes by HTTP be checked for this language."""
        self.world.language = self.locale
        yield
        self.world.language = "en"
