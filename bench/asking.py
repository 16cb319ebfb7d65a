"""An instructor at the picker by HTTP, and the same searches asked of Studio directly."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from itertools import islice

import requests

from bench.places import Places

EMAIL = "ines.instructor@sandbox.test"
PICKER = "/courses/101/external_tools/launch/editor_button?page=week-1"
SEARCH = "/api/public/v1/media/search"
PAUSE_SECONDS = 0.3  # as the page waits for the next key; the service's pace is faster
_TITLES = (
    "Week 1 Lecture – Meiosis",
    "Osmosis: Worked Examples",
    "Review Session: DNA Replication",
    "Office Hours, Week 4: Food Webs",
    "Enzymes in 25 Minutes",
)
_LENGTHS = (3, 1, 6, 12)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')
_ACTION = re.compile(r'<form [^>]*action="([^"]*)"')

Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Answered:
    """A page, and how long it took."""

    text: str
    seconds: float

    @property
    def hidden(self) -> Fields:
        """The hidden fields of its form."""
        return [(unescape(name), unescape(value)) for name, value in _HIDDEN.findall(self.text)]


@dataclass(frozen=True)
class Pair:
    """One search: of the picker, and of Studio."""

    picker_seconds: float
    studio_seconds: float


def titles() -> Iterator[str]:
    """Give what people look for, of several lengths, each once; most of it fits something."""
    seen = set()
    longest = max(map(len, _TITLES))
    for start in range(longest):
        for length in _LENGTHS:
            for title in _TITLES:
                part = title[start : start + length].strip()
                if len(part) > length // 2 and part not in seen:
                    seen.add(part)
                    yield part


def open_picker(places: Places, person: str = "instructor") -> Answered:
    """Launch the picker from the LMS's editor; the time is the launch's own, without the login."""
    with requests.Session() as browser:
        browser.trust_env = False
        person_cookie = {"Cookie": f"sandbox_lms_person={person}"}
        page = browser.get(places.lms + PICKER, headers=person_cookie, timeout=30).text
        fields = dict(_fields(page))
        fields.pop("lti_storage_target", None)
        login = browser.post(_action(page), data=fields, allow_redirects=False, timeout=30)
        cookie = {"Cookie": login.headers["Set-Cookie"].partition(";")[0]}
        location = login.headers["Location"]
        page = browser.get(location, headers=person_cookie, timeout=30).text
        return _post(browser, _action(page), _fields(page), cookie)


def search(places: Places, count: int) -> list[Pair]:
    """Search as often as is said, as somebody does who types and looks; each title is new."""
    opened = open_picker(places)
    kept = [pair for pair in opened.hidden if pair[0] not in {"page", "begin"}]
    with requests.Session() as browser, requests.Session() as direct:
        browser.trust_env = direct.trust_env = False
        looked_for = islice(titles(), count)
        return [_search_both(places, browser, direct, kept, each) for each in looked_for]


def search_without_pause(places: Places, start: int, end: int) -> None:
    """Search for titles that nobody looked for before, each beside the one before it."""
    kept = dict(open_picker(places).hidden)["session"]
    with requests.Session() as browser:
        browser.trust_env = False
        for number in range(start, end):
            day = f"20{25 + number // 336}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}"
            form = [("session", kept), ("show", "mine"), ("search", "1"), ("until", day)]
            answer = _post(browser, f"{places.tool}/lti/picker", form, {})
            assert 'class="media' in answer.text, f"nothing was found until {day}"


def _search_both(
    places: Places,
    browser: requests.Session,
    direct: requests.Session,
    kept: Fields,
    title: str,
) -> Pair:
    began = time.perf_counter()
    form = [*kept, ("show", "mine"), ("title", title), ("search", "1")]
    answer = _post(browser, f"{places.tool}/lti/picker", form, {})
    assert 'data-said="' in answer.text, answer.text
    seconds = _ask_studio(places, direct, title)
    time.sleep(max(0.0, began + PAUSE_SECONDS - time.perf_counter()))
    return Pair(answer.seconds, seconds)


def _ask_studio(places: Places, direct: requests.Session, title: str) -> float:
    tokens = requests.get(f"{places.studio}/_sandbox/tokens", timeout=30).json()
    query = {"title": title, "owner": EMAIL, "page": "1", "per_page": "50"}
    began = time.perf_counter()
    answer = direct.get(
        places.studio + SEARCH,
        params=query,
        headers={"Authorization": f"Bearer {tokens['access_token']}"},
        timeout=30,
    )
    seconds = time.perf_counter() - began
    answer.raise_for_status()
    return seconds


def _post(browser: requests.Session, url: str, fields: Fields, headers: dict[str, str]) -> Answered:
    began = time.perf_counter()
    answer = browser.post(url, data=fields, headers=headers, timeout=30)
    seconds = time.perf_counter() - began
    answer.raise_for_status()
    return Answered(answer.text, seconds)


def _fields(page: str) -> Fields:
    return [(unescape(name), unescape(value)) for name, value in _HIDDEN.findall(page)]


def _action(page: str) -> str:
    found = _ACTION.search(page)
    assert found is not None, page
    return unescape(found[1])
