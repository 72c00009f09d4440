"""datapackage.json: what an export holds, so that a program can read it without asking (Frictionless Data Package)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from storage.analysts.exports.selection import Table, references

MEDIA = {
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv",
    "jsonl": "application/x-ndjson",
    "duckdb": "application/octet-stream",
}


def resource(
    folder: Path, path: str, chosen: Table, count: int, format_: str, together: Collection[str]
) -> dict[str, Any]:
    """One table's entry: schema with descriptions, row count, size and checksum of its file.

    `together`: the tables of the export, which its foreign keys may name.
    """
    return {
        "name": chosen.name,
        "description": chosen.comment,
        "path": path,
        "format": format_,
        "mediatype": MEDIA[format_],
        "encoding": "utf-8",
        "rows": count,
        "bytes": (folder / path).stat().st_size,
        "hash": f"sha256:{checksum(folder / path)}",
        "schema": {
            "fields": [
                {"name": name, "type": field_type(kind, format_), "description": description}
                for (name, description), kind in zip(chosen.columns.items(), chosen.types, strict=True)
            ],
            "primaryKey": list(chosen.key),
            "foreignKeys": [
                {"fields": [column], "reference": {"resource": "" if table == chosen.name else table, "fields": [key]}}
                for column, table, key in references(chosen, together)
            ],
        },
    }


def field_type(kind: str, format_: str) -> str:
    """The name of a type in a data package. A spreadsheet has no lists: there the words are a text."""
    return kind if kind != "list" else "string" if format_ == "csv" else "array"


def write_package(
    folder: Path,
    resources: list[dict[str, Any]],
    *,
    format_: str,
    created: datetime,
    watermark: datetime,
    since: datetime | None,
    as_of: datetime | None,
    schema: str | None,
) -> None:
    package = {
        "profile": "data-package",
        "name": "tamis-export",
        "title": "Tamis: articles, comments and short messages",
        "description": "Authors are pseudonyms. Comments that were not published are in judged_comments only.",
        "created": created,
        "tamis": {
            "format": format_,
            "schema": schema,
            "watermark": watermark,  # pass it as `since` to get what changes from here on
            "since": since,
            "as_of": as_of,
        },
        "resources": resources,
    }
    (folder / "datapackage.json").write_bytes(orjson.dumps(package, option=orjson.OPT_INDENT_2))


def checksum(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
