"""Embeds by program: made as a launch makes them, listed, shown, forgotten."""

from flask import url_for
from spectree.models import Tag

from app.api.access import Caller
from app.api.routes import FROM_STUDIO, Operation, join
from app.api.shapes import EmbedAnswer, EmbedsAnswer, EmbedsQuery, EmbedWish, meta_of
from app.core import content_items, embed_lists, embeds, keys, returned
from app.core.embeds import Embed, EmbedKey
from app.errors import ApiError

WAIT_SECONDS = 5.0
TAG = Tag(name="Embeds", description="Media in courses")


def create_embed(caller: Caller, json: EmbedWish) -> tuple[EmbedAnswer, int, dict[str, str]]:
    """Put a media into a course.

    Where it is there already, in this type and `downloadable`, that embed is answered, with 200
    in place of 201.
    """
    what = (json.media_id, json.course_id, json.embed_type, json.downloadable)
    embed, is_new = ensure(caller, EmbedKey(caller.account.id, *what))
    if not is_new:
        return _describe(caller, embed), 200, {}
    where = url_for("api.get_embed", embed_id=embed.id)
    return _describe(caller, embed), 201, {"Location": caller.outside.settings.public_url + where}


def list_embeds(caller: Caller, query: EmbedsQuery) -> EmbedsAnswer:
    """List the embeds of the key's Studio account, newest first."""
    found, count = embed_lists.list_embeds_page(
        caller.outside.db, account_id=caller.account.id, **query.model_dump()
    )
    return EmbedsAnswer(embeds=_describe_all(caller, found), meta=meta_of(query, count))


def get_embed(caller: Caller, embed_id: int) -> EmbedAnswer:
    """Show an embed."""
    return _describe(caller, _get(caller, embed_id))


def forget_embed(caller: Caller, embed_id: int) -> tuple[str, int]:
    """Forget an embed.

    The next permitted launch makes it again. Nothing changes at Studio.
    """
    embeds.forget_embed(caller.outside.db, _get(caller, embed_id).id)
    return "", 204


def ensure(caller: Caller, key: EmbedKey) -> tuple[Embed, bool]:
    """Find or make an embed, and say whether it had to be made; raises `ServiceError`."""
    return returned.ensure_embed(caller.outside.db, caller.studio, key, WAIT_SECONDS, "api")


def _get(caller: Caller, embed_id: int) -> Embed:
    embed = embeds.find_embed_by_id(caller.outside.db, embed_id)
    if embed is None or embed.key.account_id != caller.account.id:
        raise ApiError("embed-not-found", 404, f"There is no embed {embed_id}.", "")
    return embed


def _describe(caller: Caller, embed: Embed) -> EmbedAnswer:
    (described,) = _describe_all(caller, [embed])
    return described


def _describe_all(caller: Caller, found: list[Embed]) -> list[EmbedAnswer]:
    mark_key, public_url = keys.get_mark_key(caller.outside.db), caller.outside.settings.public_url
    studio_url = caller.account.url
    return [
        EmbedAnswer(**content_items.describe(embed, studio_url, public_url, mark_key))
        for embed in found
    ]


READ, WRITE = "embeds:read", "embeds:write"
GONE = {404: ("embed-not-found",)}
TO_MAKE = join(FROM_STUDIO, {503: ("embed-busy",)})
MADE = {200: EmbedAnswer, 201: EmbedAnswer}
OPERATIONS = (
    Operation("POST", "/embeds", create_embed, WRITE, TAG, MADE, TO_MAKE),
    Operation("GET", "/embeds", list_embeds, READ, TAG, {200: EmbedsAnswer}, {}),
    Operation("GET", "/embeds/<embed_id>", get_embed, READ, TAG, {200: EmbedAnswer}, GONE),
    Operation("DELETE", "/embeds/<embed_id>", forget_embed, WRITE, TAG, {204: None}, GONE),
)
