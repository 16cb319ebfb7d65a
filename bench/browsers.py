"""The browsers of a platform's people; they run in processes beside the one that measures.

Each process has a few connections that are kept open, a thread each.
"""

import html
import http.client
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit

T = TypeVar("T")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Login:
    """What a login left in a browser, and how long it took."""

    state: str
    nonce: str
    cookie: str
    seconds: float


@dataclass(frozen=True)
class Launched:
    """What came of a launch, and how long it took."""

    status: int
    seconds: float
    body: str

    @property
    def is_forwarded(self) -> bool:
        """Whether the browser is sent on to the player."""
        return self.status == 302 or 'id="onward"' in self.body


def log_in(port: int, forms: list[dict[str, str]], threads: int) -> list[Login]:
    """Log in with each of these forms."""
    with ThreadPoolExecutor(threads) as pool:
        shares = [forms[number::threads] for number in range(threads)]
        found = pool.map(lambda share: _log_in_all(port, share), shares)
        return _in_order(list(found), len(forms))


def launch(port: int, ready: list[tuple[Login, str]], threads: int) -> list[Launched]:
    """Post each of these tokens, with the cookie of its login."""
    with ThreadPoolExecutor(threads) as pool:
        shares = [ready[number::threads] for number in range(threads)]
        found = pool.map(lambda share: _launch_all(port, share), shares)
        return _in_order(list(found), len(ready))


def go_on(port: int, path: str) -> Launched:
    """Open a page that waits, once."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    began = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return Launched(answer.status, time.perf_counter() - began, body)


def _in_order(shares: list[list[T]], count: int) -> list[T]:
    return [shares[number % len(shares)][number // len(shares)] for number in range(count)]


def _log_in_all(port: int, forms: list[dict[str, str]]) -> list[Login]:
    connection = _connect(port)
    logins = []
    for form in forms:
        began = time.perf_counter()
        answer, body = _post(connection, "/lti/login", form, {})
        seconds = time.perf_counter() - began
        query = parse_qs(urlsplit(answer.getheader("Location") or _onward(body)).query)
        cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        logins.append(Login(query["state"][0], query["nonce"][0], cookie, seconds))
    connection.close()
    return logins


def _launch_all(port: int, ready: list[tuple[Login, str]]) -> list[Launched]:
    connection = _connect(port)
    launched = []
    for login, token in ready:
        form = {"id_token": token, "state": login.state}
        began = time.perf_counter()
        answer, body = _post(connection, "/lti/launch", form, {"Cookie": login.cookie})
        launched.append(Launched(answer.status, time.perf_counter() - began, body))
    connection.close()
    return launched


def _connect(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=60)


def _post(
    connection: http.client.HTTPConnection,
    path: str,
    form: dict[str, str],
    headers: dict[str, str],
) -> tuple[http.client.HTTPResponse, str]:
    for attempt in (1, 2):
        try:
            connection.request("POST", path, urlencode(form), {**FORM, **headers})
            answer = connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            connection.close()  # gunicorn's plain worker closes after each answer
            if attempt == 2:
                raise
        else:
            return answer, answer.read().decode()
    raise AssertionError


def _onward(body: str) -> str:
    return html.unescape(body.partition('data-onward="')[2].partition('"')[0])
