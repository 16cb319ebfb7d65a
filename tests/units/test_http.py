"""Outgoing HTTP against real sockets: no private address, no redirect, no endless answer."""

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from app.http import (
    AnswerLostError,
    AnswerTimeoutError,
    OutgoingError,
    _until,
    explained,
    fetch,
    is_public,
    make_session,
)

Behave = Callable[[socket.socket], object]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
DRIP_SECONDS = 3.0


class Server:
    """Accepts connections on loopback and lets `behave` answer; counts what was asked of it."""

    def __init__(self, behave: Behave, reads_first: bool) -> None:
        self.behave, self.reads_first = behave, reads_first
        self.asked: list[bytes] = []
        self.ended = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            connected, _ = self.listener.accept()
            with connected:
                if self.ended.is_set():
                    return
                asked = connected.recv(65536) if self.reads_first else b"(not read)"
                if asked:
                    self.asked.append(asked)
                    try:
                        self.behave(connected)
                    except OSError:
                        continue

    def drip(self, connected: socket.socket, piece: bytes) -> None:
        """Send a little, again and again, for longer than anyone should wait."""
        end = time.monotonic() + DRIP_SECONDS
        while time.monotonic() < end and not self.ended.wait(0.05):
            connected.sendall(piece)

    def close(self) -> None:
        self.ended.set()
        socket.create_connection(("127.0.0.1", self.port)).close()
        self.thread.join()
        self.listener.close()


@contextmanager
def serving(behave: Behave, *, reads_first: bool = True) -> Iterator[Server]:
    server = Server(behave, reads_first)
    try:
        yield server
    finally:
        server.close()


def _own_certificate(folder: Path) -> Path:
    """A key and a certificate that it signed itself, in one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
    own = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = made.add_extension(own, critical=True).sign(key, SHA256())
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "own.pem"
    file.write_bytes(secret + signed.public_bytes(pem))
    return file


def _saying(answer: bytes) -> Behave:
    return lambda connected: connected.sendall(answer)


def _fetch(
    url: str,
    *,
    allow_private: bool = True,
    answer_seconds: float = 5.0,
    max_bytes: int = 10_000,
) -> tuple[int, bytes]:
    with make_session(allow_private=allow_private) as session:
        answer = fetch(session, "GET", url, answer_seconds=answer_seconds, max_bytes=max_bytes)
    return answer.status, answer.body


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("127.0.0.1", False),
        ("127.255.255.254", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("::127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b:1::7f00:1", False),
        ("2002:7f00:1::", False),
        ("2001:0:7f00:1::", False),
    ],
)
def test_which_addresses_are_of_the_open_internet(address: str, public: bool):
    assert is_public(address) is public


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1"])
def test_this_machine_is_not_asked_under_any_name(host: str):
    with serving(_saying(OK + b"Content-Length: 2\r\n\r\nhi")) as server:
        with pytest.raises(OutgoingError) as caught:
            _fetch(f"http://{host}:{server.port}/", allow_private=False)
        assert server.asked == []
    assert str(caught.value) == "the host has a private address, which is refused"


def test_https_is_refused_before_a_byte_is_sent():
    with serving(_saying(b"")) as server:
        with pytest.raises(OutgoingError):
            _fetch(f"https://127.0.0.1:{server.port}/", allow_private=False)
        assert server.asked == []


def test_where_private_addresses_are_allowed_they_are_asked():
    with serving(_saying(OK + b"Content-Length: 2\r\n\r\nhi")) as server:
        assert _fetch(f"http://127.0.0.1:{server.port}/") == (200, b"hi")
        assert b"User-Agent: StudioEmbed/" in server.asked[0]


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch):
    with serving(_saying(OK + b"Content-Length: 2\r\n\r\nhi")) as server:
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        monkeypatch.setenv("all_proxy", "http://127.0.0.1:1")
        assert _fetch(f"http://127.0.0.1:{server.port}/") == (200, b"hi")


def test_a_redirect_is_an_answer_and_is_not_followed():
    with serving(_saying(OK + b"Content-Length: 2\r\n\r\nhi")) as target:
        where = f"Location: http://127.0.0.1:{target.port}/\r\n".encode()
        answer = b"HTTP/1.1 302 Found\r\n" + where + b"Content-Length: 0\r\n\r\n"
        with serving(_saying(answer)) as server:
            assert _fetch(f"http://127.0.0.1:{server.port}/") == (302, b"")
        assert target.asked == []


@pytest.mark.parametrize(("length", "taken"), [(10_000, True), (10_001, False)])
def test_an_answer_has_a_largest_size(length: int, taken: bool):
    body = b"x" * length
    with serving(_saying(OK + f"Content-Length: {length}\r\n\r\n".encode() + body)) as server:
        url = f"http://127.0.0.1:{server.port}/"
        if taken:
            assert _fetch(url) == (200, body)
        else:
            with pytest.raises(OutgoingError, match="an answer of more than 10000 bytes"):
                _fetch(url)


def test_a_compressed_answer_has_the_same_largest_size():
    bomb = gzip.compress(b"\0" * 5_000_000)
    head = OK + f"Content-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
    with (
        serving(_saying(head + bomb)) as server,
        pytest.raises(OutgoingError, match="an answer of more than 10000 bytes"),
    ):
        _fetch(f"http://127.0.0.1:{server.port}/")


def test_no_answer_in_time_is_told_as_such():
    with (
        serving(lambda _connected: server.ended.wait(DRIP_SECONDS)) as server,
        pytest.raises(AnswerTimeoutError),
    ):
        _fetch(f"http://127.0.0.1:{server.port}/", answer_seconds=0.3)


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (OK + b"Content-Length: 5000\r\n\r\n", b"x"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (OK + b"\r\n", b"x"),
        (OK, b"X-More: x\r\n"),
        (b"HTTP/1.1 200", b" OK"),
    ],
    ids=["length", "chunks", "until it closes", "headers", "first line"],
)
def test_an_answer_that_drips_is_not_waited_for(head: bytes, piece: bytes):
    def behave(connected: socket.socket) -> None:
        connected.sendall(head)
        server.drip(connected, piece)

    began = time.monotonic()
    with serving(behave) as server:
        with pytest.raises(AnswerTimeoutError):
            _fetch(f"http://127.0.0.1:{server.port}/", answer_seconds=0.3)
        assert time.monotonic() - began < DRIP_SECONDS / 2


@pytest.mark.parametrize("answer", [b"", b"garbage\r\n\r\n", OK + b"Content-Length: 9\r\n\r\nhi"])
def test_a_broken_answer_is_none(answer: bytes):
    with serving(_saying(answer)) as server, pytest.raises(OutgoingError):
        _fetch(f"http://127.0.0.1:{server.port}/")


def test_who_is_not_there_is_told_without_the_address():
    with socket.socket() as unbound:
        unbound.bind(("127.0.0.1", 0))
        port = unbound.getsockname()[1]
        with pytest.raises(OutgoingError) as caught:
            _fetch(f"http://127.0.0.1:{port}/secret?token=t")
    assert str(caught.value) == "no connection"


def test_a_certificate_that_nobody_vouches_for_is_told_as_such(tmp_path: Path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_own_certificate(tmp_path))

    def shake_hands(connected: socket.socket) -> None:
        with context.wrap_socket(connected.dup(), server_side=True):
            """The client hangs up when it sees the certificate."""

    with serving(shake_hands, reads_first=False) as server, pytest.raises(OutgoingError) as caught:
        _fetch(f"https://127.0.0.1:{server.port}/")
    assert str(caught.value) == "the host's certificate is not one that this machine trusts"
    assert not isinstance(caught.value, AnswerLostError)


def test_an_answer_over_tls_that_drips_is_not_waited_for(tmp_path: Path):
    certificate = _own_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def behave(connected: socket.socket) -> None:
        with context.wrap_socket(connected.dup(), server_side=True) as shaken:
            shaken.recv(65536)
            server.drip(shaken, b"HTTP")

    began = time.monotonic()
    with (
        serving(behave, reads_first=False) as server,
        make_session(allow_private=True) as session,
        pytest.raises(AnswerTimeoutError),
    ):
        session.verify = str(certificate)
        url = f"https://127.0.0.1:{server.port}/"
        fetch(session, "GET", url, answer_seconds=0.3, max_bytes=100)
    assert time.monotonic() - began < DRIP_SECONDS / 2


def test_nothing_is_sent_where_connecting_took_all_the_time():
    with serving(_saying(OK + b"Content-Length: 2\r\n\r\nhi")) as server:
        with (
            make_session(allow_private=True) as session,
            pytest.raises(OutgoingError, match="no connection in time"),
            explained(1),
            _until(time.monotonic()),
        ):
            session.get(f"http://127.0.0.1:{server.port}/", timeout=5)
        assert server.asked == []


@pytest.mark.parametrize("url", ["http://", "nothing", "file:///etc/passwd", "http://[x/"])
def test_what_is_no_address_is_not_asked(url: str):
    with pytest.raises(OutgoingError):
        _fetch(url)


def test_a_connection_is_used_again_whatever_was_answered():
    answers = [
        OK + b"Content-Length: 2\r\n\r\nok",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone",
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
        OK + b"Content-Length: 4\r\n\r\nlast",
    ]

    def behave(connected: socket.socket) -> None:
        for answer in answers:
            connected.sendall(answer)
            connected.recv(65536)

    with serving(behave) as server, make_session(allow_private=True) as session:
        for _ in answers:
            url = f"http://127.0.0.1:{server.port}/"
            last = fetch(session, "GET", url, answer_seconds=5, max_bytes=100)
        session.close()
        assert (last.body, len(server.asked)) == (b"last", 1)


def test_the_deadline_of_a_request_is_none_of_the_next_ones_on_its_connection():
    def behave(connected: socket.socket) -> None:
        connected.sendall(OK + b"Content-Length: 2\r\n\r\nhi")
        connected.recv(65536)
        server.ended.wait(0.4)
        connected.sendall(OK + b"Content-Length: 2\r\n\r\nho")

    with serving(behave) as server, make_session(allow_private=True) as session:
        url = f"http://127.0.0.1:{server.port}/"
        for seconds, body in ((0.3, b"hi"), (5, b"ho")):
            answer = fetch(session, "GET", url, answer_seconds=seconds, max_bytes=100)
            assert answer.body == body
        assert len(server.asked) == 1


def test_no_cookie_is_kept_for_the_next_request():
    asked: list[bytes] = []

    def behave(connected: socket.socket) -> None:
        connected.sendall(OK + b"Set-Cookie: a=b; Path=/\r\nContent-Length: 0\r\n\r\n")
        asked.append(connected.recv(65536))
        connected.sendall(OK + b"Content-Length: 0\r\n\r\n")

    with serving(behave) as server, make_session(allow_private=True) as session:
        for _ in range(2):
            url = f"http://127.0.0.1:{server.port}/"
            fetch(session, "GET", url, answer_seconds=5, max_bytes=100)
    assert b"GET / " in asked[0]
    assert b"cookie" not in asked[0].lower()
