"""CSV and JSON Lines: one file a table, written row by row."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from storage.analysts.exports.cells import csv_cell
from storage.analysts.exports.selection import Table


def typed(rows: Iterable[tuple[Any, ...]], chosen: Table) -> Iterator[list[Any]]:
    """Rows whose values have the types the table promises: SQLite has neither booleans nor times."""
    truths = [index for index, kind in enumerate(chosen.types) if kind == "boolean"]
    times = [index for index, kind in enumerate(chosen.types) if kind == "datetime"]
    lists = [index for index, kind in enumerate(chosen.types) if kind == "list"]
    days = [index for index, kind in enumerate(chosen.types) if kind == "date"]
    for row in rows:
        values = list(row)
        for index in truths:
            if values[index] is not None:
                values[index] = bool(values[index])
        for index in times:
            if isinstance(values[index], datetime):
                values[index] = values[index].isoformat(timespec="microseconds")[:26] + "Z"
        for index in lists:
            values[index] = (values[index] or "").split()
        for index in days:
            if isinstance(values[index], date):
                values[index] = values[index].isoformat()
        yield values


def write_jsonl(path: Path, chosen: Table, rows: Iterable[tuple[Any, ...]]) -> int:
    """One JSON object a line; null is null. Returns how many lines."""
    names, count = tuple(chosen.columns), 0
    with path.open("wb") as out:
        for values in typed(rows, chosen):
            out.write(orjson.dumps(dict(zip(names, values, strict=True)), default=float))
            out.write(b"\n")
            count += 1
    return count


def write_csv(path: Path, chosen: Table, rows: Iterable[tuple[Any, ...]]) -> int:
    """UTF-8 with a header; null is an empty cell; a text a spreadsheet would run has an apostrophe before it."""
    count = 0
    texts = [index for index, kind in enumerate(chosen.types) if kind in ("string", "list")]
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([csv_cell(name) for name in chosen.columns])
        for values in typed(rows, chosen):
            for index in texts:
                value = values[index]
                values[index] = csv_cell(" ".join(value) if isinstance(value, list) else value)
            writer.writerow(["true" if value is True else "false" if value is False else value for value in values])
            count += 1
    return count
