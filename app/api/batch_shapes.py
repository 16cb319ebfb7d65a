"""Bodies, queries and answers of batches, from which their description is made."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from app.api import examples
from app.api.shapes import (
    COURSE,
    MEDIA,
    MOST_FIELDS,
    TITLED,
    TYPES,
    Answer,
    EmbedAnswer,
    EmbedType,
    Id,
    Paging,
    Whole,
    Wish,
    few,
)
from app.core.batch_making import MOST_ITEMS
from app.core.batches import ItemStatus, Status
from app.inputs import LONGEST_START_SECONDS, printable
from app.studio.protocol import Meta

LONGEST_TITLE = 255
SOMETHING = r"^[\s\S]*[^\s\x00-\x1f\x7f-\x9f][\s\S]*$"
"""A text with something that is neither blank nor a control character.

Of the whole text, because some programs look for a pattern in it, and others hold it against all.
"""


def _one_line(text: str) -> str:
    if not (line := " ".join(printable(text).split())):
        raise ValueError("must not be blank")
    return line


Title = Annotated[
    str,
    Field(max_length=LONGEST_TITLE, json_schema_extra={"pattern": SOMETHING}),
    AfterValidator(_one_line),
]


class BatchItemWish(Wish):
    """An embed that is wanted."""

    media_id: Id = Field(description=MEDIA)
    course_id: Id = Field(description=COURSE)
    embed_type: EmbedType = Field("embed", description=TYPES)
    downloadable: bool = Field(False, description="whether people may download the media")
    title: Title | None = Field(
        None, description=f"of this item; without it the embed's own: {TITLED}"
    )
    start_at: Annotated[int, Field(ge=0, le=LONGEST_START_SECONDS), Whole] | None = Field(
        None, description="seconds, in the link and the iframe of this item"
    )
    more: Annotated[dict[str, str], Field(max_length=MOST_FIELDS), BeforeValidator(few)] = Field(
        {},
        description="texts of your own, given back with the item; `module`, spelled exactly so, is "
        "its module in the course's cartridge",
    )


class BatchWish(Wish):
    """Embeds that are wanted, in order."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.BATCH_WISH]})

    items: Annotated[list[BatchItemWish], Field(min_length=1, max_length=MOST_ITEMS)]


class ItemsQuery(Paging):
    """Which items of a batch."""

    status: ItemStatus | None = Field(None, description="only those that stand so")


class Failure(Answer):
    """What went wrong, as a problem document has it."""

    type: str = Field(description="the address of a page that explains this kind of problem")
    title: str
    status: int
    detail: str
    remedy: str = Field(description="what to do about it")


class BatchAnswer(Answer):
    """A batch: what became of its items so far, and how it goes on."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.BATCH]})

    id: int
    name: str | None = Field(description="a file's, where a command began it")
    status: Status = Field(
        description="`done`: nothing of it is pending, whatever failed; `cancelled`: what was "
        "pending is left undone"
    )
    total: int = Field(description="how many items it has")
    pending: int
    succeeded: int
    failed: int
    cancelled: int
    per_second: float = Field(description="items in a second, over the last minute")
    ends_at: datetime | None = Field(description="if it goes on like this")
    trouble: Failure | None = Field(description="what holds all of it up at the moment")
    resumes_at: datetime | None = Field(description="when it tries whether that is over")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Folded(Answer):
    """An item that is the same in everything as an earlier one, and was left out."""

    pointer: str
    same_as: str


class BegunAnswer(BatchAnswer):
    """A batch that was begun."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.BATCH_BEGUN]})

    folded_count: int = Field(description="items that came more than once and count once")
    folded: list[Folded] = Field(description="the first thousand of them")


class BatchesAnswer(Answer):
    """A page of batches, newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.BATCHES]})

    batches: list[BatchAnswer]
    meta: Meta


class ItemAnswer(Answer):
    """An item: what was asked for, and its embed, or its error."""

    number: int = Field(description="its place in the batch, from 1")
    media_id: int
    course_id: int
    embed_type: EmbedType
    downloadable: bool
    title: str | None = Field(description="as it was asked for")
    start_at: int | None = Field(description="seconds")
    more: dict[str, Any]
    status: ItemStatus
    made: bool | None = Field(description="for this item; false: it was there already")
    embed: EmbedAnswer | None = Field(
        description="with this item's title and start; null until the item succeeded, and where "
        "the embed was forgotten since and not made again"
    )
    error: Failure | None = Field(description="of the last try, also while it is still pending")
    done_at: datetime | None


class ItemsAnswer(Answer):
    """A page of items, in their order."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.BATCH_ITEMS]})

    items: list[ItemAnswer]
    meta: Meta
