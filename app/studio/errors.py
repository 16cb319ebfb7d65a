"""What can go wrong with Studio, split by what the caller should do next."""

from dataclasses import dataclass

from app.errors import ServiceError


class StudioError(ServiceError):
    """A call to Studio that did not bring what it was made for."""


class StudioAuthorizationError(StudioError):
    """Studio does not accept our tokens: an admin connects the account again."""


class StudioForbiddenError(StudioError):
    """Studio's 403: the account may not do this."""


class MediaNotFoundError(StudioError):
    """Studio's 404: the media is not there (any more)."""


class StudioRejectedError(StudioError):
    """Studio's 400 or 422: it does not understand what was asked; asking again changes nothing."""


@dataclass(eq=False)
class StudioUnavailableError(StudioError):
    """Studio is overloaded or broken: the same call may work later.

    `asked_seconds` is Studio's own Retry-After; None where it said nothing.
    """

    asked_seconds: int | None = None


class StudioTimeoutError(StudioError):
    """No answer in time: whether the call was obeyed has to be found out first."""


class StudioLostError(StudioError):
    """The connection broke after the call was sent: the same has to be found out."""


class StudioTokenError(StudioError):
    """No access token is to be had now. Never repeated: the refresh token may be used up."""


class StudioAnswerError(StudioError):
    """An answer that cannot be read, or that must not be believed."""


def authorization(log: str) -> StudioAuthorizationError:
    """Our tokens are refused, after one refresh."""
    return StudioAuthorizationError(
        "studio-authorization",
        502,
        "Studio does not let this service in at the moment.",
        "Please tell the people who look after your LMS: "
        "the connection to Studio has to be made again.",
        log=log,
    )


def unavailable(log: str, asked_seconds: int | None = None) -> StudioUnavailableError:
    """Studio answers, but cannot serve, or no connection comes about."""
    return StudioUnavailableError(
        "studio-unavailable",
        503,
        "Studio cannot be reached at the moment.",
        "Please try again in a little while.",
        retry_after_seconds=asked_seconds or 10,
        log=log,
        asked_seconds=asked_seconds,
    )


def token_unavailable(log: str) -> StudioTokenError:
    """The token endpoint does not serve."""
    return StudioTokenError(
        "studio-unavailable",
        503,
        "Studio cannot be reached at the moment.",
        "Please try again in a little while.",
        retry_after_seconds=10,
        log=log,
    )


def lost(log: str) -> StudioLostError:
    """Studio took the call, and the connection broke."""
    return StudioLostError(
        "studio-unavailable",
        503,
        "Studio cannot be reached at the moment.",
        "Please try again in a little while.",
        retry_after_seconds=10,
        log=log,
    )


def timeout(log: str) -> StudioTimeoutError:
    """Studio took the call and did not answer."""
    return StudioTimeoutError(
        "studio-timeout",
        504,
        "Studio is taking too long to answer.",
        "Please try again in a little while.",
        log=log,
    )


def answer(log: str) -> StudioAnswerError:
    """Studio's answer is not one that can be used."""
    return StudioAnswerError(
        "studio-answer",
        502,
        "Studio gave an answer that this service does not understand.",
        "Please tell the people who look after your LMS; the reference below helps them.",
        log=log,
    )


def by_status(status: int, operation: str, asked_seconds: int | None) -> StudioError:
    """Give the error that an HTTP status of Studio means, apart from its 401."""
    log = f"{operation}: Studio answered {status}"
    match status:
        case 403:
            return StudioForbiddenError(
                "studio-forbidden",
                403,
                "Studio does not allow this service to use this video.",
                "Please ask the owner of the video in Studio to share it.",
                log=log,
            )
        case 404:
            return MediaNotFoundError(
                "media-not-found",
                404,
                "Studio has no such video: it may have been deleted.",
                "Please ask your teacher to put another one here.",
                log=log,
            )
        case 400 | 422:
            return StudioRejectedError(
                "studio-rejected",
                status,
                "Studio cannot put this video into this course.",
                "Please tell the people who look after your LMS; the reference below helps them.",
                log=log,
            )
        case _ if status == 429 or status >= 500:
            return unavailable(log, asked_seconds)
        case _:
            return answer(log)
