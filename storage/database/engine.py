"""The handle on a database: opening it, reading from it, writing to it in short transactions.

SQLite: WAL, so readers never wait; every write transaction starts with BEGIN IMMEDIATE, because a deferred one that
turns into a write fails at once under load whatever `busy_timeout` says; writers of one process queue on a lock.
PostgreSQL: read committed, UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import DatabaseError as DriverDatabaseError

from storage.database.columns import moment_text
from storage.database.errors import DatabaseFull, DatabaseLocked, DatabaseReadOnly, DatabaseUnreachable
from storage.database.write_turns import WriteTurns

LOCK_WAIT_SECONDS = 30
# An editor's write waits for the disk, and leaves moving the log into the file to the crawl's writes. Those move it
# every 8,000 pages (32 MB): the leaves of an index in random order are written anew by each transaction, and each of
# them is then moved once for many transactions, not once for a few as with SQLite's own 1,000 pages.
DURABLE = ("synchronous=FULL", "wal_autocheckpoint=20000")
NOT_DURABLE = ("synchronous=NORMAL", "wal_autocheckpoint=8000")


class Database:
    """A handle that any number of threads may share. Close it, or use it as a context manager."""

    def __init__(self, engine: Engine, url: str) -> None:
        self.engine = engine
        self.url = url
        self.dialect = engine.dialect.name  # "sqlite" or "postgresql"
        self._turnstile = WriteTurns(sqlite_file(url) if self.dialect == "sqlite" else None)

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Database({shown(self.url)!r})"

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading: one snapshot on SQLite, statement by statement on PostgreSQL."""
        with translated(self.url), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection whose statements all see the database as it was at the first of them."""
        with translated(self.url), self.engine.connect() as connection:
            if self.dialect == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            else:  # whoever reads everything once needs no mapping of the file into memory
                driver_cursor(connection).execute("PRAGMA mmap_size=0")
            try:
                yield connection
            finally:
                if self.dialect == "sqlite":
                    connection.invalidate()

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[Connection]:
        """One write transaction: committed at the end of the block, rolled back by any exception.

        `durable` waits for the disk before it returns, for what cannot be had again (an editor's decision). A crawl
        does without on SQLite: after a power cut its last pages are simply due again.
        Raises DatabaseLocked when another process keeps the write lock for longer than LOCK_WAIT_SECONDS.
        """
        if self.dialect != "sqlite":
            with translated(self.url), self.engine.begin() as connection:
                yield connection
            return
        with translated(self.url), self.engine.connect() as connection:
            connection = connection.execution_options(tamis_begin="IMMEDIATE")
            if durable:
                for pragma in DURABLE:
                    driver_cursor(connection).execute(f"PRAGMA {pragma}")
            try:
                with self._turnstile.turn(), connection.begin():
                    yield connection
            finally:
                if durable:
                    for pragma in NOT_DURABLE:
                        driver_cursor(connection).execute(f"PRAGMA {pragma}")

    @cached_property
    def secret(self) -> bytes:
        """The key of this database's fingerprints and pseudonyms."""
        from storage.database.secret import secret

        with self.read() as connection:
            return secret(connection)

    def moment(self, value: datetime | None) -> Any:
        """A moment in the form that the driver itself takes (bulk loads go past SQLAlchemy's types)."""
        if value is None:
            return None
        return moment_text(value) if self.dialect == "sqlite" else value

    def day(self, value: date | None) -> Any:
        """A day in the form that the driver itself takes."""
        return value.isoformat() if value is not None and self.dialect == "sqlite" else value


def connect(url: str) -> Database:
    """A handle on the database whatever its schema; `open_database` is for everybody but migrations."""
    address = parsed(url)
    if address.get_backend_name() == "sqlite":
        return Database(sqlite_engine(address), url)
    return Database(postgresql_engine(address), url)


def parsed(url: str) -> URL:
    """The URL with its driver filled in. Raises DatabaseUnreachable for anything but SQLite and PostgreSQL."""
    try:
        address = make_url(url)
    except ArgumentError:
        raise DatabaseUnreachable(
            f"{url!r} is not a database URL; write sqlite:///tamis.db or postgresql+psycopg://user@host/name"
        ) from None
    backend = address.get_backend_name()
    if backend in {"postgresql", "postgres"}:
        return address.set(drivername="postgresql+psycopg")
    if backend == "sqlite":
        if not address.database or address.database == ":memory:":
            raise DatabaseUnreachable("a SQLite database needs a file: write sqlite:///tamis.db")
        return address.set(drivername="sqlite+pysqlite")
    raise DatabaseUnreachable(f"{backend} is not supported; use sqlite:///FILE or postgresql+psycopg://user@host/name")


def shown(url: str) -> str:
    """The URL without its password, for messages."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "(not a database URL)"


def sqlite_file(url: str) -> Path:
    """The path of a SQLite database."""
    return Path(str(parsed(url).database))


def sqlite_engine(address: URL) -> Engine:
    engine = create_engine(
        address, pool_size=16, max_overflow=48, connect_args={"timeout": LOCK_WAIT_SECONDS, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not start transactions by itself
        for pragma in (
            "journal_mode=WAL",
            *NOT_DURABLE,
            "foreign_keys=ON",
            "cache_size=-32768",
            "mmap_size=134217728",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("tamis_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def postgresql_engine(address: URL) -> Engine:
    try:
        engine = create_engine(
            address,
            pool_size=16,
            max_overflow=48,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 10, "options": "-c timezone=UTC", "client_encoding": "utf8"},
        )
    except (NoSuchModuleError, ModuleNotFoundError):
        raise DatabaseUnreachable("PostgreSQL needs its driver: pip install 'tamis[postgres]'") from None

    @event.listens_for(engine, "connect")
    def require_utf8(connection: Any, _record: Any) -> None:
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":  # what a server set up without a locale gives new databases
            raise DatabaseUnreachable(
                f"{shown(str(address))} has the encoding {encoding}, which does not hold every text; make the database "
                "with: createdb --encoding UTF8 --template template0 NAME"
            )

    return engine


def driver_cursor(connection: Connection) -> Any:
    """A cursor of the driver itself on this connection."""
    return connection.connection.cursor()


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Turn the drivers' errors about reaching the database into ours; leave the others alone."""
    try:
        yield
    except DBAPIError as error:
        raise our_error(error, url) from error


def our_error(error: DBAPIError, url: str) -> Exception:
    reason = str(error.orig).strip().splitlines()[0] if error.orig else str(error)
    if isinstance(error, OperationalError) and ("locked" in reason or "busy" in reason):
        return DatabaseLocked(f"{shown(url)} is locked by another process for over {LOCK_WAIT_SECONDS} s; try again")
    if isinstance(error, OperationalError) and ("disk is full" in reason or "No space left" in reason):
        return DatabaseFull(f"{shown(url)}: the disk is full; free some space, and the next run goes on from here")
    if "readonly" in reason or "read-only" in reason:
        return DatabaseReadOnly(f"{shown(url)} may be read only; let this account write to it and to its folder")
    if isinstance(error, OperationalError) and "disk I/O error" in reason:
        words = f"{shown(url)}: the disk is full or broken, it does not take what is written ({reason})"
        return DatabaseFull(f"{words}; free some space and try again")
    if "unable to open" in reason:
        return DatabaseUnreachable(f"{shown(url)}: cannot open the file; does its folder exist, may you write there?")
    if isinstance(error, DriverDatabaseError) and "not a database" in reason:
        return DatabaseUnreachable(f"{shown(url)}: this file is not a SQLite database")
    away = "connect" in reason or "resolve host" in reason
    if isinstance(error, OperationalError) and (away or error.connection_invalidated):
        return DatabaseUnreachable(f"{shown(url)}: {reason}")
    return error
