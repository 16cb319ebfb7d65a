"""Media of the small Studio with which something is wrong, or at least unusual.

Each says so in its title where it can, so that people find it in a list.
"""

from dataclasses import replace

from sandbox.studio.media import FAILED, STARTED, Media
from sandbox.studio.people import People
from sandbox.studio.starting import PUBLISHED, Entry

NOT_FINISHED, FAILED_ONE, FROM_YOUTUBE, FROM_VIMEO, UNCAPTIONED, ARCHIVED = (
    263951,
    263957,
    263962,
    263968,
    263975,
    263981,
)
LEFT_BEHIND, UNTITLED, LONG_TITLE, RIGHT_TO_LEFT = 263988, 263994, 264003, 264011


def troubled_entries(people: People) -> list[Entry]:
    """List the troubled media, by id."""
    ines, tara, gone = people.get(4071), people.get(4230), people.get(4305)
    plain = Media(0, "", None, ines, "2024-12-16T10:00:00Z", 31_457_280)
    return [
        *_transcoded_badly(plain),
        *_from_elsewhere(plain),
        Entry(replace(plain, id=UNCAPTIONED, title="Dissection Demo (no captions)"), captions=()),
        Entry(replace(plain, id=ARCHIVED, title="Syllabus 2023 (archived)", is_archived=True)),
        Entry(
            replace(plain, id=LEFT_BEHIND, title="Welcome to the Department", owner=gone),
            ((880, "view"),),
            ("welcome",),
        ),
        Entry(replace(plain, id=UNTITLED, title="", owner=tara, has_thumbnail=False), captions=()),
        Entry(replace(plain, id=LONG_TITLE, title=_long_title(), owner=tara)),
        Entry(
            replace(plain, id=RIGHT_TO_LEFT, title="مقدمة في علم الأحياء – الأسبوع 1", owner=tara),
            ((882, "view"),),
        ),
    ]


def _transcoded_badly(plain: Media) -> list[Entry]:
    unfinished = replace(
        plain,
        id=NOT_FINISHED,
        title="Seminar of This Morning (still transcoding)",
        transcoding_status=STARTED,
        duration_seconds=None,
        has_thumbnail=False,
    )
    failed = replace(
        unfinished,
        id=FAILED_ONE,
        title="Field Trip Footage (transcoding failed)",
        transcoding_status=FAILED,
    )
    return [Entry(unfinished, captions=(("en", "requested"),)), Entry(failed, captions=())]


def _from_elsewhere(plain: Media) -> list[Entry]:
    youtube = replace(
        plain,
        id=FROM_YOUTUBE,
        title="What Is Photosynthesis? (YouTube)",
        source="youtube",
        size_bytes=None,
    )
    vimeo = replace(youtube, id=FROM_VIMEO, title="Coral Reefs in Motion (Vimeo)", source="vimeo")
    return [Entry(youtube, tags=("biology",), captions=()), Entry(vimeo, captions=PUBLISHED)]


def _long_title() -> str:
    start = "Recording of the panel discussion on "
    return (start + "evolution, ecology, ethics and everything between, " * 5)[:254] + "."
