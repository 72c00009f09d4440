"""Which revision of the schema a database has, and which this version wants."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.database.engine import Database

MIGRATIONS = Path(__file__).parents[1] / "migrations"


def current_revision(db: Database) -> str | None:
    """The revision of the database's tables, or None if it has none of ours."""
    with db.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def latest_revision() -> str:
    """The revision that this version of Tamis works with."""
    head = ScriptDirectory.from_config(configuration(None)).get_current_head()
    assert head is not None
    return head


def known_revisions() -> tuple[str, ...]:
    """Every revision this version can upgrade from, oldest first."""
    script = ScriptDirectory.from_config(configuration(None))
    return tuple(step.revision for step in script.walk_revisions())[::-1]


def configuration(connection: Connection | None) -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.attributes["connection"] = connection
    return settings
