"""Answers that fail as they are told (`faults`): late, cut, changed, or something else entirely."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from flask import Response, jsonify, make_response

from sandbox.connections import cut_connection, find_connection
from sandbox.studio.faults import Fault
from sandbox.studio.gate import HOLD_SECONDS, Gate

Work = Callable[[], Response]

_DRIPS = 20
_PAGE = "<!doctype html><title>Sign in</title><h1>Please sign in</h1>"


def fail(gate: Gate, fault: Fault | None, work: Work) -> Response:
    """Give the real answer, or what the fault makes of it."""
    if fault is None:
        return work()
    done = work() if fault.after else None
    if fault.hold:
        gate.wait(HOLD_SECONDS)
    if fault.delay_seconds:
        gate.wait(fault.delay_seconds)
    if fault.reset:
        return cut_connection()
    told = _told_answer(fault)
    return _changed(gate, fault, done or work()) if told is None else told


def say_when(response: Response, seconds: int | None, *, as_date: bool) -> None:
    """Say in the header when to come again, in seconds or as a date, which is a whole second."""
    if seconds is None:
        return
    then = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds + 1)
    date = format_datetime(then, usegmt=True)
    response.headers["Retry-After"] = date if as_date else str(seconds)


def _told_answer(fault: Fault) -> Response | None:
    """Give the answer that stands in for the real one; None where that is wanted."""
    status = fault.status or 200
    if fault.garbage:
        return Response('{"media": [{"id": 2608', 200, mimetype="application/json")
    if fault.redirect is not None:
        return Response(status=302, headers={"Location": fault.redirect})
    if fault.html:
        response = Response(_PAGE, status, mimetype="text/html")
    elif fault.body is not None:
        response = make_response(jsonify(fault.body), status)
    elif fault.status is not None:
        response = make_response(jsonify(error="The sandbox was told to fail."), status)
    else:
        return None
    say_when(response, fault.retry_after, as_date=fault.retry_after_date)
    return response


def _changed(gate: Gate, fault: Fault, response: Response) -> Response:
    if fault.change or fault.drop:
        response.set_data(json.dumps(_edited(json.loads(response.get_data()), fault)))
    if fault.cut or fault.drip_seconds:
        response.direct_passthrough = False
        body = response.get_data()
        pieces = (
            _half(find_connection(), body)
            if fault.cut
            else _drips(gate, body, fault.drip_seconds or 0)
        )
        response.response = pieces
        response.headers["Content-Length"] = str(len(body))
    return response


def _edited(value: Any, fault: Fault) -> Any:
    for path in (*fault.change, *fault.drop):
        *way, last = path.split(".")
        place = value
        with suppress(KeyError, IndexError, ValueError, TypeError):
            for step in way:
                place = place[int(step) if isinstance(place, list) else step]
            key = int(last) if isinstance(place, list) else last
            if path in fault.change:
                place[key] = fault.change[path]
            else:
                del place[key]
    return value


def _half(connection: socket.socket, body: bytes) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    connection.shutdown(socket.SHUT_RDWR)


def _drips(gate: Gate, body: bytes, seconds: float) -> Iterator[bytes]:
    size = max(1, -(-len(body) // _DRIPS))
    for start in range(0, len(body), size):
        gate.wait(seconds / _DRIPS)
        yield body[start : start + size]
