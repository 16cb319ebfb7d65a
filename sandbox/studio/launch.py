"""What a launch shows once its message is verified, and how launches are noted.

The same for LTI 1.1 and 1.3: the launch URL names an embed, which must be of the course from
which the person comes. Not here: how a message is verified (`lti11`, `lti13`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

from flask import Response, request

from sandbox.studio.embeds import Embed
from sandbox.studio.media import Media
from sandbox.studio.pages import page_refused
from sandbox.studio.player import show_player
from sandbox.studio.roles import is_instructor
from sandbox.studio.state import current_studio


class RefusedError(Exception):
    """The launch is refused; the reason is for people."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True)
class Message:
    """A verified message, in the same words whatever its version."""

    version: Literal["1.1", "1.3"]
    query: Mapping[str, str]
    """The query of the launch URL."""
    course_id: str
    user_id: str
    roles: str
    """Joined by commas."""
    parameters: dict[str, Any]
    """All that the message says: the posted form or the claims."""


def answer_launch(verify: Callable[[], Message]) -> Response:
    """Show the player to whom a verified launch brings, and note every launch."""
    query: Mapping[str, str] = request.args
    try:
        message = verify()
        query = message.query
        embed, media = _embed_and_media(message)
        start_seconds = _start_seconds(query)
    except RefusedError as refused:
        return refuse_launch(refused, query.get("custom_arc_media_id"))
    current_studio().journal.add_launch(_journal_entry(message, embed))
    return show_player(embed, media, start_seconds, is_instructor(message.roles))


def refuse_launch(refused: RefusedError, launch_id: str | None = None) -> Response:
    """Note the refusal, and tell it."""
    current_studio().journal.add_refusal(
        {
            "status": refused.status,
            "reason": refused.reason,
            "method": request.method,
            "launch_id": launch_id,
        }
    )
    return page_refused(refused.reason, refused.status)


def _embed_and_media(message: Message) -> tuple[Embed, Media]:
    studio = current_studio()
    embed = studio.embeds.find(message.query.get("custom_arc_media_id", ""))
    if embed is None:
        raise RefusedError(400, "There is no embed with this launch id.")
    if message.query.get("custom_arc_launch_type") != embed.embed_type:
        raise RefusedError(400, f"This embed’s launch type is {embed.embed_type}.")
    if message.course_id != str(embed.course_id):
        raise RefusedError(403, "This embed was made for another course.")
    media = studio.catalogue.find(embed.media_id)
    if media is None:
        raise RefusedError(400, "The media of this embed is gone.")
    return embed, media


def _start_seconds(query: Mapping[str, str]) -> float:
    given = query.get("custom_arc_start_at", "0")
    try:
        seconds = float(given)
    except ValueError as error:
        raise RefusedError(400, "custom_arc_start_at must be a number.") from error
    if not isfinite(seconds) or seconds < 0:
        raise RefusedError(400, "custom_arc_start_at must not be negative.")
    return seconds


def _journal_entry(message: Message, embed: Embed) -> dict[str, object]:
    return {
        "version": message.version,
        "media_id": embed.media_id,
        "launch_id": embed.launch_id,
        "launch_type": embed.embed_type,
        "downloadable": embed.downloadable,
        "course_id": embed.course_id,
        "user_id": message.user_id,
        "roles": message.roles,
        "parameters": message.parameters,
    }
