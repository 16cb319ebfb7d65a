"""A course's embeds leave as a cartridge, and play where an LMS imports it."""

import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree as Xml

import pytest

from app.core.embed_lists import list_embeds
from sandbox.lms.messages import LTI
from tests.journeys.commanding import in_environment, on_terminal, refuse, say
from tests.journeys.planning import HEAD, plan, run
from tests.pages import read_code
from tests.world import ROOT, World

MINE, MARKED, EMPTY = 262118, 262590, 999
BLTI = "{http://www.imsglobal.org/xsd/imsbasiclti_v1p0}"
TARGET = f"{LTI}/target_link_uri"


@pytest.fixture(autouse=True)
def _environment(world: World) -> Iterator[None]:
    with in_environment(world):
        yield


@pytest.fixture
def links(world: World, tmp_path: Path) -> list[str]:
    """The addresses of a cartridge's links, as Canvas keeps them.

    One embed is an instructor's by a link without a mark, the other of a link that bears it.
    """
    made = [
        world.launch({"media_id": str(MINE)}, person="instructor", course_id=102),
        world.launch(world.marked(MARKED, "bare_embed", downloadable=True), course_id=102),
    ]
    assert [answer.status_code for answer in made] == [302, 302]
    target = tmp_path / "course-102.imscc"
    assert say("embeds", "cartridge", "102", "--output", str(tmp_path)) == (
        f"Saved {target}, with 2 links.\n"
    )
    return canvas_addresses(target)


def canvas_addresses(cartridge: Path) -> list[str]:
    """Read links as Canvas's importer does: custom parameters go into the address."""
    addresses = []
    with zipfile.ZipFile(cartridge) as archive:
        assert archive.namelist()[0] == "imsmanifest.xml"
        for name in archive.namelist()[1:]:
            link = Xml.fromstring(archive.read(name))
            custom = {
                f"custom_{one.attrib['name']}": one.text for one in link.find(f"{BLTI}custom") or []
            }
            addresses.append(f"{link.findtext(f'{BLTI}launch_url')}?{urlencode(custom)}")
    return addresses


def at(address: str) -> Callable[[dict[str, Any]], object]:
    return lambda claims: claims.__setitem__(TARGET, address)


def test_students_play_what_canvas_imported_in_another_course_first(world: World, links: list[str]):
    copied = world.lms.copy_course(103).id
    unmarked = links[0].partition("&custom_link=")[0]
    refused = world.launch(change=at(unmarked), course_id=copied)
    assert (refused.status_code, read_code(refused)) == (403, "not-embedded-yet")
    for address in links:
        assert world.launch(change=at(address), course_id=copied).status_code == 302
    found = list_embeds(world.database, course_id=copied)
    assert [(one.key.media_id, one.key.embed_type, one.key.downloadable) for one in found] == [
        (MARKED, "bare_embed", True),
        (MINE, "embed", False),
    ]


def test_an_address_says_what_is_wanted_and_nothing_else(world: World):
    url = world.lms.settings.launch_url
    marked = urlencode({f"custom_{name}": text for name, text in world.marked(MARKED).items()})
    nothing = world.launch(change=at(f"{url}?media_id={MARKED}&custom_media={MARKED}"))
    assert (nothing.status_code, "Location" in nothing.headers) == (200, False)
    odd = world.launch(change=at(f"{url}?custom_media_id=seven"))
    assert (odd.status_code, read_code(odd)) == (400, "link-odd")
    empty = world.launch(change=at(f"{url}?custom_media_id="))
    assert (empty.status_code, "Location" in empty.headers) == (200, False)
    plain = world.launch(change=at(f"{url}?{marked}&custom_start_at=90#part"))
    claimed = {"canvas_course_id": "777", "canvas_api_domain": "evil.example"}
    more = urlencode({f"custom_{name}": text for name, text in claimed.items()})
    again = world.launch(change=at(f"{url}?{more}&custom_start_at=90&{marked}"))
    assert (plain.status_code, plain.headers["Location"]) == (302, again.headers["Location"])
    assert quote("custom_arc_start_at=90", safe="") in plain.headers["Location"]


def test_what_the_message_claims_goes_before_what_the_address_says(world: World):
    address = f"{world.lms.settings.launch_url}?custom_media_id=seven"
    answer = world.launch(world.marked(MARKED), change=at(address))
    assert answer.status_code == 302


def test_the_command_writes_a_file_or_standard_output(
    world: World, links: list[str], tmp_path: Path
):
    order, target = ("embeds", "cartridge", "102", "--output"), tmp_path / "mine.imscc"
    told = say(*order, str(target), "--json", "--studio", "1")
    assert told == (
        f'{{\n  "course_id": 102,\n  "path": "{target}",\n  "links": {len(links)}\n}}\n'
    )
    assert target.read_bytes() == (tmp_path / "course-102.imscc").read_bytes()
    command = [sys.executable, "-m", "flask", *order, "-"]
    piped = subprocess.run(
        command, cwd=ROOT, env=world.environment, capture_output=True, check=True
    )
    assert piped.stdout == target.read_bytes()


def test_a_link_for_each_place_in_the_plan_is_counted(world: World, tmp_path: Path):
    rows = f"{MINE},777,One,,Week 1,\n{MINE},777,Two,,Week 5,\n"
    assert run("embeds", "batch", plan(tmp_path, HEAD + rows)).status == 0
    target = tmp_path / "x.imscc"
    told = say("embeds", "cartridge", "777", "--output", str(target))
    assert told == f"Saved {target}, with 2 links.\n"
    assert len(canvas_addresses(target)) == 2


def test_a_file_that_is_there_is_replaced_only_when_asked(world: World, tmp_path: Path):
    world.launch(world.marked(MARKED), course_id=101)
    target = tmp_path / "x.imscc"
    target.write_text("mine")
    order = ("embeds", "cartridge", "101", "--output", str(target))
    question = f"{target} is there already. Replace it?"
    said = refuse(*order, status=2)
    assert said.endswith(f"Error: {question} There is no terminal to ask on: say --force.\n")
    status, lines = on_terminal(world, *order, answer="n\n", columns=300)
    assert (status, lines[-2:]) == (1, [f"{question} [y/N]: n", "Aborted!"])
    assert target.read_text() == "mine"
    before = tmp_path / "before"
    before.hardlink_to(target)
    say(*order, "--force")
    assert before.read_text() == "mine"  # it was replaced when the new one was whole
    assert zipfile.is_zipfile(target)


def test_what_cannot_be_written_says_why(world: World, tmp_path: Path):
    order = ("embeds", "cartridge")
    assert refuse(*order, str(EMPTY)) == (
        f"Error: Nothing is embedded in course {EMPTY}. A cartridge needs at least one embed.\n"
    )
    assert refuse(*order, "101", "--studio", "nowhere").startswith("Error: There is no Studio")
    world.launch(world.marked(MARKED), course_id=101)
    long = tmp_path / ("x" * 300)
    assert refuse(*order, "101", "--output", str(long)) == (
        f"Error: {long} cannot be written: File name too long.\n"
    )
    nowhere = tmp_path / "no" / "x.imscc"
    assert refuse(*order, "101", "--output", str(nowhere)) == (
        f"Error: {nowhere} cannot be written: No such file or directory.\n"
    )
    told = refuse(*order, "101", "--output", "-", "--json", status=2)
    assert told.endswith(
        "Error: --json and --output -: standard output has room for one of them.\n"
    )
    for wrong in ("", "x", "0"):
        told = refuse(*order, *wrong.split(), status=2)
        assert "Usage: flask embeds cartridge" in told
