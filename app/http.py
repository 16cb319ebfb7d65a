"""Outgoing HTTP: one pooled session a process that follows nothing and trusts no address blindly.

Not here: what may be repeated and how an answer is read (`studio/`, `core/key_sets.py`).
"""

import http.client
import io
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any, ClassVar

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

USER_AGENT = "StudioEmbed/0.1 (+LTI tool)"
CONNECT_SECONDS = 5
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96", "fec0::/10")
)
_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)
"""When the request of this thread must be over, on the monotonic clock."""


class OutgoingError(Exception):
    """A request that brought no answer; the text says why and holds nothing of the request."""


class HostRefusedError(OutgoingError):
    """The host is not one to speak to: its address is a private one, or its certificate bad."""


class AnswerLostError(OutgoingError):
    """The request may have been sent, and the connection broke: was it obeyed?"""


class AnswerTimeoutError(OutgoingError):
    """The request was sent and no answer came in time: whether it was obeyed is not known."""


class AnswerTooLongError(OutgoingError):
    """The answer is longer than whoever asked will read."""


class _PrivateAddressError(NewConnectionError):
    """The host answers at an address that is not of the open internet."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet.

    An IPv6 address that carries an IPv4 one in it (mapped, NAT64, 6to4, Teredo) could lead
    back into a private network, so the mapped one is unwrapped and the others are refused.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        elif ip.sixtofour or ip.teredo or any(ip in network for network in _NOT_PUBLIC):
            return False
    return ip.is_global and not ip.is_multicast


def _refuse_private(connection: HTTPConnection, connected: socket.socket) -> socket.socket:
    """Check who answers, after connecting and before a byte is sent: no second look-up can lie."""
    address = connected.getpeername()[0]
    if not is_public(address):
        connected.close()
        raise _PrivateAddressError(connection, "the host has a private address")
    return connected


class _TimedReader(io.RawIOBase):
    """Reads a socket until the deadline: its own time-out would hold for each read anew."""

    def __init__(self, connected: socket.socket, deadline: float) -> None:
        super().__init__()
        self._socket, self._deadline = connected, deadline
        self._raw = connected.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        self._socket.settimeout(remaining)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    """An answer of which nothing is read after the deadline of its own request."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        if (deadline := _deadline.get()) is not None:
            self.fp.close()
            self.fp = io.BufferedReader(_TimedReader(sock, deadline))


def _refuse_late(connection: HTTPConnection) -> None:
    """Send nothing where looking up and connecting took all the time."""
    deadline = _deadline.get()
    if deadline is not None and time.monotonic() >= deadline:
        connection.close()
        raise ConnectTimeoutError(connection, "no connection before the deadline")


class _TimedHTTPConnection(HTTPConnection):
    response_class = _TimedResponse

    def connect(self) -> None:
        super().connect()
        _refuse_late(self)


class _TimedHTTPSConnection(HTTPSConnection):
    response_class = _TimedResponse

    def connect(self) -> None:
        super().connect()
        _refuse_late(self)


class _GuardedHTTPConnection(_TimedHTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _refuse_private(self, super()._new_conn())


class _GuardedHTTPSConnection(_TimedHTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _refuse_private(self, super()._new_conn())


class _TimedHTTPPool(HTTPConnectionPool):
    ConnectionCls = _TimedHTTPConnection


class _TimedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _TimedHTTPSConnection


class _GuardedHTTPPool(HTTPConnectionPool):
    ConnectionCls = _GuardedHTTPConnection


class _GuardedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedHTTPSConnection


Pools = Mapping[str, type[HTTPConnectionPool]]


class _TimedAdapter(HTTPAdapter):
    pools: ClassVar[Pools] = {"http": _TimedHTTPPool, "https": _TimedHTTPSPool}

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = dict(self.pools)


class _GuardedAdapter(_TimedAdapter):
    pools: ClassVar[Pools] = {"http": _GuardedHTTPPool, "https": _GuardedHTTPSPool}


def make_session(*, allow_private: bool) -> requests.Session:
    """A session that ignores proxies of the environment; redirects are refused by `fetch`.

    Security: all accounts share it, so it keeps no cookie.
    """
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    session.headers["User-Agent"] = USER_AGENT
    adapter_class = _TimedAdapter if allow_private else _GuardedAdapter
    for scheme in ("https://", "http://"):
        session.mount(scheme, adapter_class(pool_connections=16, pool_maxsize=16))
    return session


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers (names in lower case) and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def fetch(
    session: requests.Session,
    method: str,
    url: str,
    *,
    answer_seconds: float,
    max_bytes: int,
    **options: Any,
) -> Answer:
    """One request, with its headers and body read within `answer_seconds` and `max_bytes`.

    A redirect is an answer like any other. Raises `AnswerTimeoutError` where the time is over
    after the connection stood, else `OutgoingError`.
    """
    with explained(answer_seconds), _until(time.monotonic() + answer_seconds):
        return _fetch(session, method, url, answer_seconds, max_bytes, options)


@contextmanager
def _until(deadline: float) -> Iterator[None]:
    """Let the requests in this block read nothing after the deadline."""
    before = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(before)


@contextmanager
def explained(answer_seconds: float) -> Iterator[None]:
    """Turn what a request raises in this block into `OutgoingError`s."""
    try:
        yield
    except requests.ConnectTimeout:
        raise OutgoingError("no connection in time") from None
    except (requests.Timeout, ReadTimeoutError):
        raise AnswerTimeoutError(f"no answer within {answer_seconds:.0f} s") from None
    except requests.ConnectionError as error:
        raise _explain(error) from None
    except (requests.RequestException, HTTPError) as error:
        raise AnswerLostError(type(error).__name__) from None


def _explain(error: requests.ConnectionError) -> OutgoingError:
    """Say why no connection came about, or that one broke."""
    reason = getattr(error.args[0], "reason", None)
    if isinstance(reason, _PrivateAddressError):
        return HostRefusedError("the host has a private address, which is refused")
    if isinstance(reason, NewConnectionError):
        return OutgoingError("no connection")
    if isinstance(reason, SSLError) and isinstance(reason.args[0], ssl.SSLCertVerificationError):
        return HostRefusedError("the host's certificate is not one that this machine trusts")
    return AnswerLostError("the connection broke")


def _fetch(
    session: requests.Session,
    method: str,
    url: str,
    answer_seconds: float,
    max_bytes: int,
    options: dict[str, Any],
) -> Answer:
    with session.request(
        method,
        url,
        timeout=(min(CONNECT_SECONDS, answer_seconds), answer_seconds),
        allow_redirects=False,
        stream=True,
        **options,
    ) as answer:
        body = bytearray()
        while piece := answer.raw.read1(8192, decode_content=True):
            body += piece
            if len(body) > max_bytes:
                raise AnswerTooLongError(f"an answer of more than {max_bytes} bytes")
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status_code, headers, bytes(body))
