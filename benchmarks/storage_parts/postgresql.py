"""Two empty databases of a real PostgreSQL: the embedded one, or scratch databases at TAMIS_TEST_DATABASE_URL."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.postgresql import embedded, in_database, run


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
        one, two = (in_database(url, name) for name in names)
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
    with (
        tempfile.TemporaryDirectory(prefix="tamis-pg-", ignore_cleanup_errors=True) as folder,
        embedded(Path(folder)) as running,
    ):
        yield None if running is None else running.get_uri()
