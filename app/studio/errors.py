"""What can go wrong with Studio, split by what the caller should do next."""

from dataclasses import dataclass
from typing import TypeVar

from app.errors import PageError
from app.studio.operations import Operation
from app.texts import plain, say

BEGIN_AGAIN = say(
    "Begin again where you got the link: on the course page in your LMS, or with "
    "`flask studio connect`."
)
"""What to do where connecting an account came to nothing."""
LONGEST_HOLD_SECONDS = 300
"""Of a Retry-After of Studio no more is believed, and no more is told."""


class StudioError(PageError):
    """A call to Studio that did not bring what it was made for."""


class StudioAuthorizationError(StudioError):
    """Studio does not accept our tokens: an admin connects the account again."""


class StudioForbiddenError(StudioError):
    """Studio's 403: the account may not do this."""


class StudioNotFoundError(StudioError):
    """Studio's 404: what was asked for is not there (any more)."""


class MediaNotFoundError(StudioNotFoundError):
    """The media itself is not there (any more)."""


class StudioRejectedError(StudioError):
    """Studio's 400 or 422: it does not understand what was asked; asking again changes nothing."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with one argument; the message follows the field's name."""

    field: str
    message: str


@dataclass(eq=False)
class StudioArgumentError(StudioError):
    """An argument that no Studio would take: nothing was sent. `faults` names each field."""

    faults: tuple[Fault, ...] = ()


@dataclass(eq=False)
class StudioUnavailableError(StudioError):
    """Studio is overloaded or broken: the same call may work later.

    `asked_seconds` is Studio's own Retry-After; None where it said nothing.
    `answered` is the status that Studio gave; None where no connection came about.
    """

    asked_seconds: int | None = None
    answered: int | None = None


class StudioHeldBackError(StudioUnavailableError):
    """No call was made: the circuit is open, or there is no slot for it in time."""


class StudioTimeoutError(StudioError):
    """No answer in time: whether the call was obeyed has to be found out first."""


class StudioLostError(StudioError):
    """The connection broke after the call was sent: the same has to be found out."""


class StudioTokenError(StudioError):
    """No access token is to be had now. Never repeated: the refresh token may be used up."""


class StudioTokenDownError(StudioTokenError):
    """The token endpoint itself failed: 5xx, no answer in time, no connection."""


TokenError = TypeVar("TokenError", bound=StudioTokenError)


class StudioAnswerError(StudioError):
    """An answer that cannot be read, or that must not be believed."""


def authorization(log: str) -> StudioAuthorizationError:
    """Our tokens are refused, after one refresh."""
    return StudioAuthorizationError(
        "studio-authorization",
        502,
        say("Studio does not let this service in at the moment."),
        say(
            "Please tell the people who look after your LMS: "
            "the connection to Studio has to be made again."
        ),
        log=log,
    )


def code_refused(log: str) -> StudioAuthorizationError:
    """Studio gives no tokens for a code that an admin's browser brought."""
    return StudioAuthorizationError(
        "studio-code-refused",
        502,
        say("Studio did not accept the code that it had just given, so it is not connected."),
        say(
            "A code is good once, and for a few minutes. {again} If that does not help, compare "
            "client id, client secret and redirect URI with what Studio has.",
            again=BEGIN_AGAIN,
        ),
        log=log,
    )


def code_unanswered(log: str) -> StudioTokenError:
    """The token endpoint does not serve, and the code may be used up."""
    return StudioTokenError(
        "studio-unavailable",
        503,
        say("Studio cannot be reached at the moment, so it is not connected."),
        say("Please wait a little while. {again}", again=BEGIN_AGAIN),
        retry_after_seconds=10,
        log=log,
    )


def argument(*faults: Fault) -> StudioArgumentError:
    """Give the error for arguments that cannot be sent."""
    told = "; ".join(f"{fault.field}: {fault.message}" for fault in faults)
    return StudioArgumentError("studio-argument", 422, plain(f"{told}."), plain(""), faults=faults)


def unavailable(
    log: str, asked_seconds: int | None = None, answered: int | None = None
) -> StudioUnavailableError:
    """Studio answers, but cannot serve, or no connection comes about."""
    return StudioUnavailableError(
        "studio-unavailable",
        503,
        say("Studio cannot be reached at the moment."),
        say("Please try again in a little while."),
        retry_after_seconds=min(asked_seconds or 10, LONGEST_HOLD_SECONDS),
        log=log,
        asked_seconds=asked_seconds,
        answered=answered,
    )


def circuit_open(seconds: int) -> StudioHeldBackError:
    """Studio failed again and again, so searches and batches leave it alone for a while."""
    return StudioHeldBackError(
        "studio-held-back",
        503,
        say("Studio has trouble at the moment, so for a while this service only plays videos."),
        say("Videos that are in a course already still play. Please try again in a minute."),
        retry_after_seconds=max(1, seconds),
        log="the circuit towards Studio is open",
    )


def no_slot(seconds: int) -> StudioHeldBackError:
    """So many calls wait already that this one would wait for too long."""
    return StudioHeldBackError(
        "studio-held-back",
        503,
        say("This service is asking Studio for as much as it may at the moment."),
        say("Please try again in a little while."),
        retry_after_seconds=max(1, seconds),
        log="no slot within the time that the caller has: see STUDIO_CALLS_PER_SECOND",
    )


def token_down(log: str) -> StudioTokenDownError:
    """The token endpoint does not serve."""
    return _without_token(StudioTokenDownError, log)


def token_unavailable(log: str) -> StudioTokenError:
    """There is no token now, and no fault of the token endpoint."""
    return _without_token(StudioTokenError, log)


def _without_token(kind: type[TokenError], log: str) -> TokenError:
    return kind(
        "studio-unavailable",
        503,
        say("Studio cannot be reached at the moment."),
        say("Please try again in a little while."),
        retry_after_seconds=10,
        log=log,
    )


def lost(log: str) -> StudioLostError:
    """Studio took the call, and the connection broke."""
    return StudioLostError(
        "studio-unavailable",
        503,
        say("Studio cannot be reached at the moment."),
        say("Please try again in a little while."),
        retry_after_seconds=10,
        log=log,
    )


def timeout(log: str) -> StudioTimeoutError:
    """Studio took the call and did not answer."""
    return StudioTimeoutError(
        "studio-timeout",
        504,
        say("Studio is taking too long to answer."),
        say("Please try again in a little while."),
        log=log,
    )


def answer(log: str) -> StudioAnswerError:
    """Studio's answer is not one that can be used."""
    return StudioAnswerError(
        "studio-answer",
        502,
        say("Studio gave an answer that this service does not understand."),
        say("Please tell the people who look after your LMS; the reference below helps them."),
        log=log,
    )


def by_status(status: int, operation: Operation, asked_seconds: int | None) -> StudioError:
    """Give the error that an HTTP status of Studio means, apart from its 401."""
    log = f"{operation.name}: Studio answered {status}"
    match status:
        case 403:
            return StudioForbiddenError("studio-forbidden", 403, *operation.forbidden, log=log)
        case 404 if operation.of_media:
            return MediaNotFoundError("media-not-found", 404, *operation.missing, log=log)
        case 404:
            return StudioNotFoundError("studio-not-found", 404, *operation.missing, log=log)
        case 400 | 422:
            return StudioRejectedError("studio-rejected", status, *operation.rejected, log=log)
        case _ if status == 429 or status >= 500:
            return unavailable(log, asked_seconds, status)
        case _:
            return answer(log)
