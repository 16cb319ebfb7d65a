"""Who has an invite cannot make the service call addresses that are not of the open internet."""

import re
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

from app.core import invites
from tests.journeys.registering import refusal
from tests.journeys.starting import environment, serving
from tests.servers import free_port
from tests.world import World

REFERENCE = re.compile(r'<code id="reference">[0-9a-f]+</code>')


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A service that is no development: it allows no private address."""
    with serving(environment(tmp_path_factory.mktemp("addresses"))) as alone:
        yield alone
        alone.close()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


def _open(service: World, url: str):
    secret, _ = invites.make_invite(service.database, None)
    told = {"invite": secret, "openid_configuration": url, "registration_token": "t"}
    return service.get("/lti/register", params=told)


def _heard(listener: socket.socket) -> bytes:
    """What was sent to whoever listens, by everybody who came."""
    heard = b""
    with suppress(BlockingIOError):
        while True:
            connected, _ = listener.accept()
            with connected:
                connected.settimeout(5)
                heard += connected.recv(65536)
    return heard


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0.0.0.0",
        "localhost",
        "LOCALHOST.",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
    ],
)
def test_a_private_address_hears_nothing_in_whatever_way_it_is_written(
    service: World, listener: socket.socket, host: str
):
    answer = _open(service, f"https://{host}:{listener.getsockname()[1]}/configuration")
    assert refusal(answer) == (502, "platform-unreachable")
    assert _heard(listener) == b""


def test_the_page_does_not_tell_whether_something_listens_there(
    service: World, listener: socket.socket
):
    ports = listener.getsockname()[1], free_port("127.0.0.1")
    pages = [_open(service, f"https://127.0.0.1:{port}/").text for port in ports]
    assert len({REFERENCE.sub("", page) for page in pages}) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://lms.school.example/configuration",
        "file:///etc/passwd",
        "ftp://lms.school.example/",
        "gopher://lms.school.example/",
        "//lms.school.example/",
        "https:lms.school.example",
        "https://",
        "https://user:secret@lms.school.example/",
        "https://lms.school.example\\@127.0.0.1/",
        "https://lms.school.example\t/",
        "https://lms.school.example:port/",
        "https://[::1/",
    ],
)
def test_what_is_no_https_address_is_not_called(service: World, url: str):
    assert refusal(_open(service, url)) == (400, "register-unreadable")


def test_an_invite_for_an_issuer_without_https_is_not_made(service: World):
    done = service.flask("platforms", "invite", "http://lms.school.example", check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "an issuer that registers itself is an https URL" in done.stderr


def test_no_invite_is_lost_by_all_that(service: World):
    secret, _ = invites.make_invite(service.database, None)
    service.get(
        "/lti/register", params={"invite": secret, "openid_configuration": "https://127.1/"}
    )
    invites.check_invite(service.database, secret)
