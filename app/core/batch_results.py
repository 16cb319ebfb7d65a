"""What became of a batch's items, in words and with what goes into a page, for who began it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from app.core import content_items, places
from app.core.batches import Item, ItemStatus
from app.core.plans.fields import part_row
from app.db import Database
from app.errors import ServiceError

_AGAIN = "Try it again: `flask batches retry`."
WHAT_TO_DO = {
    "media-not-found": "Correct the media in the plan (`flask media search` finds those that are "
    "there), and run the plan again.",
    "studio-forbidden": "Its owner can share it with whoever connected the account; then try it "
    "again: `flask batches retry`.",
    "studio-rejected": "See that Studio knows this course and can embed this media; then correct "
    "the plan and run it again.",
    "studio-authorization": "Connect the account anew: `flask studio connect`.",
    "studio-unavailable": _AGAIN,
    "studio-timeout": _AGAIN,
    "studio-answer": _AGAIN,
    "embed-busy": _AGAIN,
}
"""By the error's code, for those who run a batch; other errors say it themselves."""


@dataclass(frozen=True)
class Surroundings:
    """What the links and iframes of an account's embeds are made of."""

    studio_url: str
    public_url: str
    mark_key: bytes


def what_to_do(status: ItemStatus, error: ServiceError | None) -> str | None:
    """Say what whoever began a batch can do about an item with this error, if anything."""
    match status:
        case "pending":
            return None if error is None else "Nothing: it is tried again by itself."
        case "cancelled":
            return "Begin it anew: the same plan with --again."
        case _:
            return None if error is None else WHAT_TO_DO.get(error.slug, error.hint)


def of_course(db: Database, account_id: int, course_id: int) -> Iterator[Item]:
    """Give the embeds of a course as the items of one batch, each at its places."""
    placed = places.list_placed(db, account_id, course_id)
    for number, (embed, place) in enumerate(placed, start=1):
        yield Item(
            number=number,
            key=embed.key,
            title=place.title,
            start_at=place.start_at,
            more=dict(place.columns),
            status="succeeded",
            embed=replace(embed, title=place.title or embed.title),
            made=None,
            failure=None,
            done_at=embed.made_at,
        )


def describe(item: Item, around: Surroundings) -> dict[str, Any]:
    """Give an item with its embed or its error; `columns` are the free ones of its row."""
    key, failure = item.key, item.failure
    row, columns = part_row(item.more)
    return {
        "row": row,
        "media_id": key.media_id,
        "course_id": key.course_id,
        "embed_type": key.embed_type,
        "downloadable": key.downloadable,
        "title": item.embed.title if item.embed else item.title,
        "start_at": item.start_at,
        "columns": columns,
        "status": item.status,
        "made": item.made,
        **_describe_embed(item, around),
        "error": failure and failure.slug,
        "what_happened": failure and failure.title,
        "what_to_do": what_to_do(item.status, failure),
    }


def _describe_embed(item: Item, around: Surroundings) -> dict[str, Any]:
    if item.embed is None:
        return dict.fromkeys(("embed_id", "launch_url", "html", "content_item"))
    surroundings = (around.studio_url, around.public_url, around.mark_key)
    told = content_items.describe(item.embed, *surroundings, item.start_at)
    names = ("launch_url", "html", "content_item")
    return {"embed_id": item.embed.id, **{name: told[name] for name in names}}
