"""An answer as a file: CSV, JSON Lines, Parquet (extra: duckdb) or Excel (extra: excel), within a limit in bytes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson

from storage.analysts.exports.cells import csv_cell
from storage.analysts.sql.refusals import refused

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
EXCEL_ROWS = 1_048_575  # what a sheet holds, without the header
EXCEL_CELL = 32_767  # characters
Rows = Iterable[Sequence[Any]]


class FileTooLarge(Exception):
    """The file reached its limit in bytes."""


def write_file(path: str, kind: str, columns: Sequence[str], rows: Rows, limit: int) -> tuple[int, int]:
    """Write all rows; how many they are, and the file's size. Raises FileTooLarge, QueryRefused without an extra."""
    file = Path(path)
    count = {"csv": write_csv, "jsonl": write_jsonl, "parquet": write_parquet, "xlsx": write_xlsx}[kind](
        file, columns, rows, limit
    )
    size = file.stat().st_size
    if size > limit:
        raise FileTooLarge
    return count, size


def write_csv(file: Path, columns: Sequence[str], rows: Rows, limit: int) -> int:
    count = 0
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([csv_cell(name) for name in columns])
        for row in rows:
            writer.writerow([csv_cell(as_text(value)) for value in row])
            count += 1
            if count % 100 == 0 and out.tell() > limit:
                raise FileTooLarge
    return count


def write_jsonl(file: Path, columns: Sequence[str], rows: Rows, limit: int) -> int:
    count = size = 0
    with file.open("wb") as out:
        for row in rows:
            size += out.write(orjson.dumps(dict(zip(columns, row, strict=True))) + b"\n")
            count += 1
            if size > limit:
                raise FileTooLarge
    return count


def write_parquet(file: Path, columns: Sequence[str], rows: Rows, limit: int) -> int:
    """The columns' types are those that DuckDB finds in all rows."""
    try:
        import duckdb
    except ModuleNotFoundError:
        raise refused("extra", extra="duckdb") from None
    lines = file.with_suffix(".rows")
    try:
        count = write_jsonl(lines, columns, rows, limit * 4)  # Parquet is smaller
        with duckdb.connect(
            config={"memory_limit": "200MB", "threads": 1, "autoinstall_known_extensions": False}
        ) as connection:
            selected = ", ".join(f"NULL AS {quoted(name)}" for name in columns) + " LIMIT 0"
            source = f"SELECT {selected}" if count == 0 else f"SELECT * FROM read_json({text(lines)}, sample_size = -1)"  # noqa: S608 - names of ours
            connection.execute(f"SET temp_directory = {text(file.with_suffix('.spill'))}")
            connection.execute(f"COPY ({source}) TO {text(file)} (FORMAT parquet, COMPRESSION zstd)")
        return count
    finally:
        lines.unlink(missing_ok=True)


def write_xlsx(file: Path, columns: Sequence[str], rows: Rows, limit: int) -> int:
    """One sheet; texts are texts, never formulas. Raises FileTooLarge for more rows than a sheet holds."""
    try:
        import xlsxwriter  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        raise refused("extra", extra="excel") from None
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
        "tmpdir": str(file.parent),
    }
    count = size = 0
    with xlsxwriter.Workbook(str(file), options) as book:
        sheet = book.add_worksheet("tamis")
        sheet.freeze_panes(1, 0)
        for at, name in enumerate(columns):
            sheet.write_string(0, at, name)
        for row in rows:
            count += 1
            for at, value in enumerate(row):
                if isinstance(value, bool):
                    sheet.write_boolean(count, at, value)
                elif isinstance(value, int | float):
                    sheet.write_number(count, at, value)
                elif value is not None:
                    words = str(as_text(value))[:EXCEL_CELL]
                    size += len(words)
                    sheet.write_string(count, at, words)
            if count >= EXCEL_ROWS or size > limit * 4:
                raise FileTooLarge
    return count


def as_text(value: Any) -> Any:
    """A list or an object as JSON; every other value as it is."""
    return orjson.dumps(value).decode() if isinstance(value, list | dict) else value


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
