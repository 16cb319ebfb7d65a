"""What tests share: a world for each module, on each database."""

import os
import socket
from collections.abc import Iterator
from typing import Any
from zlib import crc32

import pytest

from tests import world as worlds

_CONNECT = socket.socket.connect


def _connect_on_loopback(self: socket.socket, address: Any) -> None:
    """Connect, unless that would leave the machine."""
    host = address[0] if isinstance(address, tuple) else "127.0.0.1"
    if isinstance(host, str) and not host.startswith(("127.", "localhost", "::1")):
        raise AssertionError(f"a test wants to leave the machine: {address}")
    _CONNECT(self, address)


if "STUDIO_UNDER_TEST" not in os.environ:  # a real Studio, see rules/test_studio_operations.py
    socket.socket.connect = _connect_on_loopback  # type: ignore[method-assign,assignment]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mix the files, the same way each time: browsers take the cores while others wait."""
    items.sort(key=lambda item: crc32(item.path.name.encode()))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[worlds.World]:
    """The service with two workers, an LMS and a Studio, as a module of tests finds them."""
    with worlds.world(tmp_path_factory.mktemp("world"), request.param) as built:
        yield built


@pytest.fixture(autouse=True)
def _fresh_studio(request: pytest.FixtureRequest) -> None:
    """Let every test begin with a Studio that answers as it should."""
    if "world" in request.fixturenames:
        built = request.getfixturevalue("world")
        built.tell_studio("release")
