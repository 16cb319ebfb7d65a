"""Which media an instructor may use, where `STUDIO_LIBRARY` is `own`."""

from app.errors import EmbedError
from app.studio.client import StudioClient
from app.texts import say


def check_may_use(studio: StudioClient, media_id: int, home_email: str | None) -> None:
    """See that the media is this person's, or shared with them, at Studio.

    Security: `home_email` must be the verified launch's own `email`, and None where the
    platform is not the account's own: no platform can name another's people.
    Raises `EmbedError` where they may not, and `StudioError`.
    """
    email = (home_email or "").strip().lower()
    if not email:
        raise EmbedError(
            "person-unknown",
            403,
            say("This video is not in the course yet, and Studio cannot tell whether it is yours."),
            say(
                "Studio knows people by the e-mail address that their LMS gives to this tool. "
                "Ask an admin to share it, or ask a teacher whom Studio knows to open this page "
                "once."
            ),
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
