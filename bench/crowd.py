"""A class of 300 opens the page at nine o'clock, and nobody has made its embed yet."""

import html
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from app.core import keys, marks
from app.db import Database
from bench import browsers
from bench.browsers import Answer
from bench.platform import Platform
from bench.servers import free_port, gunicorn
from bench.subjects import MEDIA_ID, service

PEOPLE, ROUNDS, STUDIO_SECONDS = 300, 3, 0.5
LONGEST_SECONDS = 60


@dataclass(frozen=True)
class Round:
    """What one class saw."""

    at_once: int
    by_waiting: int
    lost: int
    all_seconds: float
    calls: int


def measure(platform: Platform, folder: Path) -> list[Round]:
    """Let classes come, each to an embed that is new; Studio takes half a second to make one."""
    folder.mkdir()
    with _studio(folder) as studio:
        settings = {
            "STUDIO_URL": studio,
            "STUDIO_CLIENT_ID": "sandbox-client",
            "STUDIO_CLIENT_SECRET": "sandbox-client-secret",
            "STUDIO_REFRESH_TOKEN": "sandbox-refresh-token",
        }
        with service(platform, folder, 1, settings) as running:
            link = _link(folder, studio)
            return [
                _come(platform, running.port, studio, {**link, "canvas_course_id": str(course_id)})
                for course_id in range(5000, 5000 + ROUNDS)
            ]


def tell(rounds: list[Round]) -> int:
    """Print what the classes saw; gives how many people did not arrive."""
    lost = sum(each.lost for each in rounds)
    print(
        f"{PEOPLE} at once on a new embed, Studio takes {STUDIO_SECONDS} s: "
        f"{statistics.median(each.at_once for each in rounds):.0f} are forwarded at once, "
        f"{statistics.median(each.by_waiting for each in rounds):.0f} by the page that waits, "
        f"all within {max(each.all_seconds for each in rounds):.1f} s; {lost} do not arrive; "
        f"create_embed is called {max(each.calls for each in rounds)} time(s) a class"
    )
    return lost


@contextmanager
def _studio(folder: Path) -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    arguments = ("--worker-class", "gthread", "--threads", "8", "--no-control-socket")
    environment = {"SANDBOX_STUDIO_URL": url}
    log = folder / "studio.log"
    with gunicorn("studio", port, (*arguments, "sandbox.studio.wsgi:app"), environment, log):
        yield url


def _link(folder: Path, studio: str) -> dict[str, str]:
    """Give the parameters of a link of ours, which everybody may cause to be made."""
    db = Database(f"sqlite:///{folder / 'service.sqlite3'}")
    key = keys.get_mark_key(db)
    db.dispose()
    link = marks.link_parameters(key, studio, MEDIA_ID, "embed", downloadable=False)
    return {**link, "canvas_api_domain": "127.0.0.1"}


def _come(platform: Platform, port: int, studio: str, custom: dict[str, str]) -> Round:
    slow = {"operation": "create_embed", "delay_seconds": STUDIO_SECONDS}
    requests.post(f"{studio}/_sandbox/next", json=slow, timeout=5).raise_for_status()
    before = _calls(studio)
    taken = platform.launch(port, PEOPLE, custom, width=PEOPLE)
    began = time.monotonic() - max(each.seconds for each in taken.launched)
    waiting = [each for each in taken.launched if not each.is_forwarded]
    by_waiting, left = len(waiting), waiting
    while left and time.monotonic() < began + LONGEST_SECONDS:
        time.sleep(2)  # as the page says
        left = _look(port, left)
    return Round(
        at_once=PEOPLE - by_waiting,
        by_waiting=by_waiting - len(left),
        lost=len(left),
        all_seconds=time.monotonic() - began,
        calls=_calls(studio) - before,
    )


def _look(port: int, pages: list[Answer]) -> list[Answer]:
    """Look again, as each page that waits does; gives those who are not forwarded, refused too."""
    waits = [path for path in map(_waits_at, pages) if path]
    looked = browsers.exchange(port, [browsers.page_get(path) for path in waits], PEOPLE)
    refused = [page for page in pages if not _waits_at(page)]
    return refused + [answer for answer in looked if not answer.is_forwarded]


def _waits_at(page: Answer) -> str:
    path = html.unescape(page.body.partition('<a href="')[2].partition('"')[0])
    return path if path.startswith("/lti/wait") else ""


def _calls(studio: str) -> int:
    answer = requests.get(f"{studio}/_sandbox/calls", timeout=5)
    return sum(call["operation"] == "create_embed" for call in answer.json())
