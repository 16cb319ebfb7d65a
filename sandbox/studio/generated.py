"""Media that make the small Studio look like a school's: the n-th is the same in every sandbox."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sandbox.studio.media import Media, Source
from sandbox.studio.people import People
from sandbox.studio.starting import PUBLISHED, Entry

_FIRST_ID = 264_100
_FIRST_DAY = datetime(2025, 1, 7, 8, tzinfo=UTC)
_DAYS = 640
_LAST_VIEW = date(2026, 11, 20)


@dataclass(frozen=True)
class _Subject:
    """What someone teaches."""

    owner_id: int
    tag: str
    topics: tuple[str, ...]


_SUBJECTS = (
    _Subject(4071, "biology", ("Osmosis", "Enzymes", "Food Webs", "Meiosis", "DNA Replication")),
    _Subject(4251, "ecology", ("Wetlands", "Predator and Prey", "Soil", "Pollination", "Lichens")),
    _Subject(4268, "chemistry", ("Titration", "Acids and Bases", "Covalent Bonds", "The Mole")),
    _Subject(
        4274, "history", ("The Silk Road", "Suffrage", "The Printing Press", "Decolonization")
    ),
    _Subject(4290, "french", ("Le subjonctif", "Les pronoms", "Camus : L’Étranger", "La Réunion")),
    _Subject(4317, "mathematics", ("Eigenvalues", "The Chain Rule", "Bayes’ Theorem", "Limits")),
    _Subject(4230, "teaching", ("Rubrics", "Peer Review", "Group Work", "Feedback that Helps")),
    _Subject(4112, "genetics", ("CRISPR", "Mendel’s Peas", "Gene Drives", "Epigenetics")),
)
_FORMS = (
    "Week {week} Lecture – {topic}",
    "{topic} in {minutes} Minutes",
    "{topic}: Worked Examples",
    "Seminar: {topic}",
    "Review Session: {topic}",
    "Office Hours, Week {week}: {topic}",
    "{topic} – Part {part}",
)
_CAPTIONS = (PUBLISHED, PUBLISHED, (), (("en", "uploaded"),), (*PUBLISHED, ("es", "published")))
_SHARES = ((), (), ((4071, "view"),), ((880, "access"),), ((4230, "edit"), (881, "view")))
_ORIGINS: tuple[Source, ...] = (
    *("upload", "upload", "upload"),
    *("screen_capture", "screen_capture", "webcam_capture"),
)


def generated_entries(people: People, start: int, end: int) -> Iterator[Entry]:
    """Give those from the `start`-th to the one before the `end`-th."""
    for number in range(start, end):
        yield _entry(people, number)


def _entry(people: People, number: int) -> Entry:
    chance = random.Random(number)  # noqa: S311 (protects nothing)
    subject = chance.choice(_SUBJECTS)
    minutes, week = chance.randint(2, 75), chance.randint(1, 14)
    source: Source = "zoom" if number % 23 == 0 else chance.choice(_ORIGINS)
    created = _FIRST_DAY + timedelta(
        days=(number * 10 // 3) % _DAYS, minutes=chance.randint(0, 600)
    )
    viewed = _viewed(chance, created.date())
    topic = chance.choice(subject.topics)
    form = chance.choice(_FORMS)
    media = Media(
        _FIRST_ID + number * 17 + chance.randint(0, 16),
        form.format(topic=topic, week=week, minutes=minutes, part=chance.randint(1, 4)),
        chance.choice((None, f"On {topic}, for the course’s week {week}.")),
        people.get(subject.owner_id),
        created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        minutes * chance.randint(1_800_000, 7_000_000),
        has_thumbnail=number % 31 != 0,
        source=source,
        last_viewed=viewed,
        last_viewed_by_student=chance.choice((viewed, viewed, None)),
        duration_seconds=minutes * 60 + chance.randint(0, 59_999) / 1000,
        collection_id=50_011 if subject.owner_id == 4071 and number % 3 == 0 else None,
        is_archived=number % 41 == 40,
    )
    shares = tuple(one for one in chance.choice(_SHARES) if one[0] != subject.owner_id)
    tags = (subject.tag, f"week {week}") if chance.random() < 0.7 else (subject.tag,)
    return Entry(media, shares, tags, chance.choice(_CAPTIONS))


def _viewed(chance: random.Random, created: date) -> str | None:
    """Give a day on which someone watched; None where nobody did."""
    if chance.random() < 0.25:
        return None
    return min(created + timedelta(days=chance.randint(0, 120)), _LAST_VIEW).isoformat()
