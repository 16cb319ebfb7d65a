"""Batches in words, for lines on a terminal."""

from datetime import UTC, datetime

from app.core import batch_results
from app.core.batches import ACTIVE, Batch, Item, Progress
from app.core.plans.fields import part_row
from app.errors import ServiceError
from app.inputs import printable


def embeds(count: int) -> str:
    """Give `1 embed`, or `8,000 embeds`."""
    return "1 embed" if count == 1 else f"{count:,} embeds"


def how_far(found: Batch, progress: Progress) -> str:
    """Give `1,240 of 8,000, 3 failed, 19.8 a second, until about 02:14 UTC`."""
    parts = [f"{found.total - found.pending:,} of {found.total:,}"]
    if found.failed:
        parts.append(f"{found.failed:,} failed")
    if progress.per_second:
        parts.append(f"{progress.per_second:.1f} a second")
    if progress.ends_at is not None:
        parts.append(f"until about {clock(progress.ends_at)}")
    return ", ".join(parts)


def ended(found: Batch) -> str:
    """Give `Batch 3 is done: 41 made, 2 there already, 1 failed.`"""
    there = found.succeeded - found.made
    counts = (
        *((found.made, "made"), (there, "there already"), (found.failed, "failed")),
        *((found.pending, "pending"), (found.cancelled, "cancelled")),
    )
    told = ", ".join(f"{count:,} {what}" for count, what in counts if count)
    return f"Batch {found.id} is {status(found)}: {told}."


def status(found: Batch) -> str:
    """Give `done`, or `done, without the rows of 2 faults`."""
    return f"{found.status}{_left_out(found)}"


def begun(found: Batch) -> str:
    """Give `Batch 3: 8,000 embeds.`"""
    return f"Batch {found.id}: {embeds(found.total)}."


def begun_before(found: Batch, *, is_keyed: bool) -> str:
    """Say that a plan is this batch already, what is not in it, and how to go on."""
    again = "Another --key" if is_keyed else "--again"
    is_over = found.status not in ACTIVE
    retry = f"; `flask batches retry {found.id}` tries what failed" if is_over else ""
    return (
        f"This plan was begun before, as batch {found.id} ({found.status}){_left_out(found)}. "
        f"{again} begins it once more{retry if found.failed else ''}."
    )


def _left_out(found: Batch) -> str:
    """Give `, without the rows of 2 faults,` where there are such."""
    if not found.left_out:
        return ""
    faults = "1 fault" if found.left_out == 1 else f"{found.left_out:,} faults"
    return f", without the rows of {faults}"


def in_hand(found: Batch) -> str:
    """Say that what was cancelled is not all that is cancelled."""
    return (
        "What is in hand is still finished, and what of it succeeds counts: "
        f"`flask batches show {found.id}` tells it in some seconds."
    )


def goes_on_later(found: Batch) -> str:
    """Say who works at a batch that nobody waits for, and how to look at it."""
    if found.status not in ACTIVE:
        return f"`flask batches show {found.id}` shows what came of it."
    return (
        "A worker works at it if there is one (`flask worker` starts one). "
        f"`flask batches watch {found.id}` shows how it goes."
    )


def database_away(error: Exception) -> str:
    """Say that it does not answer for now."""
    return f"The database does not answer ({type(error).__name__}). It is asked again."


def looked_away(batch_id: int, *, stood_in: bool, is_worked_on: bool) -> str:
    """Say who goes on with a batch after Ctrl-C; `stood_in`: there was no worker."""
    still = f"You look on no more; batch {batch_id} is still there, and"
    watch, cancel = f"`flask batches watch {batch_id}`", f"`flask batches cancel {batch_id}`"
    if stood_in:
        until = f"until a worker is there (`flask worker`), or {watch} comes back to it"
        return f"{still} nobody goes on with it {until}. {cancel} ends it."
    worker = "" if is_worked_on else " if there is one (`flask worker` starts one)"
    return (
        f"{still} a worker goes on with it{worker}. {watch} comes back to it (and works at it "
        f"itself where there is no worker), {cancel} ends it."
    )


def failed(item: Item) -> str:
    """Give `row 7: media 5 in course 101: what happened, and what to do.`"""
    row, _ = part_row(item.more)
    where = f"item {item.number}" if row is None else f"row {row}"
    what = f"media {item.key.media_id} in course {item.key.course_id}"
    error, todo = item.failure, batch_results.what_to_do("failed", item.failure)
    assert error is not None
    return printable(f"{where}: {what}: {error.title} {todo}".rstrip())


def held_up(found: Batch) -> str:
    """Say what holds a batch up, and when it is tried again."""
    error = found.trouble
    assert error is not None
    at = "" if found.resumes_at is None else f", next at {clock(found.resumes_at)}"
    connect = batch_results.WHAT_TO_DO["studio-authorization"]
    todo = f" {connect}" if error.slug == "studio-authorization" else ""
    return f"Held up: {error.title}{todo} Nothing is lost; it goes on by itself{at}."


def rows_read(count: int) -> str:
    """Give `1 row read`, or `1,240 rows read`."""
    return "1 row read" if count == 1 else f"{count:,} rows read"


def reading_held_up(error: ServiceError, row: int) -> str:
    """Say why a plan is not read on for now."""
    so_far = rows_read(max(row - 1, 0))
    return f"Held up, with {so_far}: {error.title} Nothing is lost; it goes on by itself."


def clock(moment: datetime) -> str:
    """Give `02:14 UTC`."""
    return f"{moment.astimezone(UTC):%H:%M} UTC"
