"""Batches by program: begun, looked at, cancelled, tried again. A worker makes their embeds."""

from datetime import UTC, datetime

from flask import request, url_for
from spectree.models import Tag

from app import work
from app.api import batch_bodies
from app.api.access import Caller
from app.api.batch_remedies import of_item, of_trouble
from app.api.batch_shapes import (
    BatchAnswer,
    BatchesAnswer,
    BatchWish,
    BegunAnswer,
    Failure,
    ItemAnswer,
    ItemsAnswer,
    ItemsQuery,
)
from app.api.kinds import KINDS
from app.api.problem import FieldFault, address_of, odd_fields
from app.api.routes import Operation
from app.api.shapes import EmbedAnswer, Paging, meta_of
from app.core import batch_making, batches, content_items, keys
from app.core.batch_making import Once
from app.core.batches import Batch, Item
from app.errors import ServiceError
from app.inputs import is_id

KEY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotent-Replayed"
LONGEST_KEY = 255
TAG = Tag(name="Batches", description="Many embeds at once, made by a worker")


def create_batch(caller: Caller) -> tuple[BegunAnswer, int, dict[str, str]]:
    """Begin a batch of embeds, from JSON or CSV.

    Items are 10,000 at the most, in 8 MiB. A column of CSV is a field of an item; further ones are
    kept as its `more`: 200 columns, and 500,000 cells in all rows. What is named `module` there,
    spelled exactly so, becomes the module in the course's cartridge. One item that cannot be used
    refuses the whole batch.
    """
    key = _read_key()
    sent = batch_bodies.read_body()
    begun, is_new = batch_making.create_batch(
        caller.outside.db,
        caller.account.id,
        sent.items,
        api_key_id=caller.key.id,
        once=None if key is None else Once(key, sent.body_hash),
    )
    if is_new:
        work.wake(caller.outside, caller.account.id)
    folded = {"folded_count": sent.folded_count, "folded": sent.folded}
    answer = BegunAnswer(**dict(_describe(caller, begun)), **folded)
    where = caller.outside.settings.public_url + url_for("api.get_batch", batch_id=begun.id)
    replayed = {} if is_new else {REPLAYED_HEADER: "true"}
    return answer, 202, {"Location": where, **replayed}


def list_batches(caller: Caller, query: Paging) -> BatchesAnswer:
    """List the batches of the key's Studio account, newest first."""
    found, count = batches.list_batches_page(
        caller.outside.db, caller.account.id, query.page, query.per_page
    )
    told = [_describe(caller, each) for each in found]
    return BatchesAnswer(batches=told, meta=meta_of(query, count))


def get_batch(caller: Caller, batch_id: int) -> BatchAnswer:
    """Show a batch: how far it is, how fast it goes, and what holds it up."""
    return _describe(caller, _get(caller, batch_id))


def list_batch_items(caller: Caller, batch_id: int, query: ItemsQuery) -> ItemsAnswer:
    """List the items of a batch in their order, each with its embed or its error."""
    found, count = batches.list_items_page(
        caller.outside.db, _get(caller, batch_id), query.page, query.per_page, query.status
    )
    mark_key = keys.get_mark_key(caller.outside.db)
    told = [_describe_item(caller, each, mark_key) for each in found]
    return ItemsAnswer(items=told, meta=meta_of(query, count))


def cancel_batch(caller: Caller, batch_id: int) -> BatchAnswer:
    """Leave undone what is pending.

    The few that are in hand are finished. A batch that is over stays as it is.
    """
    ended = batches.cancel_batch(caller.outside.db, caller.account.id, batch_id)
    return _describe(caller, ended)


def retry_batch(caller: Caller, batch_id: int) -> BatchAnswer:
    """Try what failed once more; all else stays as it is."""
    again, count = batches.retry_failed(caller.outside.db, caller.account.id, batch_id)
    if count:
        work.wake(caller.outside, caller.account.id)
    return _describe(caller, again)


def _read_key() -> str | None:
    key = request.headers.get(KEY_HEADER)
    if key is not None and not (is_id(key, LONGEST_KEY) and key.isascii()):
        detail = f"must have 1 to {LONGEST_KEY} printable characters of ASCII"
        raise odd_fields(FieldFault(parameter=KEY_HEADER, detail=detail))
    return key


def _get(caller: Caller, batch_id: int) -> Batch:
    return batches.get_batch(caller.outside.db, caller.account.id, batch_id)


def _describe(caller: Caller, batch: Batch) -> BatchAnswer:
    progress = batches.read_progress(caller.outside.db, batch, datetime.now(UTC))
    told = {name: getattr(batch, name) for name in BatchAnswer.model_fields if hasattr(batch, name)}
    return BatchAnswer(
        **{**told, "trouble": _describe_trouble(caller, batch.trouble)},
        per_second=round(progress.per_second, 2),
        ends_at=progress.ends_at,
    )


def _describe_item(caller: Caller, item: Item, mark_key: bytes) -> ItemAnswer:
    embed, key = item.embed, item.key
    urls = caller.account.url, caller.outside.settings.public_url
    return ItemAnswer(
        number=item.number,
        media_id=key.media_id,
        course_id=key.course_id,
        embed_type=key.embed_type,
        downloadable=key.downloadable,
        title=item.title,
        start_at=item.start_at,
        more=item.more,
        status=item.status,
        made=item.made,
        embed=embed
        and EmbedAnswer(**content_items.describe(embed, *urls, mark_key, item.start_at)),
        error=item.failure
        and _describe_failure(caller, item.failure, of_item(item.status, item.failure)),
        done_at=item.done_at,
    )


def _describe_trouble(caller: Caller, error: ServiceError | None) -> Failure | None:
    return None if error is None else _describe_failure(caller, error, of_trouble(error))


def _describe_failure(caller: Caller, error: ServiceError, remedy: str) -> Failure:
    kind = KINDS[error.slug]
    return Failure(
        type=address_of(caller.outside.settings.public_url, error.slug),
        title=kind.title,
        status=error.status,
        detail=error.title,
        remedy=remedy,
    )


READ, WRITE = "embeds:read", "embeds:write"
ONE = "/batches/<batch_id>"
GONE = {404: ("batch-not-found",)}
TO_BEGIN = {422: ("fields-odd", "batch-empty", "batch-too-large", "idempotency-key-used")}
BEGUN = {202: BegunAnswer}
OPERATIONS = (
    Operation("POST", "/batches", create_batch, WRITE, TAG, BEGUN, TO_BEGIN, body=BatchWish),
    Operation("GET", "/batches", list_batches, READ, TAG, {200: BatchesAnswer}, {}),
    Operation("GET", ONE, get_batch, READ, TAG, {200: BatchAnswer}, GONE),
    Operation("GET", f"{ONE}/items", list_batch_items, READ, TAG, {200: ItemsAnswer}, GONE),
    Operation("POST", f"{ONE}/cancel", cancel_batch, WRITE, TAG, {200: BatchAnswer}, GONE),
    Operation("POST", f"{ONE}/retry", retry_batch, WRITE, TAG, {200: BatchAnswer}, GONE),
)
