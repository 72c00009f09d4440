"""`tamis export`: the clean tables as files, complete or not at all."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection

from storage.analysts.exports.columnar import duckdb_connection, write_duckdb_table, write_parquet
from storage.analysts.exports.package import resource, write_package
from storage.analysts.exports.selection import Table, row_count, rows, tables
from storage.analysts.exports.text_files import write_csv, write_jsonl
from storage.database.engine import Database
from storage.database.errors import ExportRefused
from storage.database.revisions import current_revision

Format = Literal["parquet", "csv", "jsonl", "duckdb"]
OVERLAP = timedelta(minutes=10)  # a transaction that was open when an export began is in the next one again


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A finished export: rows by table. The next incremental one passes `watermark` as `since`."""

    folder: Path
    rows: dict[str, int]
    bytes: int
    watermark: datetime


def export(
    db: Database,
    folder: Path,
    format_: Format,
    now: datetime,
    *,
    since: datetime | None = None,
    as_of: datetime | None = None,
    only: tuple[str, ...] | None = None,
    on_table: Callable[[str, int], None] = lambda name, count: None,
) -> Exported:
    """Write all tables of one consistent moment into `folder`, with datapackage.json.

    `since`: only what changed since that watermark (a row may come twice; take the newer by its key). `as_of`: all
    tables as they were then. `only`: these tables. An earlier export at the same place is replaced at the very
    end. Raises ExportRefused for a folder with anything else in it or that cannot be written, an unknown table or a
    missing extra.
    """
    if since is not None and as_of is not None:
        raise ExportRefused("an export is either of what changed since a watermark or of a moment in the past")
    chosen = list(tables(since, as_of, only))
    watermark = (now if as_of is None else min(now, as_of)) - OVERLAP
    if format_ in {"parquet", "duckdb"}:
        duckdb_connection().close()
    check_place(folder)
    draft = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    try:
        draft.mkdir(parents=True)
        written = write_tables(db, draft, format_, chosen, since, as_of, on_table)
        shutil.rmtree(draft / "spill", ignore_errors=True)
        together = {table.name for table in chosen} if since is None else set()  # else what it refers to may lack
        resources = [resource(draft, file, table, number, format_, together) for table, file, number in written]
        write_package(
            draft,
            resources,
            format_=format_,
            created=now,
            watermark=watermark,
            since=since,
            as_of=as_of,
            schema=current_revision(db),
        )
        put_in_place(draft, folder)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise ExportRefused(f"{folder} cannot be written: {error}; nothing was exported") from error
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return Exported(
        folder=folder,
        rows={table.name: number for table, _, number in written},
        bytes=sum(path.stat().st_size for path in folder.iterdir()),
        watermark=watermark,
    )


def write_tables(
    db: Database,
    draft: Path,
    format_: Format,
    chosen: list[Table],
    since: datetime | None,
    as_of: datetime | None,
    on_table: Callable[[str, int], None],
) -> list[tuple[Table, str, int]]:
    written = []
    with db.snapshot() as connection:
        for table in chosen:
            file, number = write_table(connection, draft, format_, table, since, as_of)
            expected = row_count(connection, table, since, as_of)
            if number != expected:
                raise ExportRefused(f"{table.name}: {number} rows were written of {expected}; nothing was exported")
            written.append((table, file, number))
            on_table(table.name, number)
    return written


def write_table(
    connection: Connection,
    draft: Path,
    format_: Format,
    table: Table,
    since: datetime | None,
    as_of: datetime | None,
) -> tuple[str, int]:
    found = rows(connection, table, since, as_of)
    match format_:
        case "csv":
            return f"{table.name}.csv", write_csv(draft / f"{table.name}.csv", table, found)
        case "jsonl":
            return f"{table.name}.jsonl", write_jsonl(draft / f"{table.name}.jsonl", table, found)
        case "parquet":
            return f"{table.name}.parquet", write_parquet(draft / f"{table.name}.parquet", table, found)
        case "duckdb":
            return "tamis.duckdb", write_duckdb_table(draft / "tamis.duckdb", table, found)


def check_place(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise ExportRefused(f"{folder} is a file; name a folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "datapackage.json").is_file():
        raise ExportRefused(f"{folder} holds other files; name an empty or a new folder")


def put_in_place(draft: Path, folder: Path) -> None:
    """Let the finished draft take the folder's place; what was there is removed after."""
    old: Any = None
    if folder.exists():
        old = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.old")
        folder.rename(old)
    try:
        draft.rename(folder)
    except BaseException:
        if old is not None:
            old.rename(folder)
        raise
    if old is not None:
        shutil.rmtree(old, ignore_errors=True)
