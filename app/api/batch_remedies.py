"""What a program does about an error of a batch, which goes on by itself.

Only an item that can never succeed as it is, or that was cancelled, is sent anew.
"""

from app.api.kinds import KINDS
from app.core.batches import ItemStatus
from app.errors import ServiceError

_RETRY = "POST to the batch's address with /retry tries it once more."
_ANEW = (
    "in a new batch, with every other place of the same embed in that course: a cartridge has "
    "them all from one batch."
)
_FAILED = {
    "media-not-found": f"Look for the media with a search, and send the item {_ANEW}",
    "studio-rejected": "See that Studio knows this course and can embed this media, and send the "
    f"item {_ANEW}",
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
            return f"If the item is still wanted, send it {_ANEW}"
        case _:
            return _FAILED.get(error.slug, KINDS[error.slug].remedy)


def of_trouble(error: ServiceError) -> str:
    """Say what to do about what holds a batch up."""
    if error.slug == "studio-authorization":
        return f"{KINDS[error.slug].remedy} Then the batch goes on by itself."
    return "Nothing has to be done: the batch goes on by itself, at resumes_at."
