"""Parquet files and a .duckdb file, written by DuckDB from streamed rows (extra: tamis[duckdb])."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from storage.analysts.exports.selection import Table
from storage.analysts.exports.text_files import write_jsonl
from storage.database.errors import ExportRefused

TYPES = {
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMPTZ",
    "list": "VARCHAR[]",
    "string": "VARCHAR",
}
MEMORY = "128MB"


def duckdb_connection(path: str = ":memory:") -> Any:
    """A DuckDB connection that keeps to little memory and never goes to the network."""
    try:
        import duckdb
    except ModuleNotFoundError:
        raise ExportRefused("Parquet and DuckDB exports need DuckDB: pip install 'tamis[duckdb]'") from None
    connection = duckdb.connect(path)
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    connection.execute("SET threads = 1")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET autoinstall_known_extensions = false")
    return connection


@contextmanager
def writing(path: str = ":memory:") -> Iterator[Any]:
    """The same for writing: a full disk is an OSError, as it is of every other file that we write."""
    with duckdb_connection(path) as connection:
        import duckdb

        try:
            yield connection
        except duckdb.Error as error:
            if "No space left" in str(error):
                raise OSError(errno.ENOSPC, "No space left on device") from error
            raise


def source(lines: Path, chosen: Table) -> str:
    """The table function that reads the rows of a JSON Lines file with the promised types."""
    columns = ", ".join(f"{name}: '{TYPES[kind]}'" for name, kind in zip(chosen.columns, chosen.types, strict=True))
    return (
        f"read_json({quoted_name(str(lines))}, format = 'newline_delimited', columns = {{{columns}}},"
        " maximum_object_size = 16777216)"
    )


def write_parquet(path: Path, chosen: Table, rows: Iterable[tuple[Any, ...]]) -> int:
    """One Parquet file (zstd). Returns how many rows DuckDB finds in it when it is done."""
    lines = path.with_suffix(".rows")
    write_jsonl(lines, chosen, rows)
    with writing() as connection:
        connection.execute(f"SET temp_directory = {quoted_name(str(path.parent / 'spill'))}")
        connection.execute(
            f"COPY (SELECT * FROM {source(lines, chosen)}) TO {quoted_name(str(path))}"  # noqa: S608 - names of ours
            " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)"
        )
        found = connection.execute(f"SELECT count(*) FROM read_parquet({quoted_name(str(path))})").fetchone()  # noqa: S608 - names of ours
    lines.unlink()
    return int(found[0])


def write_duckdb_table(path: Path, chosen: Table, rows: Iterable[tuple[Any, ...]]) -> int:
    """One table of a .duckdb file, with its descriptions. Returns how many rows it holds."""
    lines = path.with_suffix(".rows")
    write_jsonl(lines, chosen, rows)
    with writing(str(path)) as connection:
        connection.execute(f"SET temp_directory = {quoted_name(str(path.parent / 'spill'))}")
        connection.execute(f"CREATE TABLE {chosen.name} AS SELECT * FROM {source(lines, chosen)}")  # noqa: S608 - names of ours
        connection.execute(f"COMMENT ON TABLE {chosen.name} IS {quoted_name(chosen.comment)}")
        for name, description in chosen.columns.items():
            connection.execute(f"COMMENT ON COLUMN {chosen.name}.{name} IS {quoted_name(description)}")
        found = connection.execute(f"SELECT count(*) FROM {chosen.name}").fetchone()  # noqa: S608 - names of ours
    lines.unlink()
    return int(found[0])


def quoted_name(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"
