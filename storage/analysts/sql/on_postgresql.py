"""One statement on PostgreSQL, in the child process: as a login that can read the views and nothing else.

What the login may do is the server's to decide; nothing here takes a right away that the login has. It is refused if it
can do more: a superuser, a member of any other role, or the owner of the tables is no reader. The functions that are
refused by name are a second line, for a clear sentence and for those that make a server wait.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from storage.analysts.sql.refusals import refused
from storage.analysts.sql.statement import calls, single, with_values
from storage.database.errors import QueryRefused

ROWS_AT_ONCE = 200
CONNECT_SECONDS = 5
OPTIONS = (
    "-c timezone=UTC -c default_transaction_read_only=on -c client_connection_check_interval=1000 -c work_mem=16MB"
    " -c max_parallel_workers_per_gather=0 -c lock_timeout=1000 -c jit=off"
)
REFUSED_FUNCTIONS = re.compile(
    r"pg_.*|lo_.*|lo(?:read|write)|dblink.*|.*_to_xml.*|.*xml.*schema.*|set_config|current_setting|ts_stat|ts_rewrite"
    r"|query_to_.*|setval|nextval|txid_.*|inet_.*|has_.*_privilege|row_security_active|binary_upgrade_.*"
    r"|crosstab.*|connectby|xpath.*"
)
READABLE = """
SELECT CASE
  WHEN r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls THEN 'everything'
  WHEN EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid) THEN 'what other roles may'
  ELSE (SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
           AND (pg_has_role(c.relowner, 'USAGE') OR has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE'))
         ORDER BY c.relname LIMIT 1) END
  FROM pg_roles r WHERE r.rolname = session_user
"""


class PostgresqlSession:
    """A login's views for the statements of one child process."""

    def __init__(self, url: str) -> None:
        import psycopg

        try:
            self.connection = psycopg.connect(url, connect_timeout=CONNECT_SECONDS, options=OPTIONS)
        except psycopg.Error as error:
            raise refused("reader_unreachable", message=first_line(error)) from error
        with self.connection.transaction():
            row = self.connection.execute(READABLE).fetchone()
        if row is None or row[0] is not None:
            self.connection.close()
            raise refused("reader_too_strong", what=row[0] if row else "everything")

    def rows(
        self, sql: str, given: Mapping[str, str], seconds: float
    ) -> tuple[tuple[str, ...], Iterator[Sequence[Any]]]:
        """The columns and rows of one statement. Raises QueryRefused, from the rows' iterator too."""
        import psycopg

        statement = single(sql)
        for name in calls(statement):
            if REFUSED_FUNCTIONS.fullmatch(name):
                raise refused("function", name=f"{name}()")
        words, values = with_values(statement, given)
        ends = time.monotonic() + seconds
        self.connection.rollback()
        try:
            self.allow(ends)
            # a server's cursor: the statement goes by the extended protocol, which takes one and no second
            cursor = self.connection.cursor(name="answer")
            cursor.execute(words.encode(), values)
            columns = tuple(column.name for column in cursor.description or ())
        except psycopg.Error as error:
            raise sentence(error, seconds) from error

        def stream() -> Iterator[Sequence[Any]]:
            try:
                while True:
                    self.allow(ends)
                    if not (part := cursor.fetchmany(ROWS_AT_ONCE)):
                        return
                    yield from part
            except psycopg.Error as error:
                raise sentence(error, seconds) from error

        return columns, stream()

    def allow(self, ends: float) -> None:
        """Give the next command the time that is left: set anew each time, for a statement may have changed it."""
        left = max(1, round((ends - time.monotonic()) * 1000))
        self.connection.execute(f"SET LOCAL statement_timeout = {left}")

    def close(self) -> None:
        self.connection.close()


STATES = {
    "42703": ("unknown_column", r"column (?P<name>\S+)"),
    "42P01": ("outside", r"(?:relation|entry for table) (?P<name>\"[^\"]*\"|\S+)"),
    "42883": ("unknown_function", r"(?:function|operator does not exist:) (?P<name>.+?)(?: does not exist)?$"),
    "42702": ("ambiguous", r"reference (?P<name>\S+)"),
    "42601": ("syntax", r"near (?P<near>.+)"),
    "42501": ("outside", r"for (?:table|view|relation|schema|function|sequence|database) (?P<name>\S+)"),
}


def sentence(error: Any, seconds: float) -> QueryRefused:
    message, state = first_line(error), error.sqlstate
    if state in ("57014", "55P03"):
        return refused("time", seconds=f"{seconds:.3g}")
    if state in ("53200", "54000", "53400"):
        return refused("database", message=message)
    if state in STATES:
        why, pattern = STATES[state]
        if (found := re.search(pattern, message)) is not None:
            return refused(why, **{name: words.strip('"') for name, words in found.groupdict().items()})
    if state in ("25006", "42501"):
        return refused("views_only")
    return refused("database", message=message)


def first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or ["no message"])[0]
