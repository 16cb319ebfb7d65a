"""What a program does about an error of a batch, which goes on by itself: nothing is sent again."""

from app.api.kinds import KINDS
from app.core.batches import ItemStatus
from app.errors import ServiceError

_RETRY = "POST to the batch's address with /retry tries it once more."
_FAILED = {
    "media-not-found": "Look for the media with a search, and send the item in a new batch.",
    "studio-forbidden": f"{KINDS['studio-forbidden'].remedy} Then {_RETRY}",
    "studio-unavailable": _RETRY,
    "studio-held-back": _RETRY,
    "database-unavailable": _RETRY,
    "studio-timeout": f"{_RETRY} It is found out whether the embed was made.",
    "studio-answer": f"{_RETRY} If it stays so, tell an admin of this service.",
    "embed-busy": _RETRY,
    "internal": f"Tell an admin of this service. {_RETRY}",
}


def of_item(status: ItemStatus, error: ServiceError) -> str:
    """Say what to do about the error of an item's last try."""
    match status:
        case "pending":
            return "Nothing has to be done: it is tried again by itself."
        case "cancelled":
            return "Send the item in a new batch, if it is still wanted."
        case _:
            return _FAILED.get(error.slug, KINDS[error.slug].remedy)


def of_trouble(error: ServiceError) -> str:
    """Say what to do about what holds a batch up."""
    if error.slug == "studio-authorization":
        return f"{KINDS[error.slug].remedy} Then the batch goes on by itself."
    return "Nothing has to be done: the batch goes on by itself, at resumes_at."
