"""Where the small Studio keeps what must survive a restart: one SQLite file, or memory.

One connection, behind the lock that all parts share: the sandbox is one process. People are not
kept here, for nothing changes them (`people`).
"""

import sqlite3
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

_FORM = "1"
"""Another number makes the file of an older sandbox start over."""

_TABLES = {
    "media": """
        id INTEGER PRIMARY KEY, title TEXT NOT NULL, folded_title TEXT NOT NULL, description TEXT,
        owner_id INTEGER NOT NULL, created_at TEXT NOT NULL, size_bytes INTEGER,
        source TEXT NOT NULL, last_viewed TEXT, last_viewed_by_student TEXT, duration_seconds REAL,
        has_thumbnail INTEGER NOT NULL, transcoding_status TEXT NOT NULL,
        collection_id INTEGER, is_archived INTEGER NOT NULL""",
    "share": """
        media_id INTEGER NOT NULL, holder_id INTEGER NOT NULL, permission TEXT NOT NULL,
        UNIQUE (media_id, holder_id)""",
    "tag": """
        id INTEGER PRIMARY KEY, media_id INTEGER NOT NULL, name TEXT NOT NULL,
        folded_name TEXT NOT NULL""",
    "caption": """
        id INTEGER PRIMARY KEY, media_id INTEGER NOT NULL, language TEXT NOT NULL,
        status TEXT NOT NULL""",
    "embed": """
        place INTEGER PRIMARY KEY, launch_id TEXT NOT NULL UNIQUE, media_id INTEGER NOT NULL,
        course_id INTEGER NOT NULL, embed_type TEXT NOT NULL, downloadable INTEGER NOT NULL,
        created_at TEXT NOT NULL""",
    "kept": "name TEXT PRIMARY KEY, value TEXT",
}
_INDEXES = (
    "CREATE INDEX share_of_media ON share (media_id)",
    "CREATE INDEX tag_of_media ON tag (media_id)",
    "CREATE INDEX tag_by_name ON tag (folded_name)",
    "CREATE INDEX caption_of_media ON caption (media_id)",
    "CREATE INDEX embed_of_media ON embed (media_id)",
    "CREATE INDEX embed_of_course ON embed (course_id)",
)

Values = Sequence[object] | Mapping[str, object]


class Database:
    """The file at `path`, made where there is none; `:memory:` forgets all at the end."""

    def __init__(self, path: str, lock: threading.RLock) -> None:
        self._lock = lock
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        weakref.finalize(self, self._connection.close)
        self._connection.row_factory = sqlite3.Row
        # What was written lives on when the process is killed, if not when the machine is.
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._make("kept")
        if self.find_kept("form") != _FORM:
            self.clear()

    def rows(self, query: str, values: Values = ()) -> list[sqlite3.Row]:
        """Give all rows of a query."""
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Write all or nothing, while nobody else reads or writes."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def find_kept(self, name: str) -> str | None:
        """Give a single value by its name."""
        found = self.rows("SELECT value FROM kept WHERE name = ?", (name,))
        return None if not found else found[0]["value"]

    def keep(self, **values: str | None) -> None:
        """Keep single values by their names."""
        with self.writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?)", values.items())

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            for table in _TABLES:
                self._connection.execute(f"DROP TABLE IF EXISTS {table}")
                self._make(table)
            for index in _INDEXES:
                self._connection.execute(index)
            self.keep(form=_FORM)

    def _make(self, table: str) -> None:
        self._connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({_TABLES[table]})")
