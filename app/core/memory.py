"""What was looked up is kept in this process as ready objects, until any process changes it.

1. Whoever changes what launches look up counts a number in the database up, in the same
   transaction (`changing`).
2. A launch is given the number by its one write (`app/lti/once.py`), and a request that writes
   nothing asks for it, ten times a second at most. Where it is another, everything is forgotten.

None is not kept: whoever adds what nobody found before changes nothing that anybody knows.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, TypeVarTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from app.db import Database
from app.models import revision

LOOK_SECONDS = 0.1
LONGEST = 20_000
NUMBER = sa.select(revision.c.number)
T = TypeVar("T")
Asked = TypeVarTuple("Asked")


class Memory:
    """The look-ups of one process."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._kept: dict[Any, Any] = {}
        self._number: int | None = None
        self._looked_at = -LOOK_SECONDS

    def recall(self, look_up: Callable[[Database, *Asked], T | None], *asked: *Asked) -> T | None:
        """Give what `look_up` finds for `asked`, from memory where it was found before.

        A door that recalls must also `look` at each request, or it never hears of a change.
        """
        kept = self._kept
        if (found := kept.get((look_up, asked))) is None:
            found = look_up(self.db, *asked)
            if found is not None:
                if len(kept) >= LONGEST:
                    kept.clear()
                kept[look_up, asked] = found
        return found

    def look(self) -> None:
        """See whether something was changed, unless that was seen a moment ago."""
        if time.monotonic() - self._looked_at >= LOOK_SECONDS:
            asked_at = time.monotonic()
            with self.db.reading() as connection:
                self.see(connection.execute(NUMBER).scalar_one(), asked_at)

    def see(self, number: int, asked_at: float) -> None:
        """Forget everything where this number, asked for at that time, is not the last one's."""
        self._looked_at = asked_at
        if number != self._number:
            # A look-up that is still under way keeps what it finds in the dictionary that goes.
            self._kept, self._number = {}, number


@contextmanager
def changing(db: Database) -> Iterator[Connection]:
    """A transaction that changes what launches look up."""
    with db.writing() as connection:
        connection.execute(sa.update(revision).values(number=revision.c.number + 1))
        yield connection
