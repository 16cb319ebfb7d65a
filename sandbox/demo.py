"""`make demo`: the service with the small LMS and the small Studio, from nothing, until Ctrl-C.

1. Three ports must be free. Studio's data stay in `instance/` from one demo to the next, unless
   `--reset` is given; all other data are in a folder of its own, which is deleted at the end.
2. Three gunicorns start, each in a process group of its own, and must answer.
3. The service's own commands give the parameters of a few links, which the LMS puts on pages, and
   the links with which Studio can be connected anew and the LMS can register itself.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Never

import requests

from sandbox.installation import (
    LAUNCH_MODES,
    LaunchMode,
    forget,
    lms_server,
    service_environment,
    service_server,
    studio_database,
    studio_server,
    told_to_shells,
)
from sandbox.lms import LmsSettings
from sandbox.processes import (
    ROOT,
    FailedError,
    StoppedError,
    check_port,
    pause,
    started,
    wait_until_ready,
)
from sandbox.studio import StudioSettings

_COMMAND_SECONDS = 60
_PORTS = {"DEMO_PORT": 8000, "DEMO_LMS_PORT": 8001, "DEMO_STUDIO_PORT": 8002}
_MODES: Mapping[LaunchMode, str] = {
    "canvas": "the LMS launches Studio",
    "lti11": "the service signs for Studio",
    "lti13": "the service is Studio’s platform",
}


@dataclass(frozen=True)
class DemoLink:
    """A link that the demo puts on a page of the LMS."""

    course_id: int
    page: str
    media_id: int
    title: str
    embed_type: str = "embed"
    downloadable: bool = False


LINKS = (
    DemoLink(101, "week-1", 260854, "Cell Division: Mitosis in Six Minutes"),
    DemoLink(101, "week-3", 260861, "Week 3 Lecture – Photosynthesis", "bare_embed"),
    DemoLink(101, "lab", 261007, "Lab Safety Briefing", downloadable=True),
    DemoLink(102, "reading", 262118, "Podcast: The Voyage of the Beagle", "bare_embed"),
)


def main() -> int:
    """Run the demo until a signal ends it (0), or something fails (1)."""
    options = _read_options()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    try:
        with ExitStack() as stack:
            _demonstrate(stack, stop, options)
    except StoppedError:
        return 0
    except FailedError as failed:
        print(failed, file=sys.stderr, flush=True)
        return 1


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description="The demo.")
    parser.add_argument(
        "--reset", action="store_true", help="forget what Studio knew from earlier demos"
    )
    parser.add_argument(
        "--media", type=int, default=StudioSettings.media, help="how many media Studio has"
    )
    return parser.parse_args()


def _demonstrate(stack: ExitStack, stop: threading.Event, options: argparse.Namespace) -> Never:
    mode = _read_launch_mode()
    ports = [_read_port(variable, default) for variable, default in _PORTS.items()]
    lms = LmsSettings(
        url=f"http://127.0.0.1:{ports[1]}",
        tool_url=f"http://localhost:{ports[0]}",
        studio_url=f"http://127.0.0.2:{ports[2]}",
    )
    database = studio_database(ROOT / "instance", ports[2])
    studio = StudioSettings(
        url=lms.studio_url,
        platform_issuer=lms.tool_url,
        media=options.media,
        database=str(database),
    )
    temporary = tempfile.TemporaryDirectory(prefix="studio-embed-", ignore_cleanup_errors=True)
    folder = Path(stack.enter_context(temporary))
    environment = service_environment(lms, studio, mode, folder)
    servers = (
        studio_server(studio, ports[2]),
        lms_server(lms, studio, ports[1]),
        service_server(lms, environment, ports[0]),
    )
    for server in servers:
        check_port(server)
    if options.reset:
        forget(database)
    running = [stack.enter_context(started(server, folder)) for server in servers]
    wait_until_ready(servers, running, stop)
    for link in LINKS:
        _put_link(link, lms, environment, stop)
    commands = (["studio", "connect", "--json"], ["platforms", "invite", "--json"])
    connect, invite = (_ask(command, environment, stop)["url"] for command in commands)
    shells = ROOT / "instance" / f"demo-{ports[0]}.sh"
    stack.enter_context(told_to_shells(environment, shells))
    _tell(lms, mode, folder, database, connect, invite, shells)
    while True:
        pause(stop, 0.5)
        for each in running:
            each.check()


def _read_launch_mode() -> LaunchMode:
    value = os.environ.get("DEMO_LAUNCH_MODE", "canvas")
    for mode in LAUNCH_MODES:
        if mode == value:
            return mode
    raise FailedError(f"DEMO_LAUNCH_MODE: {value!r} is none of {', '.join(LAUNCH_MODES)}.")


def _read_port(variable: str, default: int) -> int:
    value = os.environ.get(variable, str(default))
    if not value.isascii() or not value.isdigit() or not 0 < int(value) < 65536:
        raise FailedError(f"{variable}: {value!r} is no port.")
    return int(value)


def _put_link(
    link: DemoLink, lms: LmsSettings, environment: Mapping[str, str], stop: threading.Event
) -> None:
    custom = _custom_parameters(link, environment, stop)
    body = {"course_id": link.course_id, "page": link.page, "title": link.title, "custom": custom}
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(f"{lms.url}/_sandbox/links", json=body, timeout=10)
    if not answer.ok:
        raise FailedError(f"The LMS takes no link to media {link.media_id}: {answer.text}")


def _custom_parameters(
    link: DemoLink, environment: Mapping[str, str], stop: threading.Event
) -> Any:
    command = ["embeds", "link", str(link.media_id), "--embed-type", link.embed_type, "--json"]
    if link.downloadable:
        command.append("--downloadable")
    return _ask(command, environment, stop)


def _ask(command: list[str], environment: Mapping[str, str], stop: threading.Event) -> Any:
    """Give what a command of the service says as JSON."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_COMMAND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise FailedError(f"flask {' '.join(command)} takes too long") from error
    pause(stop, 0)
    if done.returncode:
        raise FailedError(f"flask {' '.join(command)} failed:\n{done.stderr or done.stdout}")
    return json.loads(done.stdout)


def _tell(
    lms: LmsSettings,
    mode: LaunchMode,
    folder: Path,
    database: Path,
    connect: str,
    invite: str,
    shells: Path,
) -> None:
    print(
        f"Studio Embed  {lms.tool_url}/\n"
        f"Studio        {lms.studio_url}/\n"
        f"Launch mode   {mode}: {_MODES[mode]} (DEMO_LAUNCH_MODE)\n"
        f"Kept          {database.relative_to(ROOT)}: what Studio knows (--reset forgets it)\n"
        f"Connect       {connect}\n"
        "              (as an admin connects Studio: good once, for half an hour)\n"
        f"Register      {invite}\n"
        f"              (as an LMS registers itself: paste it at {lms.url}/registration/)\n"
        f"Commands      . {shells.relative_to(ROOT)}\n"
        "              (in another shell: from then on `flask …` there is of this service)\n"
        f"Logs          {folder}/*.log (deleted at the end, like all other data)\n"
        "Open the LMS below, choose who you are, and open a page of a course: its video plays.\n"
        "Copy the course, and it plays there too. As Ines Instructor, edit a page and insert a\n"
        "video. Ctrl-C ends all.",
        flush=True,
    )
    print(f"{lms.url}/", flush=True)


if __name__ == "__main__":
    sys.exit(main())
