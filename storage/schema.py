"""The schema's version: creating it, raising it, and refusing a database of another one.

Migrations are Alembic's, run from the installed package: there is no alembic.ini to find or to lose.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import inspect

from storage.analysts.views import drop_views, make_views, views_are_current
from storage.database.engine import Database, connect, shown
from storage.database.errors import SchemaMissing, SchemaOutdated, SchemaTooNew
from storage.database.revisions import current_revision, known_revisions, latest_revision, migrate


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaChange:
    """The schema's revision before and after an upgrade; `before` is None for a database made just now."""

    before: str | None
    after: str


def upgrade(url: str, revision: str = "head") -> SchemaChange:
    """Create the tables, or bring them up to this version; doing it again changes nothing.

    Raises SchemaTooNew, DatabaseUnreachable, DatabaseLocked.
    """
    with connect(url) as db:
        before = current_revision(db)
        if before is not None and before not in known_revisions():
            raise SchemaTooNew(too_new(db, before))
        if before != latest_revision() or revision != "head":
            with db.write() as connection:
                if before is not None:
                    drop_views(connection)  # they would be in the way of a column's change
                migrate(connection, revision)
        if revision == "head":
            with db.write() as connection:
                if not views_are_current(connection):
                    make_views(connection)
        after = current_revision(db)
    assert after is not None
    return SchemaChange(before=before, after=after)


def upgrade_if_blank(url: str) -> bool:
    """Create the tables in a database that holds nothing at all; leave every other one alone. True if it was blank."""
    with connect(url) as db, db.read() as connection:
        blank = not inspect(connection).get_table_names()
    if blank:
        upgrade(url)
    return blank


def require_current(db: Database) -> None:
    """Raises SchemaMissing, SchemaOutdated or SchemaTooNew unless the tables are those of this version."""
    found = current_revision(db)
    if found is None:
        raise SchemaMissing(
            f"{shown(db.url)} holds no Tamis tables yet; run: tamis db upgrade (the first `tamis run` does it too)"
        )
    if found == latest_revision():
        with db.read() as connection:
            if views_are_current(connection):
                return
        raise SchemaOutdated(f"{shown(db.url)} has the views of another Tamis; run: tamis db upgrade")
    if found in known_revisions():
        raise SchemaOutdated(f"{shown(db.url)} was made by an older Tamis (schema {found}); run: tamis db upgrade")
    raise SchemaTooNew(too_new(db, found))


def too_new(db: Database, found: str) -> str:
    return f"{shown(db.url)} was made by a newer Tamis (schema {found}); update Tamis, or restore an older backup"
