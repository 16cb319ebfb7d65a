"""Asking somebody over the network, and what the answers say of the time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from app.core.doctor.check import Check, failed, ok, warning
from app.http import Answer, OutgoingError

SUSPICIOUS = timedelta(seconds=30)
LEEWAY = timedelta(seconds=60)


@dataclass(frozen=True)
class Asked:
    """What came of one question: an answer, or a fault in words."""

    url: str
    answer: Answer | None
    fault: str
    at: datetime

    @property
    def host(self) -> str:
        """Who was asked."""
        return urlsplit(self.url).netloc

    @property
    def ahead(self) -> timedelta | None:
        """How far our clock was ahead of theirs; None where they did not say what time it was.

        What a cache answers bears the time at which it was made, and its age since.
        """
        headers = {} if self.answer is None else self.answer.headers
        age = headers.get("age", "")
        try:
            made_at = parsedate_to_datetime(headers.get("date", ""))
            aged = timedelta(seconds=int(age)) if age.isdecimal() else timedelta()
            return self.at - made_at.replace(tzinfo=made_at.tzinfo or UTC) - aged
        except (ValueError, OverflowError):
            return None


def ask(url: str, question: Callable[[], Answer]) -> Asked:
    """Ask, and note what came of it and when."""
    try:
        return Asked(url, question(), "", datetime.now(UTC))
    except OutgoingError as error:
        return Asked(url, None, str(error), datetime.now(UTC))


def check_clock(asked: Iterable[Asked]) -> Check:
    """Compare our clock with those of whoever answered: launches have a leeway of 60 s."""
    told = [(ahead, one.host) for one in asked if (ahead := one.ahead) is not None]
    if not told:
        return warning(
            "clock",
            "Not checked: nobody who answered said what time it is.",
            "See that this machine sets its clock by NTP.",
        )
    ahead, host = max(told, key=lambda one: abs(one[0]))
    seconds = round(abs(ahead).total_seconds())
    if abs(ahead) <= SUSPICIOUS:
        return ok("clock", f"It is within {max(1, seconds)} s of the clocks of those who answered.")
    side = "ahead of" if ahead > timedelta() else "behind"
    finding = f"It is {seconds} s {side} the clock of {host}."
    remedy = (
        "Let this machine set its clock by NTP. If it does and only this host differs, its clock "
        "is wrong."
    )
    if abs(ahead) <= LEEWAY:
        return warning("clock", finding, f"{remedy} Launches are accepted up to 60 s.")
    return failed("clock", finding, f"{remedy} Launches are refused beyond 60 s.")
