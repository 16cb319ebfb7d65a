"""The browsers of a platform's people: one loop over connections that are kept open.

It must cost little, and never let a server run dry: one that sleeps between requests pays for
waking up, and that would be measured.
"""

import html
import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

LONGEST_SECONDS = 60
CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True)
class Answer:
    """What a server answered, and how long that took."""

    status: int
    headers: dict[str, str]
    body: str
    seconds: float

    @property
    def is_forwarded(self) -> bool:
        """Whether the browser is sent on to the player."""
        return self.status == 302 or 'id="onward"' in self.body


@dataclass(frozen=True)
class Login:
    """What a login left in a browser."""

    state: str
    nonce: str
    cookie: str
    seconds: float


def read_login(answer: Answer) -> Login:
    """Read a login's answer, a redirect or a page."""
    query = parse_qs(urlsplit(answer.headers.get("location") or _onward(answer.body)).query)
    cookie = answer.headers.get("set-cookie", "").partition(";")[0]
    return Login(query["state"][0], query["nonce"][0], cookie, answer.seconds)


def form_post(path: str, form: dict[str, str], **headers: str) -> bytes:
    """Give a request that posts a form, as it goes over the wire."""
    body = urlencode(form)
    headers |= {
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(body)),
    }
    return _head("POST", path, headers) + body.encode()


def page_get(path: str) -> bytes:
    """Give a request for a page."""
    return _head("GET", path, {})


def exchange(port: int, requests: list[bytes], width: int) -> list[Answer]:
    """Send all requests over `width` connections, each as soon as one is free."""
    answers: dict[int, Answer] = {}
    waiting = iter(enumerate(requests))
    with selectors.DefaultSelector() as selector:
        connections = [_Connection(port, selector) for _ in range(width)]
        busy = sum(connection.take(waiting) for connection in connections)
        while busy:
            ready = selector.select(LONGEST_SECONDS)
            if not ready:
                raise TimeoutError(f"no answer within {LONGEST_SECONDS} s")
            for key, _ in ready:
                connection: _Connection = key.data
                if (answer := connection.receive()) is not None:
                    answers[connection.number] = answer
                    busy -= not connection.take(waiting)
        for connection in connections:
            connection.close()
    return [answers[number] for number in range(len(requests))]


@dataclass
class _Connection:
    """One connection, and the request that is under way on it."""

    port: int
    selector: selectors.BaseSelector
    number: int = -1
    _request: bytes = b""
    _received: bytes = b""
    _began: float = 0.0
    _socket: socket.socket | None = None

    def take(self, waiting: Iterator[tuple[int, bytes]]) -> bool:
        """Send the next request; False where there is none."""
        self.number, self._request = next(waiting, (-1, b""))
        if self._request:
            self._began = time.perf_counter()
            self._send()
        return bool(self._request)

    def receive(self) -> Answer | None:
        """Read what came; the answer, once it is whole."""
        assert self._socket is not None
        try:
            chunk = self._socket.recv(CHUNK_BYTES)
        except ConnectionResetError:
            chunk = b""
        self._received += chunk
        answer = _read_answer(self._received, time.perf_counter() - self._began)
        if answer is None and chunk:
            return None
        if answer is None or answer.headers.get("connection") == "close":
            self.close()
        if answer is None:
            if self._received or not self._request:
                raise ConnectionError("the server closed before its answer was whole")
            self._send()  # it had closed a connection that was idle
        return answer

    def close(self) -> None:
        """Close it; the next request opens another."""
        if self._socket is not None:
            self.selector.unregister(self._socket)
            self._socket.close()
            self._socket = None

    def _send(self) -> None:
        self._received = b""
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self.port), LONGEST_SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.selector.register(self._socket, selectors.EVENT_READ, self)
        try:
            self._socket.sendall(self._request)
        except (BrokenPipeError, ConnectionResetError):
            self.close()
            self._send()


def _head(method: str, path: str, headers: dict[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: text/html"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def _read_answer(received: bytes, seconds: float) -> Answer | None:
    head, found, body = received.partition(b"\r\n\r\n")
    if not found:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    if len(body) < int(headers["content-length"]):
        return None
    return Answer(int(first.split()[1]), headers, body.decode(), seconds)


def _onward(body: str) -> str:
    return html.unescape(body.partition('data-onward="')[2].partition('"')[0])
