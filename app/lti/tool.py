"""What this tool is to an LMS: its names, what it is told, and from where it is opened.

One source for what a Canvas admin pastes (`canvas_config`) and what registration posts
(`client_metadata`).
"""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from app.lti.claims import DEEP_LINKING_REQUEST, RESOURCE_LINK_REQUEST
from app.texts import Said, say

TITLE = "Studio Embed"
NAVIGATION_TITLE = "Studio videos"
DESCRIPTION = "Puts Canvas Studio videos into the pages of a course."
TOOL_ID = "studio-embed"
PRIVACY_LEVEL = "public"
CANVAS_FIELDS = {
    "canvas_course_id": "$Canvas.course.id",
    "canvas_api_domain": "$Canvas.api.domain",
    "canvas_user_id": "$Canvas.user.id",
    "canvas_user_login_id": "$Canvas.user.loginId",
}
WIDTH, HEIGHT = 900, 700


@dataclass(frozen=True)
class Place:
    """A place in Canvas that opens the tool, or its like elsewhere (`standard_name`)."""

    name: str
    where: Said
    message_type: str = DEEP_LINKING_REQUEST
    title: str = TITLE
    standard_name: str | None = None
    visibility: Literal["admins", "members"] | None = None
    is_off_at_first: bool = False


PLACES = (
    Place(
        "editor_button",
        say("in the editor of a page, for teachers"),
        standard_name="RichTextEditor",
        visibility="admins",
    ),
    Place(
        "link_selection",
        say("where an item of a module is chosen"),
        standard_name="ContentArea",
    ),
    Place("module_index_menu_modal", say("in the menu of the modules")),
    Place(
        "course_navigation",
        say("in the navigation of a course; off until a teacher turns it on"),
        RESOURCE_LINK_REQUEST,
        NAVIGATION_TITLE,
        visibility="members",
        is_off_at_first=True,
    ),
)
"""Assignments are left out: nothing is graded here."""


@dataclass(frozen=True)
class Addresses:
    """Where an LMS and its browsers find the tool."""

    public_url: str

    @property
    def login_url(self) -> str:
        """OIDC login initiation."""
        return f"{self.public_url}/lti/login"

    @property
    def launch_url(self) -> str:
        """Target link, and the one redirect URI."""
        return f"{self.public_url}/lti/launch"

    @property
    def key_set_url(self) -> str:
        """Our public keys."""
        return f"{self.public_url}/lti/jwks.json"

    @property
    def icon_url(self) -> str:
        """A picture of the tool."""
        return f"{self.public_url}/static/icon.svg"

    @property
    def domain(self) -> str:
        """Host, and port where it is not the scheme's own."""
        return urlsplit(self.public_url).netloc
