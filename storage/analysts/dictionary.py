"""The data dictionary: every view and table with its columns and sentences, as one Markdown text.

    python -m storage.analysts.dictionary > docs/data-dictionary.md

The sentences stand in `storage.analysts.views` and `storage.database.tables` only; PostgreSQL's own comments, exports
and the web page come from there too.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql

from storage.analysts.view import AnalystView
from storage.analysts.views import VIEWS, column_type
from storage.database.tables import metadata

HEAD = """# Data dictionary

Written by `python -m storage.analysts.dictionary` from the descriptions in the code; a test fails when it is out of
date or a column has no description.

**Analysts read the views.** Their names and columns are a contract: columns are added, never renamed or taken away.
The same names are in SQLite, PostgreSQL and every export. Authors appear as pseudonyms there (a keyed hash of the
name; the key never leaves the database). The tables underneath hold names as shown and may change with any version.
"""


def dictionary() -> str:
    """The whole dictionary as Markdown."""
    lines = [HEAD, "## Views", ""]
    lines += [f"- [{view.name}](#{view.name}): {view.comment}" for view in VIEWS]
    for view in VIEWS:
        lines += ["", f"### {view.name}", "", view.comment, "", *view_rows(view)]
    lines += ["", "## Tables", ""]
    tables = sorted(metadata.tables.values(), key=lambda table: table.name)
    lines += [f"- [{table.name}](#{table.name}): {table.comment}" for table in tables]
    for table in tables:
        lines += ["", f"### {table.name}", "", str(table.comment), "", *table_rows(table)]
    return "\n".join(lines) + "\n"


def view_rows(view: AnalystView) -> Iterator[str]:
    yield "| column | type | what it holds |"
    yield "| --- | --- | --- |"
    for name, description in view.columns.items():
        yield f"| `{name}` | {column_type(view.name, name)} | {cell(description)} |"


def table_rows(table: Table) -> Iterator[str]:
    yield "| column | type | null | what it holds |"
    yield "| --- | --- | --- | --- |"
    for column in table.c:
        nullable = "yes" if column.nullable else ""
        yield f"| `{column.name}` | {column_kind(column)} | {nullable} | {cell(column.comment)} |"


def column_kind(column: Column[object]) -> str:
    """The type in PostgreSQL, and what it refers to."""
    kind = column.type.compile(postgresql.dialect()).lower()  # type: ignore[no-untyped-call]
    named = {"timestamp with time zone": "timestamptz", "double precision": "float"}.get(kind, kind)
    targets = ", ".join(sorted(key.column.table.name for key in column.foreign_keys))
    return f"{named}, refers to {targets}" if targets else named


def cell(words: str | None) -> str:
    return (words or "").replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(dictionary())
