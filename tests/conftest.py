"""Fixtures for databases: every test that takes `database` or `database_url` runs on SQLite and on PostgreSQL.

PostgreSQL is the server at TAMIS_TEST_DATABASE_URL (a superuser's URL; scratch databases are made and dropped there),
else an embedded one that is started once a session. Its tests carry the `integration` mark.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from storage.database.engine import Database
from storage.opening import open_database
from storage.schema import upgrade
from tests.postgresql import MISSING, embedded, in_database, run

settings.register_profile("tamis", deadline=None)  # a busy machine is no fault
settings.load_profile("tamis")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server's maintenance database."""
    if given := os.environ.get("TAMIS_TEST_DATABASE_URL"):
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="tamis-pg-", ignore_cleanup_errors=True) as folder, ExitStack() as stack:
        try:
            server = stack.enter_context(embedded(Path(folder)))
        except (RuntimeError, OSError) as error:
            pytest.skip(f"NO POSTGRESQL: the embedded server does not start: {error}")
        if server is None:
            pytest.skip(MISSING)
        url = server.get_uri()
        run(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield url


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> Iterator[str]:
    """The name of a migrated database to copy from."""
    name = f"tamis_template_{secrets.token_hex(4)}"
    run(postgresql_server, f"CREATE DATABASE {name}")
    upgrade(in_database(postgresql_server, name))
    yield name
    run(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database to copy from."""
    path = tmp_path_factory.mktemp("template") / "tamis.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = request.getfixturevalue("postgresql_server")
    name = f"tamis_test_{secrets.token_hex(4)}"
    run(server, f"CREATE DATABASE {name}")
    yield in_database(server, name)
    run(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with today's tables and nothing in them."""
    if request.param == "sqlite":
        path = tmp_path / "tamis.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgresql_server")
    name = f"tamis_test_{secrets.token_hex(4)}"
    run(server, f"CREATE DATABASE {name} TEMPLATE {request.getfixturevalue('postgresql_template')}")
    yield in_database(server, name)
    run(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database with today's tables and nothing in them."""
    with open_database(database_url) as db:
        yield db
