"""Around every API operation: it is noted, it fails when told to, and its errors are JSON."""

from collections.abc import Callable
from functools import wraps

from flask import Response, jsonify, make_response, request
from flask.typing import ResponseReturnValue

from sandbox.studio.failing import fail, say_when
from sandbox.studio.faults import Operation
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
            with studio.lock:  # calls pass in the order of their times
                call = studio.journal.begin_call(name, request)
                passes = name == "token" or studio.throttle.may_pass(call["at"])
            if not passes:
                response = _told_to_wait(studio, call["at"])
            else:
                fault = studio.faults.take(name)
                response = fail(studio.gate, fault, lambda: _real_answer(view, values))
                if fault is not None and fault.reset:
                    return response
            studio.journal.end_call(call, response)
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


def _told_to_wait(studio: Studio, at: float) -> Response:
    limits = studio.throttle.limits
    response = make_response(jsonify(error="Too many calls."), limits.status)
    say_when(response, studio.throttle.seconds_to_wait(at), as_date=limits.retry_after_date)
    return response
