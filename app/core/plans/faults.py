"""What is wrong in a file, told by the place where somebody mends it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

MOST_TOLD = 100


@dataclass(frozen=True)
class Fault:
    """What is wrong at one place, and how to mend it.

    `row` is the number that a spreadsheet shows, `column` its head as the file writes it; None
    where it is about more than one.
    """

    file: str
    row: int | None
    column: str | None
    problem: str
    remedy: str

    def __str__(self) -> str:
        row = None if self.row is None else f"row {self.row}"
        column = None if self.column is None else f"column {self.column}"
        where = ", ".join(part for part in (self.file, row, column) if part)
        return f"{where}: {self.problem} {self.remedy}".rstrip()


class UnreadableError(Exception):
    """A file that cannot be read beyond this fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass
class Faults:
    """All that is wrong, of which the first hundred are told."""

    told: list[Fault] = field(default_factory=list)
    count: int = 0

    @property
    def counted(self) -> str:
        """How many there are: `1 fault`, `12 faults`."""
        return "1 fault" if self.count == 1 else f"{self.count:,} faults"

    def add(self, faults: Iterable[Fault]) -> None:
        """Add some."""
        for fault in faults:
            self.count += 1
            if self.count <= MOST_TOLD:
                self.told.append(fault)
