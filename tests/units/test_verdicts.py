"""Will students see it? Every rule, without a Studio."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.core.embeds import Embed, EmbedKey
from app.core.media_facts import Facts
from app.core.verdicts import is_due, is_old, judge

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
PREPARING = "Studio is still preparing it: students will see it in a few minutes."
FAILED = "Studio could not prepare it: upload it to Studio again."
UNSAID = "Studio does not say whether it is ready."
UNKNOWN = "Studio calls its state “simmering”, which this page does not know."
ARCHIVED = "It is archived in Studio: its owner can bring it back."
OWNER = "Its owner has left Studio: ask an admin to give it a new owner."
SILENT = "No captions: people who cannot hear it miss what is said."
GONE = "Studio no longer has it: it was deleted or archived. Add another one."
FORBIDDEN = "Studio no longer shows it to this service: ask its owner to share it."
ELSEWHERE = "Studio does not list it in this course: “Repair it” puts it there again."

COURSE = 101


def embed(made_at: datetime = NOW) -> Embed:
    key = EmbedKey(1, 260854, COURSE, "embed", False)
    return Embed(1, key, "A talk", "x", made_at, made_at, "picker")


def facts(**changes: Any) -> Facts:
    """A media of which everything is well, apart from the changes."""
    good = {"transcoding_status": "transcoding_finished", "captions": ("en",), "owner_active": True}
    return Facts(**{**good, "asked_at": NOW, **changes})


@pytest.mark.parametrize(
    ("known", "sentence", "reasons"),
    [
        ({}, "Students will see it.", []),
        ({"transcoding_status": "Completed"}, "Students will see it.", []),
        ({"owner_active": None}, "Students will see it.", []),
        ({"captions": ()}, "Students will see it.", [SILENT]),
        (
            {"transcoding_status": "transcoding_started"},
            "Students will not see it yet.",
            [PREPARING],
        ),
        ({"transcoding_status": "transcoding_failed"}, "Students will not see it.", [FAILED]),
        ({"transcoding_status": None}, "Students may not see it.", [UNSAID]),
        ({"transcoding_status": "simmering"}, "Students may not see it.", [UNKNOWN]),
        ({"archived": True}, "Students may not see it.", [ARCHIVED]),
        ({"owner_active": False}, "Students may not see it.", [OWNER]),
        ({"course_ids": (7, COURSE)}, "Students will see it.", []),
        ({"course_ids": (7,)}, "Students may not see it.", [ELSEWHERE]),
        ({"course_ids": ()}, "Students may not see it.", [ELSEWHERE]),
        ({"course_ids": (), "archived": True}, "Students may not see it.", [ARCHIVED]),
        ({"course_ids": (), "missing": "gone"}, "Students will not see it.", [GONE]),
        ({"missing": "gone", "captions": ()}, "Students will not see it.", [GONE]),
        ({"missing": "forbidden", "archived": True}, "Students may not see it.", [FORBIDDEN]),
        (
            {"transcoding_status": "queued", "owner_active": False, "captions": ()},
            "Students will not see it yet.",
            [PREPARING, OWNER, SILENT],
        ),
        (
            {"transcoding_status": "failed", "archived": True},
            "Students will not see it.",
            [FAILED, ARCHIVED],
        ),
    ],
)
def test_the_worst_of_what_is_known_decides_and_every_reason_is_given(
    known: dict[str, Any], sentence: str, reasons: list[str]
):
    verdict = judge(facts(**known), embed())
    assert (verdict.sentence, list(verdict.reasons)) == (sentence, reasons)


def test_what_studio_listed_before_the_embed_was_made_says_nothing_of_it():
    listed = facts(course_ids=())
    later = embed(NOW + timedelta(seconds=1))
    assert judge(listed, later).sentence == "Students will see it."
    assert [is_due(listed, each, NOW) for each in (embed(), later)] == [False, True]


@pytest.mark.parametrize(
    ("age", "old"),
    [(timedelta(), False), (timedelta(hours=23, minutes=59), False), (timedelta(days=1), True)],
)
def test_what_was_asked_a_day_ago_is_old(age: timedelta, old: bool):
    assert is_old(facts(), NOW + age) is old


@pytest.mark.parametrize(
    ("known", "age", "due"),
    [
        (None, timedelta(), True),
        ({}, timedelta(hours=23), False),
        ({}, timedelta(days=1), True),
        ({"captions": ()}, timedelta(hours=23), False),
        ({"missing": "gone"}, timedelta(minutes=4), False),
        ({"missing": "gone"}, timedelta(minutes=5), True),
        ({"transcoding_status": "queued"}, timedelta(minutes=5), True),
    ],
)
def test_what_is_not_known_is_old_or_may_have_been_mended_is_asked_for(
    known: dict[str, Any] | None, age: timedelta, due: bool
):
    assert is_due(None if known is None else facts(**known), embed(), NOW + age) is due
