"""A plan: a file's rows as the items of a batch, read once, in memory a row at a time.

All that is wrong is said, not only the first. Rows that say the same are folded.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from app.core.batch_making import MOST_ITEMS, NewItem
from app.core.plans import fields
from app.core.plans.courses import read_courses
from app.core.plans.faults import MOST_TOLD, Fault, Faults, UnreadableError
from app.core.plans.fields import Wanted
from app.core.plans.library import Found, Library, Missing
from app.core.plans.patience import Patience
from app.core.plans.sources import Source
from app.core.plans.table import Table
from app.errors import BatchError
from app.studio.client import StudioClient


@dataclass
class Plan:
    """A plan that is being read: how far, what is wrong, and what is the same as in rows above.

    `folded` has pairs of a row and the one above it, the first hundred of `folded_count`.
    `cut_off` is the fault beyond which nothing was read. With `patience` a Studio that does not
    serve is waited for; `on_row` is told how many rows are read, before each is looked up.
    """

    source: Source
    courses: Source | None
    studio: StudioClient
    rows: int = 0
    items: int = 0
    faults: Faults = field(default_factory=Faults)
    notes: list[str] = field(default_factory=list)
    folded: list[tuple[int, int]] = field(default_factory=list)
    folded_count: int = 0
    cut_off: Fault | None = None
    patience: Patience | None = None
    on_row: Callable[[int], None] | None = None

    def read(self) -> Iterator[NewItem]:
        """Give the items of all rows in which nothing is wrong; `faults` tells of the others.

        Each has its row's number in `more`. Raises `StudioError` where Studio does not say which
        media a row means.
        """
        try:
            yield from self._read()
        except UnreadableError as error:
            self.cut_off = error.fault
            self.faults.add([error.fault])

    def read_but_faulty(self) -> Iterator[NewItem]:
        """Give the items without the faulty rows; raises `BatchError` where it breaks off.

        Nobody has seen what stands beyond that, so nobody can have meant to leave it out.
        """
        yield from self.read()
        if self.cut_off is not None:
            raise _unreadable("--skip-faulty leaves out single rows. ")

    def read_faultless(self) -> Iterator[NewItem]:
        """Give the items of a plan; raises `BatchError` at the end where something is wrong."""
        for item in self.read():
            if not self.faults.count:
                yield item
        if self.cut_off is not None:
            raise _unreadable()
        if self.faults.count:
            raise faulty(self.faults)

    def _read(self) -> Iterator[NewItem]:
        numbers = None if self.courses is None else read_courses(self.courses, self.faults)
        table = Table(self.source, {*fields.KNOWN, *fields.RESULTS})
        self.notes += fields.notes_on_heads(table)
        heads = fields.check_heads(table, with_courses=numbers is not None)
        if heads:
            self.faults.add(heads)
            return
        library = Library(self.studio, self.patience)
        seen: dict[bytes, int] = {}
        for row in table.rows():
            self.rows += 1
            self._check_size(table, row.number, self.rows)
            if self.on_row is not None:
                self.on_row(self.rows)
            wanted = fields.read_row(table, row, numbers)
            found = _find(table, wanted, library) if isinstance(wanted, Wanted) else wanted
            for item in self._items(found, row.number, seen):
                self.items += 1
                self._check_size(table, row.number, self.items)
                yield item

    def _items(
        self,
        found: list[tuple[Wanted, Found]] | list[Fault],
        row: int,
        seen: dict[bytes, int],
    ) -> Iterator[NewItem]:
        for each in found:
            if isinstance(each, Fault):
                self.faults.add([each])
                continue
            wanted, media = each
            first = seen.setdefault(_sameness(wanted, media), row)
            if first == row:
                yield _item(wanted, media)
                continue
            self.folded_count += 1
            if self.folded_count <= MOST_TOLD:
                self.folded.append((row, first))

    @staticmethod
    def _check_size(table: Table, row: int, count: int) -> None:
        if count > MOST_ITEMS:
            problem = f"A plan may have {MOST_ITEMS:,} embeds."
            raise UnreadableError(table.fault(row, None, problem, "Make several of it."))


def faulty(faults: Faults) -> BatchError:
    """Give the error for a plan in which something is wrong."""
    return BatchError(
        "plan-faulty",
        422,
        f"The plan has {faults.counted}, so nothing was begun.",
        "Mend it and give the same command again, or leave what is wrong out: --skip-faulty.",
    )


def _unreadable(but: str = "") -> BatchError:
    return BatchError(
        "plan-faulty",
        422,
        "The plan cannot be read to its end, so nothing was begun.",
        f"{but}Mend what is told last, and give the same command again.",
    )


def _find(
    table: Table, wanted: Wanted, library: Library
) -> list[tuple[Wanted, Found]] | list[Fault]:
    if isinstance(wanted.media, int):
        return [(wanted, Found(wanted.media, wanted.title))]
    answer = library.find(wanted.media)
    if isinstance(answer, Missing):
        fault = table.fault(wanted.row, answer.column, answer.problem, answer.remedy)
        return [fault]
    return [(wanted, replace(media, title=wanted.title or media.title)) for media in answer]


def _sameness(wanted: Wanted, media: Found) -> bytes:
    """Give what makes two rows one: nothing that is made or given back tells them apart.

    It is a digest, because all rows' are in memory.
    """
    how = (wanted.embed_type, wanted.downloadable, wanted.title, wanted.start_at)
    said = (media.id, wanted.course_id, *how, *wanted.more.items())
    return hashlib.sha256(repr(said).encode()).digest()


def _item(wanted: Wanted, media: Found) -> NewItem:
    return NewItem(
        media.id,
        wanted.course_id,
        wanted.embed_type,
        wanted.downloadable,
        media.title,
        wanted.start_at,
        {"row": wanted.row, **wanted.more},
    )
