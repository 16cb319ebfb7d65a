"""The course page, read as a browser shows it."""

import itertools
import re
from dataclasses import dataclass
from html import unescape

import requests

from tests.world import World

SESSION = re.compile(r'name="session" value="([^"]+)"')
ENTRY = re.compile(r'<li id="embed-(\d+)"')
BUTTON = re.compile(r'<button class="link" name="embed" value="(\d+)"[^>]*><bdi>([^<]*)</bdi>')
VERDICT = re.compile(r'<div class="course-verdict" data-verdict[^>]*>(.*?)</div>', re.DOTALL)
LEVEL = re.compile(r'data-level="([a-z-]+)"')
KIND = re.compile(r'<p class="kind">(.*?)</p>', re.DOTALL)
FIELD = re.compile(r'<textarea id="([a-z]+)-\d+"[^>]*>([^<]*)</textarea>')
NOTE = re.compile(r'<p class="note"[^>]*>(.*?)</p>', re.DOTALL)
PART = re.compile(r"<[^>]+>")


@dataclass
class Entry:
    """One embed on the page; `verdict` are the texts of what students see."""

    embed_id: str
    title: str
    kind: list[str]
    level: str | None
    verdict: list[str]
    fields: dict[str, str]


@dataclass
class CoursePage:
    """What somebody has before them."""

    session: str
    entries: list[Entry]
    notes: list[str]
    text: str

    def choose(self, title: str) -> dict[str, str]:
        """What the buttons of the embed with this title post."""
        (entry,) = (each for each in self.entries if each.title == title)
        return {"session": self.session, "embed": entry.embed_id}


def open_course(world: World, person: str, course_id: int = 101) -> CoursePage:
    return read_course(world.launch({}, person=person, course_id=course_id))


def read_course(answer: requests.Response) -> CoursePage:
    assert answer.status_code == 200, answer.text
    text = answer.text
    session = SESSION.search(text)
    starts = [found.start() for found in ENTRY.finditer(text)] + [len(text)]
    entries = [_read_entry(text[a:b]) for a, b in itertools.pairwise(starts)]
    notes = [" ".join(_texts(note)) for note in NOTE.findall(text)]
    return CoursePage("" if session is None else session[1], entries, notes, text)


def _read_entry(text: str) -> Entry:
    button, kind = BUTTON.search(text), KIND.search(text)
    verdict, level = VERDICT.search(text), LEVEL.search(text)
    assert button is not None
    assert kind is not None
    return Entry(
        button[1],
        unescape(button[2]),
        _texts(kind[1]),
        None if level is None else level[1],
        [] if verdict is None else _texts(verdict[1]),
        {name: unescape(value) for name, value in FIELD.findall(text)},
    )


def _texts(html: str) -> list[str]:
    """The texts between tags, as they are read."""
    found = (" ".join(unescape(part).split()) for part in PART.split(html))
    return [text for text in found if text]
