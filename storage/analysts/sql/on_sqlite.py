"""One statement on SQLite, in the child process.

First it is compiled against an empty database in memory that has the views as tables and nothing else: what names
anything but a view fails there, as SQLite itself understands the statement, whatever its quoting. That also tells
which views it reads. Then it runs on the file, opened read-only, under an authorizer that knows only tables and
columns: what those views read is allowed, all else is not, whoever asks. No view reads a name, a key or a hash (a test
holds that), so even a statement that got past the first wall would find none.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from storage.analysts.sql.refusals import refused
from storage.analysts.sql.sqlite_functions import add_functions
from storage.analysts.sql.statement import single, values_of
from storage.database.errors import QueryRefused

MAX_VALUE_BYTES = 10_000_000
STEPS = 2000  # virtual-machine steps between two looks at the clock: about 20 microseconds
ROWS_AT_ONCE = 200
TABLE_FUNCTIONS = frozenset({"json_each", "json_tree"})
REFUSED_FUNCTIONS = frozenset(
    {"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "zeroblob", "randomblob", "sqlite_offset"}
)
LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: MAX_VALUE_BYTES,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1000,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}

Rows = Iterator[Sequence[Any]]
Reads = set[tuple[str, str]]


class SqliteSession:
    """A file's views for the statements of one child process."""

    def __init__(self, file: str, views: Mapping[str, Sequence[str]], memory_bytes: int) -> None:
        self.views = views
        self.memory_bytes = memory_bytes
        uri = f"{Path(file).absolute().as_uri()}?mode=ro"
        try:
            self.connection = prepared(sqlite3.connect(uri, uri=True, isolation_level=None), memory_bytes)
        except sqlite3.Error as error:
            raise refused("database", message=str(error)) from error
        self.connection.execute("PRAGMA query_only=ON")

    def rows(self, sql: str, given: Mapping[str, str], seconds: float) -> tuple[tuple[str, ...], Rows]:
        """The columns and rows of one statement. Raises QueryRefused, from the rows' iterator too."""
        statement = single(sql)
        values = {name: as_typed(value) for name, value in values_of(statement, given).items()}
        named = self.views_named(statement, values)
        allowed = self.read_by(named)
        denied: list[str] = []
        self.connection.set_authorizer(column_authorizer(allowed, named, denied))
        ends = time.monotonic() + seconds
        self.connection.set_progress_handler(lambda: time.monotonic() > ends, STEPS)
        words = self.words_for(denied, seconds)
        with_words = Translated(words)
        cursor = with_words(lambda: self.connection.execute(statement, values))
        columns = tuple(column[0] for column in cursor.description)

        def stream() -> Rows:
            while part := with_words(lambda: cursor.fetchmany(ROWS_AT_ONCE)):
                yield from part

        return columns, stream()

    def views_named(self, statement: str, values: Mapping[str, Any]) -> frozenset[str]:
        """The views that the statement reads, as SQLite understands it. Raises QueryRefused for anything else in it."""
        empty = prepared(sqlite3.connect(":memory:", isolation_level=None), self.memory_bytes)
        try:
            for view, columns in self.views.items():
                names = ", ".join(f'"{column}"' for column in columns)
                empty.execute(f'CREATE TABLE "{view}" ({names})')
            found: set[str] = set()
            denied: list[str] = []
            empty.set_authorizer(table_authorizer(frozenset(self.views), found, denied))
            empty.set_progress_handler(lambda: True, STEPS)  # nothing is to be computed here
            with_words = Translated(self.words_for(denied, 0))
            with_words(lambda: empty.execute(f"EXPLAIN {statement}", values))
            return frozenset(found)
        finally:
            empty.close()

    def read_by(self, views: frozenset[str]) -> Reads:
        """Every (table, column) that these views themselves read."""
        reads: Reads = set()

        def note(action: int, first: str | None, second: str | None, database: str | None, inner: str | None) -> int:
            if action == sqlite3.SQLITE_READ and first:
                reads.add((first, second or ""))
            return sqlite3.SQLITE_OK

        self.connection.set_authorizer(note)
        for view in sorted(views):
            self.connection.execute(f'EXPLAIN SELECT * FROM "{view}"')  # noqa: S608 - the names are ours
        self.connection.set_authorizer(None)
        return reads

    def words_for(self, denied: Sequence[str], seconds: float) -> Callable[[sqlite3.Error], QueryRefused]:
        return lambda error: sentence(error, denied, seconds, self.memory_bytes)

    def close(self) -> None:
        self.connection.close()


class Translated:
    """Calls something of SQLite's and turns its errors into refusals."""

    def __init__(self, words: Callable[[sqlite3.Error], QueryRefused]) -> None:
        self.words = words

    def __call__(self, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except sqlite3.Error as error:
            raise self.words(error) from error


def prepared(connection: sqlite3.Connection, memory_bytes: int) -> sqlite3.Connection:
    connection.execute(f"PRAGMA hard_heap_limit={memory_bytes}")
    connection.execute("PRAGMA mmap_size=0")
    connection.execute("PRAGMA temp_store=FILE")
    connection.execute("PRAGMA trusted_schema=OFF")
    for limit, value in LIMITS.items():
        connection.setlimit(limit, value)
    add_functions(connection)
    for name in TABLE_FUNCTIONS:  # they are set up at their first use, which the authorizer would refuse
        connection.execute(f"SELECT 1 FROM {name}('[]')").fetchall()  # noqa: S608 - words of ours
    return connection


def table_authorizer(views: frozenset[str], found: set[str], denied: list[str]) -> Any:
    """Lets a statement read the stand-ins of the views, and notes which."""
    names = {view.lower(): view for view in views}

    def allow(action: int, first: str | None, second: str | None, database: str | None, inner: str | None) -> int:
        if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION:
            if (second or "").lower() not in REFUSED_FUNCTIONS:
                return sqlite3.SQLITE_OK
            denied.append(f"{second}()")
        if action == sqlite3.SQLITE_READ:
            if (view := names.get((first or "").lower())) is not None:
                found.add(view)
                return sqlite3.SQLITE_OK
            if first in TABLE_FUNCTIONS or first is None or first == "":
                return sqlite3.SQLITE_OK
            denied.append(first)
        return sqlite3.SQLITE_DENY

    return allow


def column_authorizer(allowed: Reads, views: frozenset[str], denied: list[str]) -> Any:
    """Lets a statement read those tables' columns; the name of who asks counts for nothing: it can be forged."""
    tables = {table for table, _ in allowed}

    def allow(action: int, first: str | None, second: str | None, database: str | None, inner: str | None) -> int:
        if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() not in REFUSED_FUNCTIONS:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ:
            table, column = first or "", second or ""
            if (table, column) in allowed or table in views or table in TABLE_FUNCTIONS or not table:
                return sqlite3.SQLITE_OK
            if not column and table in tables:  # count(*) reads a table without a column: it tells a number of rows
                return sqlite3.SQLITE_OK
            denied.append(f"{table}.{column}" if column else table)
        return sqlite3.SQLITE_DENY

    return allow


def as_typed(value: str) -> Any:
    """A parameter's value as a number where it is written as one: SQLite compares 5 and '5' as different."""
    if re.fullmatch(r"-?\d{1,18}", value):
        return int(value)
    return float(value) if re.fullmatch(r"-?\d{1,18}\.\d{1,18}", value) else value


SQLITE_MESSAGES = (
    (r"no such table: (?P<name>.+)", "outside"),
    (r"no such column: (?P<name>.+)", "unknown_column"),
    (r"table \S+ has no column named (?P<name>.+)", "unknown_column"),
    (r"no such function: (?P<name>.+)", "unknown_function"),
    (r"wrong number of arguments to function (?P<name>.+)", "unknown_function"),
    (r"ambiguous column name: (?P<name>.+)", "ambiguous"),
    (r"near (?P<near>.+): syntax error", "syntax"),
    (r"unrecognized token: (?P<near>.+)", "syntax"),
    (r"incomplete input", "incomplete"),
    (r"You can only execute one statement at a time\.?", "several"),
)


def sentence(error: sqlite3.Error, denied: Sequence[str], seconds: float, memory_bytes: int) -> QueryRefused:
    message = str(error)
    if denied:
        name = denied[0]
        return refused("function", name=name) if name.endswith("()") else refused("outside", name=name)
    if message == "interrupted":
        return refused("time", seconds=f"{seconds:.3g}")
    if "out of memory" in message or isinstance(error, MemoryError):
        return refused("memory", megabytes=memory_bytes // 1_000_000)
    if "too big" in message:
        return refused("value_bytes", megabytes=MAX_VALUE_BYTES // 1_000_000)
    if "user-defined function raised" in message:
        return refused("pattern")
    if "not authorized" in message or "prohibited" in message:
        return refused("views_only")
    for pattern, why in SQLITE_MESSAGES:
        if (found := re.fullmatch(pattern, message)) is not None:
            return refused(why, **found.groupdict())
    return refused("database", message=message)
