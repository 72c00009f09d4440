"""Read-only SQL for analysts: the documented views and nothing else, within a time limit.

SQLite: a connection of its own, opened read-only, with an authorizer that lets a statement read only what the clean
views read, and a progress handler that ends it when its time is up. PostgreSQL: a read-only transaction as a role
that may only select from the views, with a statement timeout.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from storage.database.engine import Database, sqlite_file
from storage.database.errors import QueryRefused

LIMIT_SECONDS = 1.0
LIMIT_ROWS = 1000
MAX_VALUE_BYTES = 10_000_000  # of one value: zeroblob(1e9) must not fill the memory
READER_ROLE = "tamis_reader"
STEPS = 2000  # virtual-machine steps between two looks at the clock: about 20 microseconds

_REFUSED_FUNCTIONS = frozenset({"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"})
_LITERALS_AND_COMMENTS = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_NAMED_QUERY = re.compile(
    r"""["`\[]?(\w+)["`\]]?\s*(?:\([^()]*\))?\s*\bAS\b\s*(?:NOT\s+)?(?:MATERIALIZED\s*)?\(""", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The rows of a query. `cut`: there are more than were asked for."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    cut: bool
    seconds: float


def query(
    db: Database,
    sql: str,
    views: Sequence[str],
    *,
    limit: int = LIMIT_ROWS,
    seconds: float = LIMIT_SECONDS,
) -> Answer:
    """At most `limit` rows of one SELECT over the views.

    Raises QueryRefused with one sentence: what the statement may not do, its syntax error, or that its time was up.
    """
    began = time.monotonic()
    with rows_of(db, sql, views, seconds=seconds) as (columns, rows):
        found: list[tuple[Any, ...]] = []
        for row in rows:
            if len(found) == limit:
                return Answer(columns=columns, rows=tuple(found), cut=True, seconds=time.monotonic() - began)
            found.append(tuple(row))
    return Answer(columns=columns, rows=tuple(found), cut=False, seconds=time.monotonic() - began)


@contextmanager
def rows_of(
    db: Database, sql: str, views: Sequence[str], *, seconds: float = LIMIT_SECONDS
) -> Iterator[tuple[tuple[str, ...], Iterator[Sequence[Any]]]]:
    """The columns and all rows of one SELECT, streamed. Raises QueryRefused as `query` does."""
    statement = single(sql)
    if db.dialect == "sqlite":
        with _sqlite_rows(db, statement, views, seconds) as answer:
            yield answer
    else:
        with _postgresql_rows(db, statement, views, seconds) as answer:
            yield answer


def single(sql: str) -> str:
    """The statement without its closing semicolon. Raises QueryRefused unless it is one SELECT or WITH."""
    statement = sql.strip().rstrip(";").strip()
    bare = _LITERALS_AND_COMMENTS.sub(" ", statement).strip()
    if not re.match(r"(?:select|with|values)\b", bare, re.IGNORECASE):
        raise QueryRefused("only one SELECT (or WITH ... SELECT) is answered here; the database is read-only")
    if ";" in bare:
        raise QueryRefused("one statement at a time: remove what follows the semicolon")
    return statement


@contextmanager
def _sqlite_rows(
    db: Database, statement: str, views: Sequence[str], seconds: float
) -> Iterator[tuple[tuple[str, ...], Iterator[Sequence[Any]]]]:
    named = {name.lower() for name in _NAMED_QUERY.findall(_LITERALS_AND_COMMENTS.sub(" ", statement))}
    if taken := sorted(named & set(views)):
        raise QueryRefused(f"{taken[0]} is a view: give your WITH query another name")
    connection = sqlite3.connect(f"{sqlite_file(db.url).absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    try:
        connection.execute("PRAGMA query_only=ON")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        readable = _read_by(connection, views)
        denied: list[str] = []
        connection.set_authorizer(_authorizer(readable, frozenset(views), denied))
        ends = time.monotonic() + seconds
        connection.set_progress_handler(lambda: time.monotonic() > ends, STEPS)
        try:
            cursor = connection.execute(statement)
            yield tuple(column[0] for column in cursor.description), iter(cursor)
        except sqlite3.Error as error:
            raise QueryRefused(_sentence(error, denied, seconds)) from error
    finally:
        connection.close()


def _read_by(connection: sqlite3.Connection, views: Sequence[str]) -> frozenset[tuple[str, str, str]]:
    """Every (view, table, column) that the views themselves read: what a statement may reach through them."""
    reads: set[tuple[str, str, str]] = set()

    def note(action: int, first: str | None, second: str | None, database: str | None, inner: str | None) -> int:
        if action == sqlite3.SQLITE_READ and first and inner:
            reads.add((inner, first, second or ""))
        return sqlite3.SQLITE_OK

    connection.set_authorizer(note)
    for view in views:
        connection.execute(f'SELECT * FROM "{view}" LIMIT 0')  # noqa: S608 - the names are ours
        connection.execute(f'SELECT count(*) FROM "{view}" LIMIT 0')  # noqa: S608
    connection.set_authorizer(None)
    return frozenset(reads)


def _authorizer(readable: frozenset[tuple[str, str, str]], views: frozenset[str], denied: list[str]) -> Any:
    tables = {table for _, table, _ in readable}

    def allow(action: int, first: str | None, second: str | None, database: str | None, inner: str | None) -> int:
        if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() not in _REFUSED_FUNCTIONS:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ:
            table, column = first or "", second or ""
            if table in views or (inner or "", table, column) in readable:
                return sqlite3.SQLITE_OK
            # count(*) reads a table without a column and without saying through which view: it tells a number of rows
            if not column and table in tables:
                return sqlite3.SQLITE_OK
            denied.append(f"{table}.{column}" if column else table)
        return sqlite3.SQLITE_DENY

    return allow


def _sentence(error: sqlite3.Error, denied: Sequence[str], seconds: float) -> str:
    message = str(error)
    if denied:
        return f"{denied[0]} is not part of the documented views; the data dictionary lists what is"
    if message == "interrupted":
        return f"it was stopped after {seconds:g} s; narrow it with WHERE, or export the data and query it in DuckDB"
    if "not authorized" in message or "prohibited" in message:
        return "it may only read the documented views"
    return message


@contextmanager
def _postgresql_rows(
    db: Database, statement: str, views: Sequence[str], seconds: float
) -> Iterator[tuple[tuple[str, ...], Iterator[Sequence[Any]]]]:
    _make_reader(db, views)
    with db.engine.connect() as connection:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        connection.execute(text(f"SET LOCAL statement_timeout = {max(1, round(seconds * 1000))}"))
        connection.execute(text(f"SET LOCAL ROLE {READER_ROLE}"))
        try:
            result = connection.exec_driver_sql(
                statement.replace("%", "%%"), execution_options={"stream_results": True}
            )
            yield tuple(result.keys()), iter(result)
        except DBAPIError as error:
            raise QueryRefused(_postgresql_sentence(error, seconds)) from error
        finally:
            connection.rollback()


def _make_reader(db: Database, views: Sequence[str]) -> None:
    """The role that may select from the views and from nothing else. Raises QueryRefused where it cannot be made."""
    with db.engine.connect() as connection:
        if _reader_is_ready(connection, views):
            return
    try:
        with db.write() as connection:
            exists = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :r"), {"r": READER_ROLE}).scalar()
            if not exists:
                connection.execute(text(f"CREATE ROLE {READER_ROLE} NOLOGIN"))
            connection.execute(text(f"GRANT {READER_ROLE} TO CURRENT_USER"))
            for view in views:
                connection.execute(text(f'GRANT SELECT ON "{view}" TO {READER_ROLE}'))
    except DBAPIError as error:
        raise QueryRefused(
            f"the role {READER_ROLE} is missing and may not be made by this user: have an administrator run "
            f"CREATE ROLE {READER_ROLE} NOLOGIN, grant it SELECT on the clean views, and grant the role to this user"
        ) from error


def _reader_is_ready(connection: Connection, views: Sequence[str]) -> bool:
    if not connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :r"), {"r": READER_ROLE}).scalar():
        return False
    allowed = text("SELECT bool_and(has_table_privilege(:r, v, 'SELECT')) FROM unnest(CAST(:v AS text[])) AS v")
    return bool(connection.execute(allowed, {"r": READER_ROLE, "v": list(views)}).scalar())


def _postgresql_sentence(error: DBAPIError, seconds: float) -> str:
    message = str(error.orig).strip().splitlines()[0]
    if "statement timeout" in message:
        return f"it was stopped after {seconds:g} s; narrow it with WHERE, or export the data and query it in DuckDB"
    if "permission denied" in message:
        return f"{message}: only the documented views can be read here; the data dictionary lists them"
    return message
