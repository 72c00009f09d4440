"""Writing many rows at once, past SQLAlchemy's per-row work: the same call on both databases.

Measured: a list of parameters handed to the driver is 10 to 15 times as fast as an object mapper; COPY on PostgreSQL
doubles a list of parameters there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

COPY_FROM = 8  # rows; below that a plain insert is as fast


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert the rows; each is a tuple in the order of `columns`, in the form that the driver takes."""
    if not rows:
        return
    names = ", ".join(columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(rows))  # noqa: S608 - names of ours
        return
    if len(rows) < COPY_FROM:
        marks = ", ".join(["%s"] * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(rows))  # noqa: S608 - names of ours
        return
    statement = f"COPY {table.name} ({names}) FROM STDIN"
    driver: Any = connection.dialect.loaded_dbapi
    try:
        with connection.connection.cursor() as cursor, cursor.copy(statement) as copy:  # type: ignore[attr-defined]
            for row in rows:
                copy.write_row(row)
    except driver.Error as error:  # past SQLAlchemy: a deadlock or a lost connection must look like any other
        lost = connection.dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
        raise DBAPIError.instance(
            statement, None, error, driver.Error, connection_invalidated=lost, dialect=connection.dialect
        ) from error


def insert_new_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> int:
    """Insert those rows that break no unique constraint; return how many that were."""
    if not rows:
        return 0
    names = ", ".join(columns)
    if connection.dialect.name == "postgresql":
        source, arrays = unnested(table, columns, rows)
        sql = f"INSERT INTO {table.name} ({names}) SELECT * FROM {source} ON CONFLICT DO NOTHING"  # noqa: S608 - names of ours
        return connection.exec_driver_sql(sql, arrays).rowcount
    marks = ", ".join("?" * len(columns))
    sql = f"INSERT INTO {table.name} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608 - names of ours
    return connection.exec_driver_sql(sql, list(rows)).rowcount


def update_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]], by: str = "id"
) -> None:
    """Set `columns` in the rows named by the last item of each tuple."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        source, arrays = unnested(table, (*columns, by), rows)
        sets = ", ".join(f"{name} = new.{name}" for name in columns)
        sql = f"UPDATE {table.name} SET {sets} FROM {source} AS new ({', '.join((*columns, by))})"  # noqa: S608 - names of ours
        connection.exec_driver_sql(f"{sql} WHERE {table.name}.{by} = new.{by}", arrays)
        return
    sets = ", ".join(f"{name} = ?" for name in columns)
    connection.exec_driver_sql(f"UPDATE {table.name} SET {sets} WHERE {by} = ?", list(rows))  # noqa: S608 - names of ours


def unnested(
    table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> tuple[str, tuple[list[Any], ...]]:
    """A PostgreSQL table function that gives the rows, and its parameters: one array a column.

    One statement for all rows: a statement a row costs five times as much even in a pipeline.
    """
    from sqlalchemy.dialects import postgresql

    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    kinds = [table.c[name].type.dialect_impl(dialect).compile(dialect) for name in columns]
    arrays = tuple(
        [plain_value(value, kind) for value in column]
        for column, kind in zip(zip(*rows, strict=True), kinds, strict=True)
    )
    return f"unnest({', '.join(f'%s::{kind}[]' for kind in kinds)})", arrays


def plain_value(value: Any, kind: str) -> Any:
    """The value in the one type that all values of an array need to have."""
    if value is None:
        return None
    if kind == "FLOAT":
        return float(value)
    return str(value) if isinstance(value, str) else value


def reserve(connection: Connection, table: Table, count: int) -> list[int]:
    """`count` numbers for new rows of the table that nobody else gets."""
    if count == 0:
        return []
    if connection.dialect.name == "postgresql":
        numbers = connection.exec_driver_sql(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", (table.name, count)
        )
        return [int(number) for number in numbers.scalars()]
    end = connection.exec_driver_sql(
        "INSERT INTO number_blocks (name, next) VALUES (?, ? + 1)"
        " ON CONFLICT (name) DO UPDATE SET next = next + ? RETURNING next",
        (table.name, count, count),
    ).scalar_one()
    return list(range(end - count, end))
