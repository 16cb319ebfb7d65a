"""What the course page shows of each embed, in its reader's language.

Students get what they need to choose; teachers also where it came from, whether students will
see it, and what to copy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import format_date, format_timedelta

from app.core import content_items, keys, media_facts, verdicts
from app.core.embeds import Embed
from app.core.media_facts import Facts
from app.core.verdicts import Verdict
from app.lti.captions import say_captions
from app.outside import Outside
from app.texts import Said, clock, fill, say

ORIGINS = {
    "picker": say("A teacher added it on {date}."),
    "launch": say("Added on {date}, when a page with it was opened."),
    "api": say("A program added it on {date}."),
    "command": say("An admin added it on {date}."),
    "batch": say("An admin added it on {date}, with many others."),
    "repair": say("A teacher repaired it on {date}."),
}
UNKNOWN_ORIGIN = say("Added on {date}.")
MOMENT = timedelta(minutes=1)


@dataclass(frozen=True)
class Check:
    """What is known of whether students see it, and since when; `captions` says which it has."""

    verdict: Verdict
    captions: Said | None
    when: Said
    is_old: bool


@dataclass(frozen=True)
class Copies:
    """What is put elsewhere to embed it; no `html` where only Canvas itself would know it."""

    html: str | None
    url: str
    parameters: str


@dataclass(frozen=True)
class Entry:
    """One embed; what only teachers see is None for others. `is_due` says to check it (again)."""

    embed: Embed
    duration: str | None
    origin: Said | None = None
    check: Check | None = None
    is_due: bool = False
    copies: Copies | None = None


def list_entries(
    outside: Outside, account: Any, embeds: Sequence[Embed], *, teaches: bool
) -> list[Entry]:
    """Give the entries of some embeds of one account."""
    ids = [embed.key.media_id for embed in embeds]
    facts = media_facts.find_facts(outside.db, account.id, ids)
    if not teaches:
        return [Entry(embed, _duration(facts.get(embed.key.media_id))) for embed in embeds]
    mark_key, now = keys.get_mark_key(outside.db), datetime.now(UTC)
    return [
        Entry(
            embed,
            _duration(known := facts.get(embed.key.media_id)),
            tell_origin(embed),
            None if known is None else describe_check(known, embed, now),
            verdicts.is_due(known, embed, now),
            _copies(outside, account, embed, mark_key),
        )
        for embed in embeds
    ]


def tell_origin(embed: Embed) -> Said:
    """Tell where an embed came from, and when."""
    origin = ORIGINS.get(embed.made_by or "", UNKNOWN_ORIGIN)
    when = embed.made_at if embed.made_by == "repair" else embed.created_at
    return fill(origin, date=format_date(when, "medium"))


def describe_check(facts: Facts, embed: Embed, now: datetime) -> Check:
    """Tell what students will see, and how long that has been known."""
    return Check(
        verdicts.judge(facts, embed),
        say_captions(facts) if facts.captions else None,
        _when(facts.asked_at - now),
        verdicts.is_old(facts, now),
    )


def _duration(facts: Facts | None) -> str | None:
    if facts is None or facts.duration_seconds is None:
        return None
    return clock(facts.duration_seconds)


def _when(since: timedelta) -> Said:
    if since > -MOMENT:
        return say("Checked just now.")
    return say("Checked {ago}.", ago=format_timedelta(since, add_direction=True))


def _copies(outside: Outside, account: Any, embed: Embed, mark_key: bytes) -> Copies:
    public_url = outside.settings.public_url
    described = content_items.describe(embed, account.url, public_url, mark_key)
    link = described["content_item"]
    return Copies(
        html=described["html"] if account.launch_mode == "canvas" else None,
        url=link["url"],
        parameters="\n".join(f"{name}={value}" for name, value in link["custom"].items()),
    )
