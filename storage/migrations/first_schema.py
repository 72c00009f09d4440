"""Writes the first migration from the tables: `python -m storage.migrations.first_schema`.

For use until the first release only. After it, versions/0001_first.py is history, and a change of a table is a new
revision beside it. A migration is plain SQL, so no later change of `storage.tables` can change what it does.
"""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Dialect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from storage.tables import metadata

TARGET = Path(__file__).with_name("versions") / "0001_first.py"
HEAD = '''"""The first schema. Written by `python -m storage.migrations.first_schema`; never changed after a release."""

from __future__ import annotations

from alembic import op

from storage.search import create_index
from storage.secret import make_secret

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        connection.exec_driver_sql(statement)
    make_secret(connection)
    create_index(connection)
'''


def statements(dialect: Dialect) -> list[str]:
    """The SQL that makes every table and index, in an order that works."""
    found = []
    for table in metadata.sorted_tables:
        found.append(str(CreateTable(table).compile(dialect=dialect)))
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        found += [str(CreateIndex(index).compile(dialect=dialect)) for index in indexes]
    return [re.sub(r"[ \t]+\n", "\n", statement.strip().replace("\t", "    ")) for statement in found]


def first_schema() -> str:
    """The source of the first migration."""
    parts = [HEAD]
    dialects = (("SQLITE", sqlite.dialect()), ("POSTGRESQL", postgresql.dialect()))  # type: ignore[no-untyped-call]
    for name, dialect in dialects:
        listed = "\n".join(f'    """\n{statement}\n""",' for statement in statements(dialect))
        gap = "\n\n" if name == "SQLITE" else "\n"
        parts.append(f"{gap}{name} = (\n{listed}\n)\n")
    return "".join(parts)


if __name__ == "__main__":
    TARGET.write_text(first_schema(), "utf-8")
