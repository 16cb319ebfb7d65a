"""Around every API operation: it is noted, it fails when told to, and its errors are JSON."""

import socket
import struct
from collections.abc import Callable
from functools import wraps

from flask import Response, jsonify, make_response, request
from flask.typing import ResponseReturnValue

from sandbox.studio.faults import Fault, Operation
from sandbox.studio.gate import HOLD_SECONDS
from sandbox.studio.state import Studio, current_studio

View = Callable[..., ResponseReturnValue]


class ApiError(Exception):
    """An answer with a status and `{"error": text}`."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


def operation(name: Operation) -> Callable[[View], Callable[..., Response]]:
    """Mark a view as this operation of the API."""

    def decorate(view: View) -> Callable[..., Response]:
        @wraps(view)
        def answer(**values: str) -> Response:
            studio = current_studio()
            call = studio.journal.begin_call(name, request.method, request.path)
            fault = studio.faults.take(name)
            if fault is None:
                response = _real_answer(view, values)
            else:
                response = _failing_answer(studio, fault, lambda: _real_answer(view, values))
            if fault is None or not fault.reset:
                studio.journal.end_call(call, response.status_code)
            return response

        return answer

    return decorate


def bearer_required(view: View) -> View:
    """Refuse with 401 who has no access token that is good now."""

    @wraps(view)
    def answer(**values: str) -> ResponseReturnValue:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not current_studio().tokens.is_good(token.strip()):
            raise ApiError(401, "The access token is missing, expired or unknown.")
        return view(**values)

    return answer


def _real_answer(view: View, values: dict[str, str]) -> Response:
    try:
        return make_response(view(**values))
    except ApiError as error:
        return make_response(jsonify(error=error.text), error.status)


def _failing_answer(studio: Studio, fault: Fault, work: Callable[[], Response]) -> Response:
    done = work() if fault.after else None
    if fault.hold:
        studio.gate.wait(HOLD_SECONDS)
    if fault.delay_seconds:
        studio.gate.wait(fault.delay_seconds)
    if fault.reset:
        return _cut_connection()
    if fault.garbage:
        return Response('{"media": [{"id": 2608', 200, mimetype="application/json")
    if fault.status is None and fault.body is None:
        return done or work()
    body = {"error": "The sandbox was told to fail."} if fault.body is None else fault.body
    response = make_response(jsonify(body), fault.status or 200)
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    return response


def _cut_connection() -> Response:
    connection = request.environ.get("werkzeug.socket") or request.environ.get("gunicorn.socket")
    if connection is None:
        raise ConnectionResetError("The sandbox was told to cut the connection.")
    # Lingering for no time makes the close a reset; shutting down works although the server
    # still has the socket open. Neither server complains when the client is gone.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(socket.SHUT_RDWR)
    return Response(status=500)
