"""What a check comes to: one of three levels, a finding, and a remedy unless all is well."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "failed"]
BY_GRAVITY: tuple[Status, ...] = ("ok", "warning", "failed")


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    status: Status
    finding: str
    remedy: str | None = None


def ok(name: str, finding: str) -> Check:
    """All is well."""
    return Check(name, "ok", finding)


def warning(name: str, finding: str, remedy: str) -> Check:
    """It works, or may work; somebody should look at it."""
    return Check(name, "warning", finding, remedy)


def failed(name: str, finding: str, remedy: str) -> Check:
    """Launches fail because of it, or will."""
    return Check(name, "failed", finding, remedy)


def not_checked(name: str) -> Check:
    """What needs the database, where that failed."""
    finding = "Not checked, because the database failed."
    return warning(name, finding, "Mend the database, then run this again.")


def worst(checks: Iterable[Check]) -> Status:
    """Give the gravest status among checks."""
    return max((check.status for check in checks), key=BY_GRAVITY.index, default="ok")
