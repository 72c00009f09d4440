"""Opening a database for use: the handle, once its schema is known to be this version's."""

from __future__ import annotations

from storage.database.engine import Database, connect


def open_database(url: str) -> Database:
    """The database at a SQLAlchemy URL, ready for use.

    Raises SchemaMissing, SchemaOutdated or SchemaTooNew when its tables are not those of this version,
    DatabaseUnreachable when there is nothing to talk to, DatabaseLocked when it does not answer in time.
    """
    from storage.schema import require_current

    db = connect(url)
    try:
        require_current(db)
    except BaseException:
        db.close()
        raise
    return db
