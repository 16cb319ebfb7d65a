"""Will students see an embed? What is known of it, in one sentence and the reasons for it.

Pure rules: what is not known is never called a failure. Not here: asking Studio (`media_facts`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from app.core.embeds import Embed
from app.core.media_facts import Facts
from app.texts import Said, say

Level = Literal["will", "may-not", "not-yet", "will-not"]
"""From the best to the worst."""
SENTENCES: dict[Level, Said] = {
    "will": say("Students will see it."),
    "may-not": say("Students may not see it."),
    "not-yet": say("Students will not see it yet."),
    "will-not": say("Students will not see it."),
}
OLD_AFTER = timedelta(days=1)
MAY_CHANGE_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class Verdict:
    """What students will see, as far as it is known; `reasons` are for the teacher."""

    level: Level
    reasons: tuple[Said, ...]

    @property
    def sentence(self) -> Said:
        """The verdict in one sentence."""
        return SENTENCES[self.level]


def judge(facts: Facts, embed: Embed) -> Verdict:
    """Say what the facts mean for those who open the embed: as much as the worst of them."""
    concerns = tuple(_missing(facts) if facts.missing else _concerns(facts, embed))
    levels = list(SENTENCES)
    worst = max((levels.index(level) for level, _ in concerns), default=0)
    return Verdict(levels[worst], tuple(reason for _, reason in concerns))


def is_old(facts: Facts, now: datetime) -> bool:
    """Whether so long has passed that much may have changed."""
    return now - facts.asked_at >= OLD_AFTER


def is_due(facts: Facts | None, embed: Embed, now: datetime) -> bool:
    """Whether asking Studio (again) makes sense; what was not good may have been mended soon."""
    if facts is None or is_old(facts, now) or not _are_later(facts, embed):
        return True
    return judge(facts, embed).level != "will" and now - facts.asked_at >= MAY_CHANGE_AFTER


def _are_later(facts: Facts, embed: Embed) -> bool:
    """Whether they can tell something of the embed itself: it was there when Studio was asked."""
    return facts.asked_at >= embed.made_at


def _is_elsewhere(facts: Facts, embed: Embed) -> bool:
    """Whether Studio listed the courses of the media, and the embed's was none of them."""
    course_ids = facts.course_ids if _are_later(facts, embed) else None
    return course_ids is not None and embed.key.course_id not in course_ids


def _missing(facts: Facts) -> Iterator[tuple[Level, Said]]:
    if facts.missing == "gone":
        yield (
            "will-not",
            say("Studio no longer has it: it was deleted or archived. Add another one."),
        )
    else:
        yield (
            "may-not",
            say("Studio no longer shows it to this service: ask its owner to share it."),
        )


def _concerns(facts: Facts, embed: Embed) -> Iterator[tuple[Level, Said]]:
    match facts.state:
        case "preparing":
            yield (
                "not-yet",
                say("Studio is still preparing it: students will see it in a few minutes."),
            )
        case "failed":
            yield "will-not", say("Studio could not prepare it: upload it to Studio again.")
        case None if facts.transcoding_status:
            word = facts.transcoding_status
            yield (
                "may-not",
                say("Studio calls its state “{word}”, which this page does not know.", word=word),
            )
        case None:
            yield "may-not", say("Studio does not say whether it is ready.")
    if facts.archived:
        yield "may-not", say("It is archived in Studio: its owner can bring it back.")
    elif _is_elsewhere(facts, embed):
        yield (
            "may-not",
            say("Studio does not list it in this course: “Repair it” puts it there again."),
        )
    if facts.owner_active is False:
        yield (
            "may-not",
            say("Its owner has left Studio: ask an admin to give it a new owner."),
        )
    if not facts.captions:
        yield "will", say("No captions: people who cannot hear it miss what is said.")
