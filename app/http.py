"""Outgoing HTTP: one pooled session a process that follows nothing and trusts no address blindly.

Not here: what may be repeated and how an answer is read; that is `studio/` and `core/key_sets`.
"""

import ipaddress
import socket
import time
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

USER_AGENT = "StudioEmbed/0.1 (+LTI tool)"
CONNECT_SECONDS = 5
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class TooLargeError(requests.RequestException):
    """An answer that is larger than anything we asked for."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet.

    An IPv6 address that carries an IPv4 one in it (mapped, NAT64, 6to4, Teredo) could lead
    back into a private network, so the mapped one is unwrapped and the others are refused.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        elif ip in _NAT64 or ip.sixtofour or ip.teredo:
            return False
    return ip.is_global and not ip.is_multicast


def _refuse_private(connection: HTTPConnection, connected: socket.socket) -> socket.socket:
    """Check who answers, after connecting and before a byte is sent: no second look-up can lie."""
    address = connected.getpeername()[0]
    if not is_public(address):
        connected.close()
        raise NewConnectionError(connection, "the host has a private address")
    return connected


class _GuardedHTTPConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _refuse_private(self, super()._new_conn())


class _GuardedHTTPSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _refuse_private(self, super()._new_conn())


class _GuardedHTTPPool(HTTPConnectionPool):
    ConnectionCls = _GuardedHTTPConnection


class _GuardedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedHTTPSConnection


class _GuardedAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {"http": _GuardedHTTPPool, "https": _GuardedHTTPSPool}


def make_session(*, allow_private: bool) -> requests.Session:
    """A session that ignores proxies of the environment; redirects are refused by `fetch`."""
    session = requests.Session()
    session.trust_env = False
    session.headers["User-Agent"] = USER_AGENT
    adapter_class = HTTPAdapter if allow_private else _GuardedAdapter
    for scheme in ("https://", "http://"):
        session.mount(scheme, adapter_class(pool_connections=16, pool_maxsize=16))
    return session


def fetch(
    session: requests.Session,
    method: str,
    url: str,
    *,
    answer_seconds: float,
    max_bytes: int,
    **options: Any,
) -> tuple[requests.Response, bytes]:
    """One request, with its body read within `answer_seconds` and `max_bytes`.

    Raises `requests.RequestException`: `requests.Timeout` where the time is over,
    `TooLargeError` where the body is too large. A redirect is an answer like any other.
    """
    deadline = time.monotonic() + answer_seconds
    with session.request(
        method,
        url,
        timeout=(min(CONNECT_SECONDS, answer_seconds), answer_seconds),
        allow_redirects=False,
        stream=True,
        **options,
    ) as answer:
        body = bytearray()
        for piece in answer.iter_content(8192):
            body += piece
            if len(body) > max_bytes:
                raise TooLargeError(f"more than {max_bytes} bytes")
            if time.monotonic() > deadline:
                raise requests.ReadTimeout("the answer took too long")
        return answer, bytes(body)
