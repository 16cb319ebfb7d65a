"""The first media of the small Studio, which tests and the demo know by their ids.

Not here: those that make it look like a school's (`generated`), and those with something wrong
(`troubled`).
"""

from dataclasses import dataclass

from sandbox.studio.media import Media
from sandbox.studio.people import People, Person

PUBLISHED = (("en", "published"),)


@dataclass(frozen=True)
class Entry:
    """A media with its shares (holder's id, permission), tags and captions (language, status)."""

    media: Media
    shares: tuple[tuple[int, str], ...] = ()
    tags: tuple[str, ...] = ()
    captions: tuple[tuple[str, str], ...] = PUBLISHED


def first_entries(people: People) -> list[Entry]:
    """List the first media, by id."""
    ines = people.get(4071)
    entries = [*_of_ines(ines), *_hard_to_show(ines), *_of_omar(people.get(4112))]
    return sorted(entries, key=lambda entry: entry.media.id)


def _of_ines(ines: Person) -> list[Entry]:
    cells = Media(
        260854,
        "Cell Division: Mitosis in Six Minutes",
        "The phases of mitosis, with micrographs.",
        ines,
        "2024-09-02T08:15:00Z",
        48_215_334,
        last_viewed="2025-01-20",
        last_viewed_by_student="2025-01-20",
        collection_id=50_011,
    )
    plants = Media(
        260861,
        "Week 3 Lecture – Photosynthesis",
        None,
        ines,
        "2024-09-16T09:00:00Z",
        181_002_417,
        source="screen_capture",
        last_viewed="2025-02-03",
    )
    return [
        Entry(cells, tags=("biology", "cell division"), captions=(*PUBLISHED, ("fr", "published"))),
        Entry(plants, tags=("biology",)),
    ]


def _hard_to_show(ines: Person) -> list[Entry]:
    hard_title = Media(
        261533,
        "Énergie & <b>matière</b> – 物理 \"1\" <script>alert('1')</script>",
        "Un titre qui met les pages à l’épreuve.",
        ines,
        "2024-10-01T10:30:00Z",
        9_441_268,
    )
    sound = Media(
        262118,
        "Podcast: The Voyage of the Beagle (sound only)",
        "An interview.",
        ines,
        "2024-10-11T16:05:00Z",
        3_650_112,
        has_thumbnail=False,
    )
    return [
        Entry(hard_title, tags=("physique",), captions=(("fr", "published"),)),
        Entry(sound, tags=("biology", "podcast"), captions=(("en", "uploaded"),)),
    ]


def _of_omar(omar: Person) -> list[Entry]:
    safety = Media(
        261007,
        "Lab Safety Briefing",
        "To be watched before the first lab.",
        omar,
        "2024-08-21T13:40:00Z",
        22_870_096,
        last_viewed="2025-09-01",
        last_viewed_by_student="2025-08-29",
    )
    talk = Media(
        262590, "Guest Talk: Gene Editing Ethics", None, omar, "2024-11-05T14:20:00Z", 402_118_905
    )
    private = Media(
        263940,
        "Faculty Meeting Recording (private)",
        None,
        omar,
        "2024-12-12T07:45:00Z",
        734_003_200,
    )
    return [
        Entry(safety, ((4071, "edit"), (4230, "access")), ("safety",)),
        Entry(talk, ((4071, "view"),), ("biology", "ethics")),
        Entry(private, captions=()),
    ]
