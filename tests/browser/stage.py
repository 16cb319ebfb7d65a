"""A page of the service as a browser has it, brought about without the clicks that lead there.

The launch goes by HTTP; what its page would post next, a real browser posts, and shows the answer.
"""

from collections.abc import Callable
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
        form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
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
        return self._opened(change, **more).field("session")

    def session_of_course_page(self, course_id: int = 101) -> str:
        """The session of a picker that the course page opened."""
        opened = self._opened(course_id=course_id)
        self.world.language = self.locale
        return in_course_page(opened).field("session")

    def visit_course_page(self, course_id: int = 101, person: str = "instructor") -> None:
        """Launch the course page."""
        self.visit_lms(f"/courses/{course_id}/external_tools/launch/course_navigation", person)
        self.page.locator(".course").wait_for()

    def rest_studio(self) -> None:
        """Let nothing be left of what was made to fail."""
        self.world.tell_studio("release")
        with self.world.database.writing() as connection:
            connection.execute(sa.delete(studio_pace))

    def _opened(
        self, change: Callable[[dict[str, Any]], object] | None = None, **more: Any
    ) -> Picker:
        def changed(claims: dict[str, Any]) -> None:
            claims[f"{messages.LTI}/launch_presentation"]["locale"] = self.locale
            if change is not None:
                change(claims)

        self.world.language = self.locale
        opened = deep_link(self.world, change=changed, **more)
        self.world.language = "en"
        return opened
