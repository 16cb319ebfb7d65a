"""Which media an instructor may use, where `STUDIO_LIBRARY` is `own`."""

from typing import Literal

from app.errors import EmbedError
from app.studio.arguments import EMAIL
from app.studio.client import StudioClient
from app.texts import say

Unknown = Literal["none", "odd", "not-home"]
WHY_UNKNOWN = {
    "none": say(
        "Studio knows people by the e-mail address that the LMS gives to this tool, and it gave "
        "none for you. Ask the people who look after your LMS to let this tool see e-mail "
        "addresses, then open this again."
    ),
    "odd": say(
        "Studio knows people by the e-mail address that the LMS gives to this tool, and what it "
        "gave for you is not an e-mail address. Ask the people who look after your LMS to mend "
        "it, then open this again."
    ),
    "not-home": say(
        "Several LMS share this Studio, and Studio knows the people of another one. Ask the people "
        "who look after your LMS to put the video into the course for you."
    ),
}
"""Why Studio cannot know somebody, and what to do about it."""


def find_unknown(email: str | None, *, at_home: bool) -> Unknown | None:
    """Find why Studio cannot know somebody with a launch's `email`; None where it can.

    `at_home` says whether the platform is the account's own: no platform can name another's
    people.
    """
    if not at_home:
        return "not-home"
    if not email:
        return "none"
    return None if EMAIL.fullmatch(email) else "odd"


def check_may_use(
    studio: StudioClient, media_id: int, home_email: str | None, unknown: Unknown | None
) -> None:
    """See that the media is this person's, or shared with them, at Studio.

    Security: `home_email` must be the verified launch's own `email`, and None where `unknown`
    says why Studio cannot know them.
    Raises `EmbedError` where they may not, and `StudioError`.
    """
    email = (home_email or "").strip().lower()
    if not email:
        raise EmbedError(
            "person-unknown",
            403,
            say("This video is not in the course yet, and Studio cannot tell whether it is yours."),
            WHY_UNKNOWN[unknown or "none"],
        )
    owner = studio.get_media(media_id).owner
    is_owner = email == ((owner.email if owner else None) or "").lower()
    if not is_owner and not studio.has_user(media_id, email):
        raise EmbedError(
            "media-not-yours",
            403,
            say("This video is not in the course yet, and it is not shared with you in Studio."),
            say("Ask its owner to share it with you in Studio, then open this page again."),
        )
