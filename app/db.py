"""The database: one engine a process, and everything that differs between SQLite and PostgreSQL.

There is no session to keep in mind: core functions take the `Database`, and each write is a
short transaction of its own. Reading and writing are apart because SQLite must know at the
start: a transaction that begins as a reader and then writes fails where another was quicker.
"""

import fcntl
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from weakref import WeakSet

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from app.errors import StartError

BUSY_SECONDS = 15
MIGRATIONS = Path(__file__).parent / "migrations" / "versions"
VERSION_TABLE = "alembic_version"
_READ_VERSION = f"SELECT version_num FROM {VERSION_TABLE}"  # noqa: S608 (both are ours)


class _Own(sqlite3.Connection):
    """A thread's own connection, which is closed when the thread ends."""

    def __del__(self) -> None:
        with suppress(sqlite3.ProgrammingError):  # it was never opened
            self.close()


class Database:
    """Where everything is kept that outlives a request."""

    def __init__(self, url: str) -> None:
        try:
            self.url = make_url(url)
        except (ArgumentError, ValueError):
            raise StartError("DATABASE_URL is no URL that SQLAlchemy can read.") from None
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine: Engine | None = None
        self._reader: Engine | None = None
        self._own = threading.local()
        self._owned: WeakSet[sqlite3.Connection] = WeakSet()
        self._lock = threading.Lock()

    @property
    def engine(self) -> Engine:
        """The engine, made at its first use: after the fork, which connections do not survive."""
        return self._engine or self._make_engine()

    def _make_engine(self) -> Engine:
        with self._lock:
            if self._engine is None:
                made = _make_sqlite(self) if self.is_sqlite else _make_postgresql(self)
                # SQLite's driver commits by itself already: see `_connected`.
                options = {} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
                self._reader = made.execution_options(**options)
                self._engine = made
            return self._engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection on which nothing is left open between two statements."""
        engine = self.engine
        with (self._reader or engine).connect() as connection:
            yield connection

    def write_one(self, statement: str, **values: Any) -> Any:
        """Run a statement that is a transaction of its own; gives the first value it returns.

        None where it returns no row. On SQLite the driver itself runs it, on a connection of this
        thread: for the one write of a launch SQLAlchemy would cost more than all its checks.
        Parameters are named in it as `:name`.
        """
        if not self.is_sqlite:
            with self.reading() as connection:
                return connection.execute(text(statement), values).scalar_one_or_none()
        try:
            row = self._own_connection().execute(statement, values).fetchone()
        except sqlite3.OperationalError as error:
            raise OperationalError(statement, None, error, hide_parameters=True) from None
        return None if row is None else row[0]

    def _own_connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if found is None:
            (path, *_), given = self.engine.dialect.create_connect_args(self.url)
            options: dict[str, Any] = {**given, "timeout": BUSY_SECONDS, "isolation_level": None}
            options["check_same_thread"] = False  # whoever disposes closes it
            found = sqlite3.connect(path, factory=_Own, **options)
            _set_up_sqlite(found)
            self._own.connection = found
            self._owned.add(found)
        return found

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, kept if the block ends well. No call to the outside belongs in it."""
        with self.engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def dispose(self) -> None:
        """Close every connection; the next use makes a new engine."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = self._reader = None
            for own in tuple(self._owned):
                own.close()
            self._own = threading.local()

    def ping(self) -> None:
        """Raise `sqlalchemy.exc.DBAPIError` if the database does not answer."""
        with self.reading() as connection:
            connection.execute(text("SELECT 1"))

    def prepare(self) -> None:
        """Bring an SQLite file up to date; see that a PostgreSQL schema is.

        Raises `StartError` with one line that names `DATABASE_URL` where the database is not
        there or read-only, or names `flask db upgrade` where the schema is out of date.
        """
        with explained(self):
            if self.is_sqlite:
                self.upgrade()
            elif not self.is_current():
                raise StartError("The database's schema is out of date: run `flask db upgrade`.")

    def is_current(self) -> bool:
        """Whether the schema is the one that this code was written for."""
        newest = max(path.name for path in MIGRATIONS.glob("*.py")).partition("_")[0]
        with self.reading() as connection:
            if not inspect(connection).has_table(VERSION_TABLE):
                return False
            return connection.execute(text(_READ_VERSION)).scalars().all() == [newest]

    def upgrade(self) -> None:
        """Run the migrations that are missing, by one process at a time."""
        with self._one_at_a_time():
            if self.is_sqlite:
                with self.engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            if not self.is_current():
                from app.migrating import migrate  # noqa: PLC0415 (a fifth of a start's time)

                with self.writing() as connection:
                    migrate(connection)

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        if not self.is_sqlite:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT pg_advisory_xact_lock(7462001)"))
                yield
            return
        assert self.url.database is not None
        with Path(self.url.database + ".migrating").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def insert_into(connection: Connection, table: Any) -> Any:
    """Give an INSERT that knows ON CONFLICT in this database's dialect."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    return insert(table)


@contextmanager
def explained(database: Database) -> Iterator[None]:
    """Turn a database that cannot be used at all into one `StartError` that names the setting."""
    where = database.url.render_as_string(hide_password=True)
    try:
        if database.is_sqlite:
            assert database.url.database is not None
            Path(database.url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield
    except DBAPIError as error:
        raise StartError(f"DATABASE_URL ({where}) cannot be used: {told_by(error)}") from None
    except OSError as error:
        raise StartError(f"DATABASE_URL ({where}) cannot be used: {error.strerror}") from None


def told_by(error: DBAPIError) -> str:
    """Give what the database itself said, in a line, without the statement."""
    return str(error.orig).strip().partition("\n")[0]


def _make_sqlite(database: Database) -> Engine:
    engine = create_engine(
        database.url,
        pool_size=8,
        max_overflow=24,
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS},
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN would be a reader's
        _set_up_sqlite(connection)

    if Path(database.url.database or "").is_dir():
        raise StartError("DATABASE_URL names a folder, and needs a file.")
    return engine


def _set_up_sqlite(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=NORMAL")


def _make_postgresql(database: Database) -> Engine:
    return create_engine(
        database.url,
        pool_size=8,
        max_overflow=24,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"connect_timeout": 10, "tcp_user_timeout": 20_000},
    )
