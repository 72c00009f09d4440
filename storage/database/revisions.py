"""Which revision of the schema a database has, which this version wants, and the way from one to the other.

Every command asks for the revision and hardly one migrates: Alembic, and all migrations with it, are imported by those.
"""

from __future__ import annotations

import functools
from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

from storage.database.engine import Database

MIGRATIONS = Path(__file__).parents[1] / "migrations"
_STAMP = table("alembic_version", column("version_num"))


def current_revision(db: Database) -> str | None:
    """The revision of the database's tables, or None if it has none of ours."""
    with db.read() as connection:
        if not inspect(connection).has_table(_STAMP.name):
            return None
        found: str | None = connection.execute(select(_STAMP.c.version_num)).scalar_one_or_none()
        return found


def latest_revision() -> str:
    """The revision that this version of Tamis works with."""
    return known_revisions()[-1]


@functools.cache
def known_revisions() -> tuple[str, ...]:
    """Every revision this version can upgrade from, oldest first: migrations are one line, their files numbered."""
    files = (MIGRATIONS / "versions").glob("[0-9]*_*.py")
    return tuple(sorted(file.name.partition("_")[0] for file in files))


def migrate(connection: Connection, revision: str) -> None:
    """Runs the migrations from the database's revision to another; "head" is the latest."""
    from alembic import command
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.attributes["connection"] = connection
    command.upgrade(settings, revision)
